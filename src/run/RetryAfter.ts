/**
 * When a rate limit is over, read from what a failed attempt printed.
 *
 * Pure. Owns the words and headers that announce such a time. Must not guess: where nothing can be
 * read, nothing is given, and the caller falls back to the back-off. The surprise: of several times
 * the latest counts, since what is tried before it fails again; but `Retry-After` goes before the
 * reset headers beside it, as the drafts of those headers have it.
 */
import { readClock } from "./RetryAfterClock.ts"
import { readHttpDate, readIso } from "./RetryAfterDate.ts"
import { readCount, readSpan } from "./RetryAfterSpan.ts"

/** The most that is believed, milliseconds: a year. What is longer is a misreading or a ban. */
const longest = 365 * 86_400_000

/** How far a time may reach from the word that announces it, characters. */
const reach = 200

/** The zone of the machine, for times of day that name none; undefined where it is not known. */
export type LocalZone = () => string | undefined

/** A header or key with its value: `Retry-After: 30`, `"reset_in_seconds": 30`, `X-RateLimit-Reset-Tokens: 6m0s`. */
const key = new RegExp(
  "\\b(?:(retry[-_]?(?:after|delay|in))"
    + "|((?:x[-_])?rate[-_]?limit[-_]?(?:[a-z0-9]{1,16}[-_]){0,3})?(?<!connection )resets?)"
    + "([-_a-z]{0,24})[\"']?\\s{0,8}[:=]\\s{0,8}[\"']?",
  "gi"
)

/** `retryAfterMs` as `retry_after_ms`. */
const snake = (name: string): string => name.replace(/([a-z])([A-Z])/g, "$1_$2").replaceAll("-", "_").toLowerCase()

interface Key {
  readonly name: string
  readonly kind: "retry" | "reset" | "other"
}

/** What a bare number means, by the name of its key: how long, or until when. */
const numberUnder = ({ kind, name }: Key, value: number, now: number): number | undefined => {
  const words = snake(name)
  if (/_(?:ms|millis|milliseconds)$/.test(words)) return now + value
  if (/_(?:seconds|secs?)$/.test(words)) return now + value * 1000
  // `retryAfter` is seconds to some and milliseconds to others.
  if (kind === "retry") return /^retry[-_]after$/i.test(name) ? now + value * 1000 : undefined
  if (/^resets?_?(?:after|in)$/.test(words)) return now + value * 1000
  return [value * 1000, value].find((time) => time > now && time - now <= longest)
    // So small a number would be a moment in 1970.
    ?? (kind === "reset" ? now + value * 1000 : undefined)
}

interface Told {
  readonly time: number | undefined
  readonly kind: Key["kind"]
}

/** What stands at a place, on the same line. */
const valueAt = (text: string, index: number): string => /^[^\r\n]*/.exec(text.slice(index, index + reach))?.[0] ?? ""

const valueOf = (of: Key, value: string, now: number): number | undefined => {
  const span = readSpan(value)
  if (span !== undefined) return now + span
  const count = readCount(value)
  return count === undefined ? readHttpDate(value, now) ?? readIso(value) : numberUnder(of, count, now)
}

const underKeys = (text: string, now: number): ReadonlyArray<Told & { readonly start: number }> =>
  [...text.matchAll(key)].map(({ 0: all, 1: retry, 2: limit, 3: more = "", index }) => {
    const kind = retry !== undefined ? "retry" : limit !== undefined ? "reset" : "other"
    const start = index + all.length
    return { kind, time: valueOf({ kind, name: `${retry ?? "reset"}${more}` }, valueAt(text, start), now), start }
  })

/** A word after which a time is that of the end. */
const word = new RegExp(
  "(?<![\\w-])(?:retry|wait|(?<!connection )resets?|(?<!(?:valid|good|cached|kept|stored) )until)(?![\\w-])"
    + "|(?<![\\w-])(?:(?:again|back|available|resumes?|renews?|refills?|lift(?:s|ed)) (?=(?:again )?(?:in|at|on|after|from|by)\\b))",
  "gi"
)
/** What may stand between that word and the time. */
const glue =
  /^(?:[\s"'`:=~(]{1,4}|(?:after|in|for|at|on|until|by|is|about|around|approximately|another|least|time|again|from)\b)*/i
/** After these comes a length of time, never a time of day. */
const lasting = /(?:in|for|another|least|about|around|approximately)[\s"'`:=~(]*$/i

const afterWords = (text: string, now: number, local: LocalZone): ReadonlyArray<Told> =>
  [...text.matchAll(word)].map((found) => {
    const value = valueAt(text, found.index + found[0].length)
    const between = glue.exec(value)?.[0] ?? ""
    const said = value.slice(between.length)
    const span = readSpan(said)
    const time = span !== undefined ? now + span : lasting.test(between) ? undefined : readClock(said, now, local)
    return { time, kind: "other" }
  })

const day = /\b\d{4}-\d\d-\d\d[Tt ]\d\d:/g
/** A moment that a text tells of something else. */
const elsewhere = /(?:expir\w*|valid|not[ _-]?after|deadline|sunset|issued|since)[^\d\n]{0,24}$/i

/** Those that are not the value of a key, and were read there. Beside a `Retry-After` they may be of anything. */
const isoTimes = (text: string, read: ReadonlySet<number>): ReadonlyArray<Told> =>
  [...text.matchAll(day)]
    .filter(({ index }) => !read.has(index) && !elsewhere.test(text.slice(Math.max(0, index - 40), index)))
    .map(({ index }) => ({ time: readIso(valueAt(text, index)), kind: "reset" }))

/** Of a terminal; its last letter would be part of the word that follows. */
const colour = /\u001b\[[0-9;:?]{0,32}[A-Za-z]/g

/**
 * Epoch milliseconds at which another attempt may be made, after `now` and by a year at most;
 * undefined where nothing is said of it that can be read. `local` is asked for the zone of a time of
 * day that names none. Takes time in proportion to the text.
 */
export const readRetryAfter = (
  printed: string,
  now: number,
  local: LocalZone = () => undefined
): number | undefined => {
  const text = printed.replace(colour, "")
  const keys = underKeys(text, now)
  const read = new Set(keys.map(({ start }) => start))
  const told = [...keys, ...afterWords(text, now, local), ...isoTimes(text, read)]
    .flatMap(({ kind, time }) =>
      time !== undefined && time > now && time - now <= longest ? [{ kind, time: Math.ceil(time) }] : []
    )
  const isSaid = told.some(({ kind }) => kind === "retry")
  const times = told.filter(({ kind }) => !isSaid || kind !== "reset").map(({ time }) => time)
  return times.length === 0 ? undefined : times.reduce((latest, time) => Math.max(latest, time))
}
