/**
 * What commands print of rate limits: as it should be, spoiled, and made up of scraps.
 *
 * Owns texts whose time is known. What is read must be that time; of any other text it is none, or
 * lies ahead by a year at most.
 */
import { readRetryAfter } from "../../src/run/RetryAfter.ts"
import type { Dice } from "./Dice.ts"

const zones = [
  "Europe/Berlin",
  "America/New_York",
  "America/Los_Angeles",
  "Asia/Kolkata",
  "Australia/Lord_Howe",
  "Pacific/Apia",
  "America/St_Johns",
  "Africa/Casablanca",
  "UTC"
] as const
const year = 365 * 86_400_000
const weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

interface Known {
  readonly text: string
  readonly time: number
}

const two = (value: number): string => String(value).padStart(2, "0")
const timeOf = (date: Date): string =>
  `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`
const nameOf = (list: ReadonlyArray<string>, index: number): string => list[index] ?? ""

const count = (dice: Dice, now: number): Known => {
  const ms = 1 + dice.below(1 + dice.pick([1000, 1e6, 3e10]))
  const isWhole = dice.below(2) === 0
  const seconds = isWhole ? Math.ceil(ms / 1000) : ms / 1000
  const header = dice.pick([
    "Retry-After: ",
    "< retry-after: ",
    "\"retry_after\":",
    "RateLimit-Reset: ",
    "retry-after="
  ])
  return { text: `${header}${seconds}`, time: Math.ceil(now + seconds * 1000) }
}

const httpDate = (dice: Dice, now: number): Known => {
  const time = Math.floor(now / 1000) * 1000 + 1000 * (1 + dice.below(year / 1000 - 2))
  const date = new Date(time)
  const [weekday, month] = [nameOf(weekdays, date.getUTCDay()), nameOf(months, date.getUTCMonth())]
  const [day, full, clock] = [date.getUTCDate(), date.getUTCFullYear(), timeOf(date)]
  const text = dice.pick([
    date.toUTCString(),
    `${weekday}, ${two(day)}-${month}-${two(full % 100)} ${clock} GMT`,
    `${weekday.slice(0, 3)} ${month} ${String(day).padStart(2, " ")} ${clock} ${full}`
  ])
  return { text: `Retry-After: ${text}`, time }
}

const units = [["d", 86_400_000], ["h", 3_600_000], ["m", 60_000], ["s", 1000], ["ms", 1]] as const
const words: Readonly<Record<string, string>> = { d: " days", h: " hours", m: " minutes", s: " seconds", ms: "ms" }

const span = (dice: Dice, now: number): Known => {
  const isLong = dice.below(2) === 0
  const parts = units.filter(() => dice.below(2) === 0).map(([unit, ms]) => {
    const many = 1 + dice.below(50)
    return { text: `${many}${isLong ? words[unit] : unit}`, ms: many * ms }
  })
  const some = parts.length === 0 ? [{ text: "30s", ms: 30_000 }] : parts
  const text = some.map((part) => part.text).join(isLong ? dice.pick([" ", ", ", " and "]) : dice.pick(["", " "]))
  const cue = dice.pick(["retry after ", "Please try again in ", "wait ", "rate reset in ", "quota resets in "])
  return { text: cue + text, time: now + some.reduce((sum, { ms }) => sum + ms, 0) }
}

const iso = (dice: Dice, now: number): Known => {
  const time = now + 1 + dice.below(year - 1)
  const offset = dice.below(1680) - 840
  const sign = offset < 0 ? "-" : "+"
  const zone = `${sign}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`
  const text = dice.below(2) === 0
    ? new Date(time).toISOString()
    : `${new Date(time + offset * 60_000).toISOString().slice(0, 23)}${zone}`
  return { text: dice.pick(["resets at ", "until ", "\"reset_at\":\"", "try again at "]) + text, time }
}

const epoch = (dice: Dice, now: number): Known => {
  const time = now + 1000 + dice.below(year - 2000)
  const seconds = Math.floor(time / 1000)
  return dice.below(2) === 0
    ? { text: `X-RateLimit-Reset: ${seconds}`, time: seconds * 1000 }
    : { text: `x-ratelimit-reset: ${time}`, time }
}

const clockOf = (dice: Dice, hour: number, minute: number): string => {
  const half = hour < 12 ? "am" : "pm"
  const short = `${hour % 12 === 0 ? 12 : hour % 12}${minute === 0 ? "" : `:${two(minute)}`}`
  return dice.pick([`${two(hour)}:${two(minute)}`, `${short}${half}`, `${short} ${half.toUpperCase()}`])
}

/** The time of day, and with it the date where that is further away. */
const wall = (dice: Dice, now: number): Known => {
  const zone = dice.pick(zones)
  const isNear = dice.below(2) === 0
  const minutes = isNear ? 1 + dice.below(22 * 60) : 1441 + dice.below(360 * 1440)
  const shown = Temporal.Instant.fromEpochMilliseconds(Math.floor(now / 60_000) * 60_000 + minutes * 60_000)
    .toZonedDateTimeISO(zone).toPlainDateTime()
  const clock = clockOf(dice, shown.hour, shown.minute)
  const month = nameOf(months, shown.month - 1)
  const date = isNear
    ? clock
    : dice.pick([
      `${month} ${shown.day}, ${clock}`,
      `${month} ${shown.day}, ${shown.year}, ${clock}`,
      `${shown.day} ${month} ${shown.year} ${clock}`
    ])
  return {
    text: `limit reached, resets ${date} (${zone})`,
    // A clock that is put back may show it a second time, past the year.
    time: shown.toZonedDateTime(zone, { disambiguation: "later" }).epochMilliseconds
  }
}

const kinds = [count, httpDate, span, iso, epoch, wall] as const

const scraps = (
  "Retry-After|retry after|resets|reset|until|X-RateLimit-Reset|:|=| |,|\"|(|)|30|1795176060|99999999999999|s|ms|m|4pm|16:00|"
  + "Feb 19|Feb 30|, |Europe/Berlin|UTC|PST|-|+|.|2026-11-20T|12:00|Z|\n|\r|\u0000|\u202e|at|in|again|wait|25:00|e9|"
  + "Fri, 20 Nov 2026 12:01:00 GMT|[|]|{|}|'|/|midnight|12am|９|K|ſ"
).split("|")

const scrap = (dice: Dice): string =>
  dice.below(4) === 0 ? String.fromCodePoint(dice.below(0xd800)) : scraps[dice.below(scraps.length)] ?? " "

const made = (dice: Dice): string => {
  const text = Array.from({ length: 1 + dice.below(40) }, () => scrap(dice)).join("")
  return dice.below(200) === 0 ? text.repeat(Math.ceil(16_384 / text.length)) : text
}

const changed = (text: string, dice: Dice): string => {
  let now = text
  for (let left = 1 + dice.below(3); left > 0; left--) {
    const at = dice.below(now.length + 1)
    now = dice.pick([
      now.slice(0, at) + now.slice(at + 1 + dice.below(3)),
      now.slice(0, at) + scrap(dice) + now.slice(at),
      now.slice(0, at) + String(dice.below(100)) + now.slice(at + 1),
      now.slice(at) + now.slice(0, at)
    ])
  }
  return now
}

const before = ["", "HTTP/1.1 429 Too Many Requests\n", "error: slow down\n", "curl: (22) \n\t", "\u001b[31m"] as const
const behind = ["", "\n", "\r\n", "\n    at main.js\n"] as const

const moment = (dice: Dice): number => Date.UTC(2024, 0, 1) + dice.below(12 * year)
const local = () => "Europe/Berlin"

/** Reads one text; gives what was wrong in that, in words. */
export const fuzzText = (dice: Dice): ReadonlyArray<string> => {
  const now = moment(dice)
  const known = (kinds[dice.below(kinds.length)] ?? count)(dice, now)
  const kind = dice.below(3)
  if (kind === 0 && known.time > now && known.time - now <= year) {
    const text = dice.pick(before) + known.text + dice.pick(behind)
    const read = readRetryAfter(text, now, local)
    return read === known.time ? [] : [`${JSON.stringify(text)} at ${now} is read as ${read}, and means ${known.time}`]
  }
  const text = kind === 1 ? changed(known.text, dice) : made(dice)
  const read = readRetryAfter(text, now, local)
  return read === undefined || (Number.isInteger(read) && read > now && read - now <= year)
    ? []
    : [`${JSON.stringify(text)} at ${now} is read as ${read}`]
}
