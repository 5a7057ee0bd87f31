/**
 * Dates as programs print them: the three forms of RFC 9110, and ISO 8601.
 *
 * Pure. Owns which of them are whole enough to be believed. The surprise: an ISO time without a zone
 * is not read. Programs mean by it now their own zone, now UTC, and do not say which.
 */
import { momentOf, readZone, type Shown } from "./RetryAfterZone.ts"

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
const weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

/** The number of a month by the first three letters of its name, from 1; 0 where it is none. */
export const monthOf = (name: string): number => months.indexOf(name.slice(0, 3).toLowerCase()) + 1

/** Whether a day is the day of the week that it is said to be. */
export const isWeekday = (name: string, { day, month, year }: Pick<Shown, "year" | "month" | "day">): boolean =>
  new Date(Date.UTC(year, month - 1, day)).getUTCDay() === weekdays.indexOf(name.slice(0, 3).toLowerCase())

const weekday = "((?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tue|wed|thu|fri|sat|sun)"
const month = "(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
const clock = "(\\d\\d:\\d\\d:\\d\\d)"
const utc = "(?:GMT|UTC|[+-]00:?00)(?![\\w:+-])"

/** `Fri, 20 Nov 2026 12:01:00 GMT`, and with hyphens and two digits of the year as RFC 850 has it. */
const fixed = new RegExp(`^${weekday}, (\\d\\d)[ -]${month}[ -](\\d{4}|\\d\\d) ${clock} ${utc}`, "i")
/** `Fri Nov 20 12:01:00 2026`, which C's `asctime` makes. */
const asctime = new RegExp(`^${weekday} ${month} ([ \\d]\\d) ${clock} (\\d{4})(?![\\w:+-])`, "i")

/** A year of two digits that looks like one more than fifty years ahead is one of the past. */
const fullYear = (text: string, now: number): number => {
  if (text.length === 4) return Number(text)
  const here = new Date(now).getUTCFullYear()
  const year = here - (here % 100) + Number(text)
  return year > here + 50 ? year - 100 : year
}

const timeOf = (text: string): Pick<Shown, "hour" | "minute" | "second"> => {
  const [hour = 0, minute = 0, second = 0] = text.split(":").map(Number)
  return { hour, minute, second }
}

/** Epoch milliseconds of the date of HTTP at the start of a text; undefined where there is none. */
export const readHttpDate = (text: string, now: number): number | undefined => {
  const [, name = "", day = "", monthName = "", year = "", time = ""] = fixed.exec(text) ?? []
  const [, nameC = "", monthC = "", dayC = "", timeC = "", yearC = ""] = asctime.exec(text) ?? []
  const shown = {
    year: fullYear(year || yearC, now),
    month: monthOf(monthName || monthC),
    day: Number(day || dayC),
    ...timeOf(time || timeC)
  }
  return isWeekday(name || nameC, shown) ? momentOf(shown, "UTC") : undefined
}

const iso = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?![\d:.]\d)/

/** Epoch milliseconds of the ISO time with a zone at the start of a text; undefined where there is none. */
export const readIso = (text: string): number | undefined => {
  const found = iso.exec(text)
  if (found === null) return undefined
  const zone = readZone(text.slice(found[0].length).replace(/^z\b/, "Z"))
  if (zone === undefined || zone === "unknown") return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1, 7)
    .map((digits) => Number(digits ?? 0))
  const whole = momentOf({ year, month, day, hour, minute, second }, zone.zone)
  return whole === undefined ? undefined : whole + Number(`0.${found[7] ?? 0}`) * 1000
}
