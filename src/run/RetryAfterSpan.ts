/**
 * A length of time as programs and people write it: `30s`, `1m 30.5s`, `2 hours and 5 minutes`.
 *
 * Pure. Owns the units. The surprise: what stands after it decides as well. `1m 30`, `30s to 60s`
 * and `5 minutes ago` begin like a length of time, and the first part of them would be a wrong one.
 */

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  millisecond: 1,
  s: 1000,
  sec: 1000,
  second: 1000,
  m: 60_000,
  min: 60_000,
  minute: 60_000,
  h: 3_600_000,
  hr: 3_600_000,
  hour: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  w: 604_800_000,
  week: 604_800_000
}

const part = new RegExp(
  "^(\\d{1,9}(?:\\.\\d{1,9})?)\\s?((?:millisecond|second|sec|minute|min|hour|hr|day|week)s?|ms|[smhdw])"
    + "(?![A-Za-z_]|-[A-Za-z])",
  "i"
)
const between = /^(?:\s?,\s?(?:and\s)?|\s{1,2}(?:and\s)?)?(?=\d)/i
/** It was, it is one end of a range, or part of it was not understood. */
const spoiled = new RegExp(
  "^(?:[.,:]\\d|\\s{0,2}(?:\\d|ago\\b|(?:to|or|and|[-–—~/:%^*+])\\s?\\d)"
    + "|\\s?,\\s?\\d+(?:\\.\\d+)?\\s?(?:$|[^\\s\\w]))",
  "i"
)

const unitOf = (text: string): number => {
  // `5M` is five million of something.
  if (text.length === 1) return unitMs[text] ?? Number.NaN
  const name = text.toLowerCase()
  return unitMs[name] ?? unitMs[name.slice(0, -1)] ?? Number.NaN
}

/** Milliseconds of the length of time at the start of a text; undefined where none can be read. */
export const readSpan = (text: string): number | undefined => {
  let rest = text
  let sum = 0
  let last = Number.POSITIVE_INFINITY
  for (let found = part.exec(rest); found !== null; found = part.exec(rest)) {
    const unit = unitOf(found[2] ?? "")
    // Not a number is not smaller either.
    if (!(unit < last)) return undefined
    sum += Number(found[1]) * unit
    last = unit
    rest = rest.slice(found[0].length)
    const gap = between.exec(rest)
    if (gap === null || !part.test(rest.slice(gap[0].length))) break
    rest = rest.slice(gap[0].length)
  }
  return last === Number.POSITIVE_INFINITY || spoiled.test(rest) ? undefined : sum
}

/** An end, what ends a list or a sentence, a remark, or the next key. */
const afterCount = new RegExp(
  "^[\"'`\\\\]{0,3}(?:\\s{0,8}(?:$|,(?!\\d)|[;)\\]}>|&<\\\\[]|\\.(?:\\s|$)"
    + "|\\((?!\\s?(?:milli|ms|min|hour|hr|h\\b|m\\b|day|d\\b|week)))"
    + "|\\s{1,8}(?:[-–—]{1,2}\\s(?!\\d)|[A-Za-z][\\w-]{0,40}[\"']?\\s?[:=]))",
  "i"
)
const count = /^\d{1,20}(?:\.\d{1,20})?/

/**
 * The bare number at the start of a text that is the value of a header or a key. What follows must be
 * an end, or the next key: `30-60`, `30 fortnights` and `1e9` are no numbers.
 */
export const readCount = (text: string): number | undefined => {
  const [digits] = count.exec(text) ?? []
  return digits === undefined || !afterCount.test(text.slice(digits.length)) ? undefined : Number(digits)
}
