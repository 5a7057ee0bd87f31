import { describe, expect, it } from "@effect/vitest"
import * as fc from "fast-check"
import { endingLine, parseRecords } from "../../src/process/AttemptRecords.ts"

const began = (slot: number, pid: number, more: Readonly<Record<string, unknown>> = {}): string =>
  `${
    JSON.stringify({
      began: slot,
      pid,
      at: 1000,
      start: 77,
      target: "api",
      path: "build",
      attempt: 1,
      invocation: 2,
      definition: "h",
      files: "3",
      out: 50,
      err: 51,
      ...more
    })
  }\n`

const ended = (slot: number, pid: number, status: number): string =>
  `${JSON.stringify({ ended: slot, pid, at: 1500, status })}\n`

const attempt = {
  target: "api",
  path: "build",
  attempt: 1,
  invocation: 2,
  definition: "h",
  files: "3",
  out: 50,
  err: 51,
  id: { pid: 900, pidStart: 77 },
  beganAt: 1000,
  isEnding: false,
  isSilent: false
}

describe("the launcher's record", () => {
  it.each([
    { name: "an attempt that still runs", text: began(0, 900), expected: [attempt] },
    {
      name: "one that ended with an exit code",
      text: began(0, 900) + ended(0, 900, 3 << 8),
      expected: [{ ...attempt, ended: { exitCode: 3, at: 1500 } }]
    },
    {
      name: "one that a signal ended",
      text: began(0, 900) + ended(0, 900, 9),
      expected: [{ ...attempt, ended: { signal: "SIGKILL", at: 1500 } }]
    },
    {
      name: "one that pawl was ending, so that its end is not its own",
      text: began(0, 900) + endingLine(900) + ended(0, 900, 0),
      expected: [{ ...attempt, isEnding: true }]
    },
    {
      name: "one that ended before pawl came to end it",
      text: began(0, 900) + ended(0, 900, 0) + endingLine(900),
      expected: [{ ...attempt, ended: { exitCode: 0, at: 1500 } }]
    },
    {
      name: "one whose process id had been that of another",
      text: began(0, 900, { path: "before" }) + endingLine(900) + began(1, 900, { files: "4" }) + ended(1, 900, 0),
      expected: [{ ...attempt, path: "before", isEnding: true }, {
        ...attempt,
        files: "4",
        ended: { exitCode: 0, at: 1500 }
      }]
    },
    {
      name: "one whose files another was given, since it had printed nothing",
      text: began(0, 900) + ended(0, 900, 0) + began(1, 901, { path: "test" }),
      expected: [
        { ...attempt, isSilent: true, ended: { exitCode: 0, at: 1500 } },
        { ...attempt, path: "test", id: { pid: 901, pidStart: 77 } }
      ]
    },
    {
      name: "lines that are torn, of no use, or of another kind",
      text: `{"ended":0\n\n[]\n7\n{"began":"x","pid":2}\n${began(0, 900, { files: "../../x" })}${
        began(1, 900)
      }{"ended":1,"pid":901,"at":2,"status":0}\n{"began":2,"pi`,
      expected: [attempt]
    }
  ])("tells of $name", ({ expected, text }) => {
    expect(parseRecords(text)).toEqual(expected)
  })

  it("is read without an error whatever it holds, and gives only what was begun", () => {
    const whole = began(0, 900) + ended(0, 900, 0) + began(1, 901) + endingLine(901) + ended(1, 901, 15)
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(whole.length), fc.string(), (from, length, put) => {
        const text = whole.slice(0, from) + put + whole.slice(from + length)
        for (const { attempt, err, files, id, out } of parseRecords(text)) {
          expect(id.pid).toBeGreaterThan(0)
          expect(attempt).toBeGreaterThan(0)
          expect(files).toMatch(/^\d+$/)
          expect(Math.min(out, err)).toBeGreaterThanOrEqual(0)
        }
      }),
      { numRuns: 2000 }
    )
  })
})
