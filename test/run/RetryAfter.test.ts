import { describe, expect, it } from "@effect/vitest"
import * as fc from "fast-check"
import { readRetryAfter } from "../../src/run/RetryAfter.ts"

/** A Friday. */
const now = Date.parse("2026-11-20T12:00:00Z")
const after = (seconds: number): number => now + seconds * 1000
const at = (iso: string): number => Date.parse(iso)
const berlin = () => "Europe/Berlin"
const read = (text: string, from = now): number | undefined => readRetryAfter(text, from, berlin)

describe("the end of a rate limit", () => {
  it.each([
    ["Retry-After: 30", after(30)],
    ["< retry-after: 1.5", after(1.5)],
    ["Retry-After:30", after(30)],
    ["\"retry-after\":\"120\"", after(120)],
    ["{\"retry_after\": 0.25, \"global\": false}", now + 250],
    ["retry-after-ms: 1500", now + 1500],
    ["{\"retryAfterMs\":1500}", now + 1500],
    ["x-ms-retry-after-ms: 1500", now + 1500],
    ["\"retryAfterSeconds\": 15", after(15)],
    ["Retry-After: 30 seconds", after(30)],
    ["Retry-After: 5 minutes", after(300)],
    ["Retry-After: 30, X-Request-Id: 4", after(30)],
    ["Retry-After: 30 X-Request-Id: 4", after(30)],
    ["Retry-After: 30. Slow down.", after(30)],
    ["Retry-After: 30 (attempt 3)", after(30)],
    ["\u001b[31mRetry-After: \u001b[1m30\u001b[0m", after(30)],
    ["b'Retry-After: 30\\r\\nContent-Length: 0'", after(30)],
    ["Retry-After: 10\nRetry-After: 40\nRetry-After: 20", after(40)]
  ])("is read from the header or key %s", (text, time) => {
    expect(read(text)).toBe(time)
  })

  it.each([
    ["Retry-After: Fri, 20 Nov 2026 12:01:00 GMT", after(60)],
    ["Retry-After: Friday, 20-Nov-26 12:01:00 GMT", after(60)],
    ["Retry-After: Fri Nov 20 12:01:00 2026", after(60)],
    ["Retry-After: Tue Dec  1 12:01:00 2026", at("2026-12-01T12:01:00Z")],
    ["\"retry-after\": \"Fri, 20 Nov 2026 12:01:00 GMT\",", after(60)],
    ["Retry-After: 2026-11-20T12:01:00Z", after(60)]
  ])("is read from the date in %s", (text, time) => {
    expect(read(text)).toBe(time)
  })

  it.each([
    ["error: rate limited, retry after 30s", after(30)],
    ["please try again in 1m 30s.", after(90)],
    ["Please try again in 6m0s. Visit https://example.com", after(360)],
    ["try again in 20ms", now + 20],
    ["try again in 1.25s", now + 1250],
    ["[rate reset in 1h02m03s]", after(3723)],
    ["wait 2 minutes and 5 seconds", after(125)],
    ["wait at least 2 hours, 5 minutes and 1 second", after(7501)],
    ["limit resets in 1 hour", after(3600)],
    ["Your quota will reset after 2h30m.", after(9000)],
    ["retry after: 30s, 3 attempts left", after(30)],
    ["retry in 30s (3 attempts left)", after(30)],
    ["\"retryDelay\": \"34.5s\"", now + 34_500],
    ["available again in 2 days", after(172_800)],
    ["RETRY AFTER 30 SECONDS", after(30)]
  ])("is read from the length of time in %s", (text, time) => {
    expect(read(text)).toBe(time)
  })

  it.each([
    ["the quota comes back at 2026-11-20T13:00:00Z", after(3600)],
    ["resets at 2026-11-20T13:00:00.250+00:00", after(3600) + 250],
    ["still exceeded until 2026-11-20 13:00:00 +0000 UTC, not making a request", after(3600)],
    ["resets at 2026-11-20 15:00 UTC+2", after(3600)],
    ["try again at 2026-11-20T15:00 (Europe/Helsinki)", after(3600)],
    ["resets 2026-11-20T14:00+01", after(3600)],
    ["{\"reset_at\": \"2026-11-20T13:00:00Z\"}", after(3600)],
    ["2026-11-20T12:00:00Z error: rate limited until 2026-11-20T13:00:00Z", after(3600)]
  ])("is read from the ISO time in %s", (text, time) => {
    expect(read(text)).toBe(time)
  })

  it.each([
    ["X-RateLimit-Reset: 1795176060", after(60)],
    ["X-RateLimit-Reset: 1795176060123", after(60) + 123],
    ["x-rate-limit-reset: 1795176060", after(60)],
    ["X-RateLimit-Reset: 1795176060.5", after(60.5)],
    ["RateLimit-Reset: 30", after(30)],
    ["X-RateLimit-Reset: 30", after(30)],
    ["X-RateLimit-Reset-After: 1.5", after(1.5)],
    ["x-ratelimit-reset-tokens: 6m0s", after(360)],
    ["anthropic-ratelimit-input-tokens-reset: 2026-11-20T13:00:00Z", after(3600)],
    ["{\"resets_at\":1795176060,\"resets_in_seconds\":60}", after(60)],
    ["{\"resetAt\":1795176060123}", after(60) + 123]
  ])("is read from the reset in %s", (text, time) => {
    expect(read(text)).toBe(time)
  })

  it.each([
    ["resets 4pm (Europe/Berlin)", at("2026-11-20T15:00:00Z")],
    ["limit reached ∙ resets 4pm (Europe/Berlin) · /upgrade", at("2026-11-20T15:00:00Z")],
    ["Your limit will reset at 4pm (America/New_York).", at("2026-11-20T21:00:00Z")],
    ["resets 4pm", at("2026-11-20T15:00:00Z")],
    ["resets 4pm to go on", at("2026-11-20T15:00:00Z")],
    ["resets 4:30pm", at("2026-11-20T15:30:00Z")],
    ["resets at 4:30 p.m. UTC", at("2026-11-20T16:30:00Z")],
    ["resets 16:00", at("2026-11-20T15:00:00Z")],
    ["try again at 16:00:30 GMT", at("2026-11-20T16:00:30Z")],
    ["resets 16:00Z", at("2026-11-20T16:00:00Z")],
    ["resets 4pm PST", at("2026-11-21T00:00:00Z")],
    ["resets 4pm ET", at("2026-11-20T21:00:00Z")],
    ["resets 4pm UTC+2", at("2026-11-20T14:00:00Z")],
    ["retry after 4pm", at("2026-11-20T15:00:00Z")],
    ["resets 12am", at("2026-11-20T23:00:00Z")],
    ["resets 12:01pm (UTC)", at("2026-11-20T12:01:00Z")],
    ["quotas reset at midnight (America/Los_Angeles)", at("2026-11-21T08:00:00Z")],
    // What has passed today is tomorrow's, unless it has only just passed.
    ["resets 11am (UTC)", at("2026-11-21T11:00:00Z")],
    ["resets 11am", at("2026-11-21T10:00:00Z")],
    ["resets 11:01am (UTC)", undefined],
    ["resets 12pm (UTC)", undefined],
    ["resets 1pm (Europe/Berlin)", undefined]
  ])("is read from the time of day in %s", (text, time) => {
    expect(read(text)).toBe(time)
  })

  it.each([
    ["resets Feb 19, 6am", at("2027-02-19T05:00:00Z")],
    ["resets Feb 19, 6am (America/New_York)", at("2027-02-19T11:00:00Z")],
    ["resets Feb 19, 2027, 6am (UTC)", at("2027-02-19T06:00:00Z")],
    ["resets Feb 19 at 6:30am (UTC)", at("2027-02-19T06:30:00Z")],
    ["resets February 19th, 2027 at 6am UTC", at("2027-02-19T06:00:00Z")],
    ["resets Dec 24, 6am (UTC)", at("2026-12-24T06:00:00Z")],
    ["resets 24 Dec 06:00 UTC", at("2026-12-24T06:00:00Z")],
    ["resets at 6am (UTC) on Dec 24", at("2026-12-24T06:00:00Z")],
    ["until Fri Nov 20 13:01:00 UTC 2026", at("2026-11-20T13:01:00Z")],
    ["until Fri, 20 Nov 2026 13:01:00 GMT", at("2026-11-20T13:01:00Z")],
    ["resets Nov 20, 2pm", at("2026-11-20T13:00:00Z")],
    ["resets Nov 19, 6am (UTC)", at("2027-11-19T06:00:00Z")]
  ])("is read from the date and time in %s", (text, time) => {
    expect(read(text)).toBe(time)
  })

  it.each([
    ["rate limit exceeded"],
    [""],
    ["Retry-After: soon"],
    ["Retry-After: 0"],
    ["Retry-After: -5"],
    ["Retry-After: 1e3"],
    ["Retry-After: 1,000"],
    ["Retry-After: 0x1f"],
    ["Retry-After: 30-60"],
    ["Retry-After: 30 - 60"],
    ["Retry-After: 30%"],
    ["Retry-After: 30 fortnights"],
    ["Retry-After: 30 (minutes)"],
    ["Retry-After: 30-minute window"],
    ["Retry-After: 99999999999999"],
    [`Retry-After: ${"9".repeat(400)}`],
    ["Retry-After: ３０"],
    ["{\"retryAfter\": 30}"],
    ["Retry-After: Thu, 20 Nov 2026 12:01:00 GMT"],
    ["Retry-After: Fri, 31 Nov 2026 12:01:00 GMT"],
    ["Retry-After: Fri, 20 Nov 2026 25:01:00 GMT"],
    ["Retry-After: Fri, 20 Nov 2026 11:59:00 GMT"],
    ["Retry-After: Friday, 20-Nov-78 12:01:00 GMT"],
    ["Retry-After: 2026-11-20T11:00:00Z"],
    ["X-RateLimit-Reset: 1795175000"],
    ["X-RateLimit-Reset: 17951760600000000"],
    ["{\"reset\": 30}"],
    ["params_reset: 5"]
  ])("is not read from the value in %s", (text) => {
    expect(read(text)).toBeUndefined()
  })

  it.each([
    ["retry after 30"],
    ["wait 30"],
    ["try again in 1m 30"],
    ["try again in 1m, 30"],
    ["try again in 1h30"],
    ["try again in 5:00"],
    ["try again in 16:00"],
    ["retry after 1e3s"],
    ["retry after -5s"],
    ["retry after 1.5.2s"],
    ["retry after 1,5s"],
    ["retry after 30s-60s"],
    ["retry after 30s to 60s"],
    ["retry after 30 to 60s"],
    ["retry after 5 fortnights"],
    ["retry after 5M"],
    ["retry after 99999999 days"],
    ["will not retry after 3 attempts"],
    ["the limit was reset 5 minutes ago"],
    ["curl: connection reset after 30s"],
    ["retry every 30s"]
  ])("is not read from the length of time in %s", (text) => {
    expect(read(text)).toBeUndefined()
  })

  it.each([
    ["resets 25:00"],
    ["resets 24:00"],
    ["resets 13pm"],
    ["resets 0am"],
    ["resets 4:60pm"],
    ["resets 4"],
    ["resets 4:30"],
    ["resets 09:00-11:00"],
    ["resets 4pm-6pm"],
    ["resets 4pm to 6pm"],
    ["resets 4pm (Mars/Olympus)"],
    ["resets 4pm (local time)"],
    ["resets 4pm CST"],
    ["resets 4pm IST"],
    ["resets 4pm Pacific"],
    ["resets 4pm pacific time"],
    ["resets 4pm tomorrow"],
    ["resets 4pm on Friday"],
    ["resets Monday 4pm"],
    ["resets 4pm, Friday"],
    ["resets 4pm (UTC) on Friday"],
    ["resets tomorrow at 4pm"],
    ["resets Feb 30, 6am"],
    ["resets Feb 29, 6am"],
    ["resets Feb 19"],
    ["resets Feb 19, 2126, 6am"],
    ["resets Feb 19, 9999, 6am (UTC)"],
    ["resets Mon, Feb 19, 2027, 6am"],
    ["resets Smarch 13, 6am"],
    // It has only just gone by.
    ["resets Nov 20, 6am"],
    ["resets at 2026-11-20 16:00:00"],
    ["resets at 2026-11-20T16:00:00Zulu"],
    ["resets at 2026-02-30T16:00:00Z"],
    ["the token expires at 2026-12-20T13:00:00Z"],
    ["{\"error\":\"rate limited\",\"expires_at\":\"2026-12-20T13:00:00Z\"}"],
    ["your key is valid until 2026-12-20T13:00:00Z"]
  ])("is not read from the moment in %s", (text) => {
    expect(read(text)).toBeUndefined()
  })

  it("is that of Retry-After where reset headers stand beside it, and theirs where it can't be read", () => {
    expect(read("X-RateLimit-Reset: 1795179600\nRetry-After: 60")).toBe(after(60))
    expect(read("anthropic-ratelimit-requests-reset: 2026-11-20T13:00:00Z\nretry-after: 60")).toBe(after(60))
    expect(read("X-RateLimit-Reset: 1795179600\nRetry-After: soon")).toBe(after(3600))
    expect(read("resets 4pm (UTC)\nRetry-After: 60")).toBe(after(14_400))
  })

  it("is not read from a time of day without a zone where that of the machine is not known", () => {
    expect(readRetryAfter("resets 4pm", now)).toBeUndefined()
    expect(readRetryAfter("resets 4pm (UTC)", now)).toBe(after(14_400))
  })

  it("in a night in which clocks are put forward or back is the later of two", () => {
    const march = at("2026-03-28T20:00:00Z")
    // There is no 2:30: it is 3:30 then.
    expect(read("resets 2:30am", march)).toBe(at("2026-03-29T01:30:00Z"))
    const october = at("2026-10-24T20:00:00Z")
    expect(read("resets 2:30am", october)).toBe(at("2026-10-25T01:30:00Z"))
    // Between the two it is the second.
    expect(read("resets 2:30am", at("2026-10-25T00:45:00Z"))).toBe(at("2026-10-25T01:30:00Z"))
    expect(read("resets 2:30am", at("2026-10-25T01:30:00Z"))).toBeUndefined()
    expect(read("resets 2:30am", at("2026-10-25T02:30:00Z"))).toBe(at("2026-10-26T01:30:00Z"))
  })

  it("just past midnight is not that of the evening before", () => {
    expect(read("resets 11:59pm (UTC)", at("2026-11-20T00:00:01Z"))).toBeUndefined()
  })

  it("beside a `Retry-After` is what that says, whatever else is told", () => {
    expect(read("Retry-After: 10\nplan renews at 2026-12-05T02:00:00Z")).toBe(after(10))
  })

  it("around the turn of a year belongs to the year that is nearest ahead", () => {
    expect(read("resets Jan 1, 6am (UTC)", at("2026-12-31T23:00:00Z"))).toBe(at("2027-01-01T06:00:00Z"))
    expect(read("resets Dec 31, 11pm (UTC)", at("2027-01-01T01:00:00Z"))).toBeUndefined()
    expect(read("resets Feb 29, 6am (UTC)", at("2027-12-01T00:00:00Z"))).toBe(at("2028-02-29T06:00:00Z"))
  })
})

describe("whatever was printed", () => {
  const words = fc.constantFrom(
    ..."Retry-After|retry after|resets|reset|until|X-RateLimit-Reset|:|=| |,|\"|(|)|30|1795176060|s|ms|m|4pm|16:00"
      .split("|"),
    ..."Feb 19|, |Europe/Berlin|UTC|PST|-|+|.|2026-11-20T|12:00|Z|\n|\u0000|at|in|again|wait|Fri, 20 Nov 2026 12:01:00 GMT"
      .split("|")
  )

  it("the end of a limit is none, or lies ahead by a year at most", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(words, fc.string())).map((parts) => parts.join("")), (text) => {
        const time = read(text)
        expect(time === undefined || (Number.isInteger(time) && time > now && time <= now + 365 * 86_400_000)).toBe(
          true
        )
      }),
      { numRuns: 3000 }
    )
  })

  it("a time of day is the next one in its zone, where the last one is more than an hour ago", () => {
    const zone = fc.constantFrom("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC")
    // A day may have no more than twenty-three hours.
    const minutes = fc.integer({ min: 1, max: 22 * 60 - 1 })
    fc.assert(
      fc.property(zone, fc.integer({ min: 0, max: 600 * 1440 }), minutes, (timeZone, offset, ahead) => {
        const from = now + offset * 60_000
        const then = Temporal.Instant.fromEpochMilliseconds(from + ahead * 60_000).toZonedDateTimeISO(timeZone)
        const shown = then.toPlainDateTime()
        const expected = shown.toZonedDateTime(timeZone, { disambiguation: "later" }).epochMilliseconds
        const { hour, minute } = shown
        const half = `${hour % 12 === 0 ? 12 : hour % 12}:${String(minute).padStart(2, "0")}${hour < 12 ? "am" : "pm"}`
        expect(readRetryAfter(`resets ${half} (${timeZone})`, from)).toBe(expected)
        const two = (value: number) => String(value).padStart(2, "0")
        expect(readRetryAfter(`resets at ${two(hour)}:${two(minute)} (${timeZone})`, from)).toBe(expected)
      }),
      { numRuns: 2000 }
    )
  })

  it("a time of day that went by less than an hour ago is none", () => {
    const zone = fc.constantFrom("Asia/Kolkata", "America/Phoenix", "UTC")
    fc.assert(
      fc.property(
        zone,
        fc.integer({ min: 0, max: 600 * 1440 }),
        fc.integer({ min: 0, max: 59 }),
        (name, offset, ago) => {
          const from = now + offset * 60_000
          const { hour, minute } = Temporal.Instant.fromEpochMilliseconds(from - ago * 60_000).toZonedDateTimeISO(name)
          const two = (value: number) => String(value).padStart(2, "0")
          expect(readRetryAfter(`resets at ${two(hour)}:${two(minute)} (${name})`, from)).toBeUndefined()
        }
      )
    )
  })

  it.each([
    ["resets ".repeat(20_000)],
    ["retry".repeat(20_000)],
    [`retry after ${"9".repeat(100_000)}s`],
    [`retry after${" ".repeat(100_000)}30s`],
    ["retry after 1m 1m ".repeat(8000)],
    ["resets 4pm (Europe/Berlin) x ".repeat(4000)],
    ["rate_limit_a_b_c_".repeat(8000)],
    ["reset-----".repeat(10_000)],
    ["wait ( ( ( ( ( in in in ".repeat(5000)],
    ["2026-11-20T12:".repeat(8000)],
    ["retry-after: Fri, ".repeat(6000)]
  ])("a hundred thousand characters take no time that grows out of hand: %#", (text) => {
    expect(() => read(text)).not.toThrow()
  })
})
