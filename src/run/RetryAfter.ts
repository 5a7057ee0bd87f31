/**
 * When a rate limit is over, read from what a failed attempt printed.
 *
 * Pure. Owns the ways in which that is said. Must not guess: where nothing can be read, nothing is
 * given, and the caller falls back to the back-off. The surprise: of several times the latest counts,
 * since what is tried before it fails again.
 */

/** The most that is believed, milliseconds: a year. What is longer is a misreading or a ban. */
const longest = 365 * 86_400_000

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
  day: 86_400_000
}

type Reader = (text: string, now: number) => ReadonlyArray<number>

const each =
  (pattern: RegExp, read: (match: ReadonlyArray<string | undefined>, now: number) => number): Reader => (text, now) =>
    [...text.matchAll(pattern)].map((match) => read(match, now))

const date = (text: string | undefined): number => Date.parse(text ?? "")

const span = (text: string): number =>
  [...text.matchAll(/(\d{1,9}(?:\.\d{1,6})?)\s?([a-z]+)/gi)].reduce((sum, [, count, unit = ""]) => {
    const name = unit.toLowerCase()
    return sum + Number(count) * (unitMs[name] ?? unitMs[name.replace(/s$/, "")] ?? Number.NaN)
  }, 0)

const duration = "\\d{1,9}(?:\\.\\d{1,6})?\\s?(?:millisecond|second|sec|minute|min|hour|hr|day|ms|s|m|h|d)s?\\b"

const readers: ReadonlyArray<Reader> = [
  // The header with seconds, whole or decimal.
  each(
    /retry-after["']?\s*[:=]\s*["']?(\d{1,12}(?:\.\d{1,6})?)(?![\d:-])/gi,
    ([, count], now) => now + Number(count) * 1000
  ),
  // The header with a date.
  each(
    /retry-after["']?\s*[:=]\s*["']?((?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? [^\n"']{10,40})/gi,
    ([, text]) => date(text?.replace(/GMT.*$/, "GMT"))
  ),
  // "retry after 30s", "try again in 1m 30s", "wait 2 minutes".
  each(
    new RegExp(
      `(?:retry|again|wait|resets?)\\s+(?:after|in|for)?\\s*(${duration}(?:[\\s,]+(?:and )?${duration}){0,3})`,
      "gi"
    ),
    ([, text = ""], now) => now + span(text)
  ),
  // A moment in ISO 8601, with its zone: without one it would depend on the machine.
  each(
    /\b(\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d))/g,
    ([, text]) => date(text?.replace(" ", "T"))
  ),
  // The header with seconds since 1970, or with milliseconds where it is too large for that.
  each(
    /x-ratelimit-reset["']?\s*[:=]\s*["']?(\d{9,13})(?:\.\d+)?\b/gi,
    ([, count = ""]) => Number(count) * (count.length >= 12 ? 1 : 1000)
  )
]

/** Epoch milliseconds at which another attempt may be made; undefined where nothing is said of it. */
export const readRetryAfter = (text: string, now: number): number | undefined => {
  const times = readers.flatMap((reader) => reader(text, now))
    .filter((time) => Number.isFinite(time) && time > now && time - now <= longest)
  return times.length === 0 ? undefined : Math.ceil(Math.max(...times))
}
