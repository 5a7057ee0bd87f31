/**
 * The zone of a time that a command printed, and the moment that a wall clock there shows it.
 *
 * Pure. Owns which names of zones are believed. Must not guess: a name that the world reads in two
 * ways (`CST`, `IST`, `BST`) is none. The surprise: a time that a clock shows twice, or not at all,
 * in the night in which it is put forward or back, is the later of the two.
 */

/** What a zone is called, and the text after it. */
export interface ZoneRead {
  /** An IANA name or an offset, as `Temporal` takes it. */
  readonly zone: string
  readonly rest: string
}

/** RFC 5322 has the American ones; those that mean something else elsewhere too are left out. */
const abbreviations: Readonly<Record<string, string>> = {
  UTC: "UTC",
  GMT: "UTC",
  UT: "UTC",
  Z: "UTC",
  ET: "America/New_York",
  EST: "-05:00",
  EDT: "-04:00",
  MST: "-07:00",
  MDT: "-06:00",
  PT: "America/Los_Angeles",
  PST: "-08:00",
  PDT: "-07:00",
  AKST: "-09:00",
  AKDT: "-08:00",
  HST: "-10:00",
  WET: "+00:00",
  WEST: "+01:00",
  CET: "+01:00",
  CEST: "+02:00",
  EET: "+02:00",
  EEST: "+03:00",
  JST: "+09:00",
  AEST: "+10:00",
  AEDT: "+11:00",
  NZST: "+12:00",
  NZDT: "+13:00"
}

const abbreviated = (name: string): string | undefined =>
  Object.hasOwn(abbreviations, name) ? abbreviations[name] : undefined

const offset = /^(?:UTC|GMT)?([+-])(\d{1,2})(?::?([0-5]\d))?$/

const offsetZone = (name: string): string | undefined => {
  const [, sign, hours = "", minutes = "00"] = offset.exec(name) ?? []
  return sign === undefined || Number(hours) > 14 ? undefined : `${sign}${hours.padStart(2, "0")}:${minutes}`
}

const isZone = (name: string): boolean => {
  try {
    Temporal.ZonedDateTime.from({ year: 2000, month: 1, day: 1, timeZone: name })
    return true
  } catch {
    return false
  }
}

const named = (name: string): string | undefined =>
  abbreviated(name) ?? offsetZone(name) ?? (/^[A-Za-z]/.test(name) && isZone(name) ? name : undefined)

const bracketed = /^\s{0,2}[([]\s?([^()[\]]{1,40}?)\s?[)\]]/
const bare =
  /^\s{0,2}((?:UTC|GMT)[+-]\d{1,2}(?::?\d\d)?(?!\d)|[+-]\d\d(?::?\d\d)?(?!\d)|[A-Z][A-Za-z]+(?:\/[A-Za-z0-9_+-]{2,20}){1,2}|[A-Z]{1,5})(?![\w:/+-])/
/** Go's way: `+0000 UTC`. The offset has said it already. */
const again = /^ (?:UTC|GMT|[A-Z]{3,4})(?![\w:/+-])/

/**
 * The zone at the start of a text; undefined where none is named, `unknown` where what is named
 * is no zone that can be read.
 */
export const readZone = (text: string): ZoneRead | "unknown" | undefined => {
  const found = bracketed.exec(text) ?? bare.exec(text)
  if (found === null) return undefined
  const zone = named(found[1] ?? "")
  if (zone === undefined) return "unknown"
  const after = text.slice(found[0].length)
  return { zone, rest: zone.length === 6 ? after.replace(again, "") : after }
}

/** What a calendar and a clock show; `month` and `day` from 1. */
export interface Shown {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
}

/** Epoch milliseconds at which clocks of a zone show this; undefined where there is no such day or hour. */
export const momentOf = (shown: Shown, zone: string): number | undefined => {
  try {
    return Temporal.ZonedDateTime.from({ ...shown, timeZone: zone }, { overflow: "reject", disambiguation: "later" })
      .epochMilliseconds
  } catch {
    return undefined
  }
}

/** The day that calendars of a zone show at a moment, and some days later. */
export const dayAt = (now: number, zone: string, later = 0): Pick<Shown, "year" | "month" | "day"> => {
  const { day, month, year } = Temporal.Instant.fromEpochMilliseconds(Math.floor(now)).toZonedDateTimeISO(zone)
    .toPlainDate().add({ days: later })
  return { year, month, day }
}
