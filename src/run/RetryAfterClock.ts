/**
 * A time as a clock on the wall shows it: `4pm (Europe/Berlin)`, `Feb 19, 6am`, `16:00 UTC`.
 *
 * Pure. Owns which day is meant where none is named, and which year. Must not read half of what was
 * said: what follows a time may change it (`4pm on Friday`, `6am Pacific time`), and then there is
 * none. The surprise: a date that went by less than a day ago is over, not a year away, and so is a time of day that went
 * by less than an hour ago: clocks differ, and what is told is rounded.
 */
import { isWeekday, monthOf } from "./RetryAfterDate.ts"
import { dayAt, momentOf, readZone, type Shown } from "./RetryAfterZone.ts"

const monthName = "(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
  + "|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?"
const dayNumber = "(\\d{1,2})(?:st|nd|rd|th)?"
const weekday = /^((?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tue|wed|thu|fri|sat|sun)\b[.,]?\s/i
const monthFirst = new RegExp(`^${monthName} {1,2}${dayNumber}(?:,? (\\d{4})(?!:|\\d))?(?:,? at |,? |T)(?=\\S)`, "i")
const dayFirst = new RegExp(`^${dayNumber} ${monthName}(?:,? (\\d{4})(?!:|\\d))?(?:,? at |,? )(?=\\S)`, "i")
const minutes = "([0-5]\\d)(?::([0-5]\\d))?"
const time = new RegExp(
  `^(?:(\\d{1,2})(?::${minutes})? ?([ap])(?:m\\b|\\.m\\.)|([01]\\d|2[0-3]):${minutes}|(noon|midnight)\\b)`
    + "(?!(?!Z\\b)[\\w:])(?![.,]\\d)",
  "i"
)
const range = /^\s?[-–—]\s?\d/
const trailingYear = /^ (\d{4})(?![\w:])/
const onDate = /^,? (on )?/i
const days = "(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
const changing =
  `(?:(?:${days}|on|in|at|today|tomorrow|tonight|next|every|each|daily)\\b|(?:to|or|and|until|till)\\s{1,2}\\d)`
const places = "(?:[ap]\\.?m|local|your|time|sharp|pacific|eastern|central|mountain|standard|daylight|summer)\\b"
/** What follows a time whose zone was named, and does not change it. */
const endingZoned = new RegExp(`^(?!["'\`)\\]}>]*(?:[\\w:/+]|\\s?[-–—~]\\s?\\d|,?\\s{0,2}(?:\\d|${changing})))`, "i")
/** What follows one without: an end, or words in lower case that name no zone. */
const endingBare = new RegExp(
  "^[\"'`)\\]}>]*(?:$|[.;!|·∙•…)\\]}\"'\\\\](?!\\d)|,(?!\\s?(?:\\d|[A-Z]))"
    + `|\\s{1,2}(?:$|[·∙•|…<]|[-–—]{1,2} (?!\\d)|\\([a-z]|(?!${places})[a-z]))`
)

interface Day {
  readonly month: number
  readonly day: number
  readonly year?: number
}

interface Read<A> {
  readonly value: A
  readonly rest: string
}

const dayRead = (text: string): Read<Day> | undefined => {
  const first = monthFirst.exec(text)
  const second = first === null ? dayFirst.exec(text) : null
  const [all, name, day, year] = first ?? [second?.[0], second?.[2], second?.[1], second?.[3]]
  if (all === undefined || name === undefined) return undefined
  const value = { month: monthOf(name), day: Number(day), ...(year === undefined ? {} : { year: Number(year) }) }
  return { value, rest: text.slice(all.length) }
}

const hourOf = (text: string, half: string): number => {
  const hour = Number(text)
  if (hour < 1 || hour > 12) return Number.NaN
  return (hour % 12) + (half.toLowerCase() === "p" ? 12 : 0)
}

type Time = Pick<Shown, "hour" | "minute" | "second">

const timeRead = (text: string): Read<Time> | undefined => {
  const found = time.exec(text)
  if (found === null) return undefined
  const [all, hour12, minute12 = 0, second12 = 0, half, hour24, minute24 = 0, second24 = 0, word] = found
  const rest = text.slice(all.length)
  if (word !== undefined) return { value: { hour: word.toLowerCase() === "noon" ? 12 : 0, minute: 0, second: 0 }, rest }
  const value = half === undefined
    ? { hour: Number(hour24), minute: Number(minute24), second: Number(second24) }
    : { hour: hourOf(hour12 ?? "", half), minute: Number(minute12), second: Number(second12) }
  return { value, rest }
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** The first that lies ahead. One that has only just gone by, less than `recentMs` ago, is over. */
const ahead = (moments: ReadonlyArray<number | undefined>, now: number, recentMs: number): number | undefined => {
  const real = moments.filter((moment) => moment !== undefined)
  return real.some((moment) => moment <= now && now - moment < recentMs)
    ? undefined
    : real.find((moment) => moment > now)
}

const momentAhead = (at: Time, day: Day | undefined, name: string | undefined, zone: string, now: number) => {
  const today = dayAt(now, zone)
  if (day === undefined) {
    if (name !== undefined) return undefined
    return ahead([-1, 0, 1, 2].map((later) => momentOf({ ...dayAt(now, zone, later), ...at }, zone)), now, hourMs)
  }
  const inYear = (year: number): number | undefined => {
    const shown = { ...day, year, ...at }
    return name === undefined || isWeekday(name, shown) ? momentOf(shown, zone) : undefined
  }
  return day.year === undefined
    ? ahead([today.year - 1, today.year, today.year + 1].map(inYear), now, dayMs)
    : inYear(day.year)
}

/** What stands behind the time: the year of a date that had none, or the whole date. */
const dayAfter = (day: Day | undefined, text: string): { readonly day: Day | undefined; readonly rest: string } => {
  if (day !== undefined) {
    const year = day.year === undefined ? trailingYear.exec(text) : null
    return year === null
      ? { day, rest: text }
      : { day: { ...day, year: Number(year[1]) }, rest: text.slice(year[0].length) }
  }
  const gap = onDate.exec(text)?.[0] ?? ""
  // A date needs something behind it, as where its time follows.
  const after = gap === "" ? undefined : dayRead(`${text.slice(gap.length)} .`)
  return after === undefined ? { day, rest: text } : { day: after.value, rest: ` ${after.rest}` }
}

/**
 * Epoch milliseconds of the time of day at the start of a text, with or without its date and zone; `local` is
 * the zone of a text that names none, undefined where nobody knows it. Undefined where none can be read.
 */
export const readClock = (text: string, now: number, local: () => string | undefined): number | undefined => {
  const named = weekday.exec(text)
  const unnamed = text.slice(named?.[0].length ?? 0)
  const before = dayRead(unnamed)
  const at = timeRead(before?.rest ?? unnamed)
  // `09:00-11:00` would be a time with an offset.
  if (at === undefined || range.test(at.rest)) return undefined
  const zone = readZone(at.rest)
  if (zone === "unknown") return undefined
  const { day, rest } = dayAfter(before?.value, zone?.rest ?? at.rest)
  if (!endingZoned.test(rest) || (zone === undefined && !endingBare.test(rest))) return undefined
  const where = zone?.zone ?? local()
  return where === undefined ? undefined : momentAhead(at.value, day, named?.[1], where, now)
}
