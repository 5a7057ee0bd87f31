import { describe, expect, it } from "@effect/vitest"
import { Arbitrary, Either, HashMap } from "effect"
import * as fc from "fast-check"
import { canonicalJson, stringifyJson } from "../../src/expression/Value.ts"
import { inspect, replay } from "../../src/checkpoint/Journal.ts"
import { decodeLine, encodeLine } from "../../src/checkpoint/JournalLine.ts"
import { isPlanName, nextPlanName } from "../../src/checkpoint/RunDirectory.ts"
import { decodeSnapshot, encodeSnapshot, type Snapshot } from "../../src/checkpoint/Snapshot.ts"
import { RunEvent } from "../../src/run/RunEvent.ts"
import { apply, empty } from "../../src/run/RunState.ts"

const textOf = (snapshot: Snapshot): string => [...encodeSnapshot(snapshot)].join("")

const event = Arbitrary.make(RunEvent).filter((candidate) => Number.isSafeInteger(candidate.seq))
const events = fc.array(event, { maxLength: 20 }).map((all) => all.map((one, index) => ({ ...one, seq: index + 1 })))

describe("a line of the journal", () => {
  it("gives back the event that was written, and is plain JSON", () => {
    fc.assert(fc.property(event, (written) => {
      const line = encodeLine(written)
      expect(line.endsWith("\n")).toBe(true)
      expect(line.slice(0, -1)).not.toContain("\n")
      expect(JSON.parse(line)).toMatchObject({ seq: written.seq, crc: expect.stringMatching(/^[0-9a-f]{8}$/) })
      expect(stringifyJson(Either.getOrThrow(decodeLine(line.slice(0, -1))))).toBe(stringifyJson(written))
    }))
  })

  it("with any one character changed is refused", () => {
    fc.assert(fc.property(event, fc.nat(), (written, at) => {
      const line = encodeLine(written).slice(0, -1)
      const place = at % line.length
      const changed = `${line.slice(0, place)}${line[place] === "~" ? "!" : "~"}${line.slice(place + 1)}`
      expect(Either.isLeft(decodeLine(changed))).toBe(true)
    }))
  })
})

describe("a journal cut anywhere", () => {
  it("gives the events of its whole lines and says what it dropped", () => {
    fc.assert(fc.property(events, fc.nat(), (all, at) => {
      const bytes = Buffer.from(all.map(encodeLine).join(""))
      const cut = bytes.length === 0 ? 0 : at % (bytes.length + 1)
      const read = Either.getOrThrow(replay(bytes.subarray(0, cut), empty, 1))
      const whole = bytes.subarray(0, cut).toString("utf8").split("\n").length - 1
      expect(read.events).toBe(whole)
      expect(read.state.seq).toBe(whole)
      expect((read.dropped?.bytes ?? 0) + read.soundBytes).toBe(cut)
    }))
  })
})

describe("a snapshot", () => {
  it("gives back the state that was written", () => {
    fc.assert(fc.property(events, (all) => {
      const state = all.reduce(apply, empty)
      const read = Either.getOrThrow(decodeSnapshot(textOf({ state, journalBytes: 7, lastLineBytes: 3 })))
      expect([read.journalBytes, read.lastLineBytes, read.state.seq]).toEqual([7, 3, state.seq])
      for (const [id, target] of state.targets) {
        const [back, written] = [HashMap.unsafeGet(read.state.targets, id), target]
        expect(canonicalJson(JSON.parse(stringifyJson(back)))).toBe(canonicalJson(JSON.parse(stringifyJson(written))))
      }
    }))
  })

  it("is indented JSON, of many targets too", () => {
    const of = (index: number): RunEvent => ({
      seq: index + 1,
      at: "2026-01-01T00:00:00.000Z",
      type: "StepStarted",
      target: `t"\\n${index}`,
      path: "main",
      attempt: 1,
      pid: 1
    })
    const many = Array.from({ length: 3000 }, (_, index) => of(index))
    for (const all of [[], many.slice(0, 1), many]) {
      const text = textOf({ state: all.reduce(apply, empty), journalBytes: 7, lastLineBytes: 3 })
      expect(`${JSON.stringify(JSON.parse(text), undefined, 1)}\n`).toBe(text)
      expect(HashMap.size(Either.getOrThrow(decodeSnapshot(text)).state.targets)).toBe(all.length)
    }
  })

  it("with a changed character is damaged, never another state", () => {
    fc.assert(fc.property(events, fc.nat(), (all, at) => {
      const text = textOf({ state: all.reduce(apply, empty), journalBytes: 7, lastLineBytes: 3 })
      const place = at % text.length
      const changed = `${text.slice(0, place)}${text[place] === "~" ? "!" : "~"}${text.slice(place + 1)}`
      expect(Either.isLeft(decodeSnapshot(changed))).toBe(true)
    }))
  })
})

it("later plans get names of their own", () => {
  expect(nextPlanName([])).toBe("plan.json")
  expect(nextPlanName(["plan.json", "logs"])).toBe("plan.2.json")
  expect(nextPlanName(["plan.json", "plan.2.json", "plan.9.json"])).toBe("plan.10.json")
})

it.each(["", "plan", "../plan.json", "plan.../x.json", "a/plan.json", "plan.json/..", "plan.2.json\n", "Plan.json"])(
  "%j is no name of a plan, whatever a journal says",
  (name) => {
    expect(isPlanName(name)).toBe(false)
    expect([isPlanName("plan.json"), isPlanName("plan.12.json")]).toEqual([true, true])
  }
)

describe("looking a journal over", () => {
  it("finds whole lines sound exactly where reading them does", () => {
    fc.assert(fc.property(events, fc.nat(), fc.boolean(), (all, at, spoil) => {
      const bytes = Buffer.from(all.map(encodeLine).join(""))
      if (spoil && bytes.length > 0) {
        const place = at % bytes.length
        bytes[place] = bytes[place] === 0x7e ? 0x21 : 0x7e
      }
      const seen = inspect(bytes, 1)
      const read = replay(bytes, empty, 1)
      const isTorn = Either.isRight(read) && read.right.dropped !== undefined
      expect(Either.isRight(seen)).toBe(Either.isRight(read))
      if (Either.isRight(seen) && !isTorn) expect(seen.right).toMatchObject({ bytes: bytes.length, lines: all.length })
    }))
  })
})
