import { describe, expect, it } from "@effect/vitest"
import { Effect, Either, FastCheck, Fiber, Layer, Option, TestClock } from "effect"
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { onTestFinished } from "vitest"
import { encodeCancel } from "../../src/checkpoint/CancelFile.ts"
import { decodeDecision, encodeDecision } from "../../src/checkpoint/DecisionFile.ts"
import { layerFileInbox } from "../../src/checkpoint/FileInbox.ts"
import { type DroppedDecision, RunInbox } from "../../src/checkpoint/Inbox.ts"
import { layerDisk } from "../../src/checkpoint/LiveDisk.ts"
import type { LeftCancel } from "../../src/run/Gates.ts"

const layer = Layer.provide(layerFileInbox, layerDisk)
const withInbox = <A, E>(use: (inbox: RunInbox["Type"]) => Effect.Effect<A, E>) =>
  Effect.flatMap(RunInbox, use).pipe(Effect.provide(layer))

const run = (): string => {
  const path = mkdtempSync(join(tmpdir(), "pawl-inbox-"))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** A run with these files in its inbox. */
const runWith = (files: Readonly<Record<string, string>>): string => {
  const path = run()
  mkdirSync(join(path, "inbox"))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, "inbox", name), text)
  return path
}

const decision = (more: Partial<DroppedDecision> = {}): DroppedDecision => ({
  target: "api",
  path: "shards[0]::ship",
  opened: 42,
  option: "approve",
  by: "alice",
  decidedAt: "2026-11-20T03:00:00.000Z",
  ...more
})

describe("a decision that is left for a run", () => {
  it.live("is read as it was left, and stays", () =>
    withInbox((inbox) =>
      Effect.gen(function*() {
        const path = run()
        const given = decision({ note: "checked \"twice\"\n\u001b[31m" })
        expect(yield* inbox.drop(path, given)).toEqual(Option.none())
        expect(yield* inbox.read(path)).toEqual({ decisions: [given], cancels: [], unreadable: [] })
        expect(yield* inbox.read(path)).toEqual({ decisions: [given], cancels: [], unreadable: [] })
        expect(readdirSync(join(path, "inbox"))).toEqual(["gate-42.json"])
      })
    ))

  it.live("is for nobody else to read", () =>
    withInbox((inbox) =>
      Effect.gen(function*() {
        const path = run()
        yield* inbox.drop(path, decision())
        const modes = ["inbox", "inbox/gate-42.json"].map((name) => statSync(join(path, name)).mode & 0o777)
        expect(modes).toEqual([0o700, 0o600])
      })
    ))

  it.live("refuses a second one for the same opening, and says who was first", () =>
    withInbox((inbox) =>
      Effect.gen(function*() {
        const path = run()
        yield* inbox.drop(path, decision())
        const second = yield* inbox.drop(path, decision({ by: "eve", option: "reject" }))
        expect(second).toEqual(Option.some({ decision: decision(), file: join(path, "inbox/gate-42.json") }))
        expect(yield* inbox.drop(path, decision({ by: "eve", opened: 43 }))).toEqual(Option.none())
        expect((yield* inbox.read(path)).decisions.map(({ by, opened }) => `${opened} ${by}`)).toEqual([
          "42 alice",
          "43 eve"
        ])
      })
    ))

  it.live("is one of many that come at once, and the others leave no trace", () =>
    withInbox((inbox) =>
      Effect.gen(function*() {
        const path = run()
        const names = Array.from({ length: 20 }, (_, index) => `person ${index}`)
        const ends = yield* Effect.forEach(names, (by) => inbox.drop(path, decision({ by })), {
          concurrency: "unbounded"
        })
        expect(ends.filter(Option.isNone)).toHaveLength(1)
        expect(readdirSync(join(path, "inbox"))).toHaveLength(1)
        const { decisions: [first] } = yield* inbox.read(path)
        expect(ends.findIndex(Option.isNone)).toBe(names.indexOf(first?.by ?? ""))
      })
    ))

  it.live("can't be left where a file that is none has its name", () =>
    withInbox((inbox) =>
      Effect.gen(function*() {
        const path = runWith({ "gate-42.json": "{\"version\": 1," })
        const error = yield* Effect.flip(inbox.drop(path, decision()))
        expect(error.message).toMatch(/gate-42\.json is in the way of a decision.*not all of it is there$/)
        expect(readFileSync(join(path, "inbox/gate-42.json"), "utf8")).toBe("{\"version\": 1,")
      })
    ))
})

const whole = encodeDecision(decision())

describe("what lies in an inbox and is no decision", () => {
  const files: ReadonlyArray<readonly [what: string, name: string, text: string, why: string]> = [
    ["half of one", "gate-42.json", whole.slice(0, 40), "it is not JSON, or not all of it is there"],
    ["an empty file", "gate-42.json", "", "it is empty"],
    ["a list", "gate-42.json", "[]", "Expected"],
    ["one without its author", "gate-42.json", whole.replace("\"by\":\"alice\",", ""), "`by`: is missing"],
    ["one with an empty author", "gate-42.json", whole.replace("alice", ""), "`by`: "],
    ["one of a newer pawl", "gate-42.json", whole.replace("\"version\":1", "\"version\":2"), "it has version 2"],
    ["one under the name of another", "gate-7.json", whole, "its name says 7, and it says 42"],
    ["a note of a megabyte", "gate-42.json", `${whole}${" ".repeat(1024 * 1024)}`, "it is larger than 65536 bytes"],
    ["another file", "notes.txt", "hello", "its name is not that of a decision"],
    ["a name that only looks like one", "gate-042.json", whole, "its name is not that of a decision"]
  ]

  it.live.each(files)(
    "%s is told, with its name and why",
    ([, name, text, why]) =>
      withInbox((inbox) =>
        Effect.gen(function*() {
          const path = runWith({ [name]: text, "gate-1.json": encodeDecision(decision({ opened: 1 })) })
          const first = yield* inbox.read(path)
          expect(first.decisions.map(({ opened }) => opened)).toEqual([1])
          expect(first.unreadable).toEqual([expect.stringContaining(`inbox/${name} `)])
          expect(first.unreadable.join()).toContain(why)
          expect(yield* inbox.read(path)).toEqual(first)
          expect(readFileSync(join(path, "inbox", name), "utf8")).toBe(text)
        })
      )
  )

  it.live("a link, a pipe and a folder are never followed, waited for or entered", () =>
    withInbox((inbox) =>
      Effect.gen(function*() {
        const path = runWith({})
        writeFileSync(join(path, "elsewhere"), whole)
        symlinkSync(join(path, "elsewhere"), join(path, "inbox/gate-42.json"))
        mkdirSync(join(path, "inbox/gate-43.json"))
        Bun.spawnSync(["mkfifo", join(path, "inbox/gate-44.json")])
        const { decisions, unreadable } = yield* inbox.read(path)
        expect(decisions).toEqual([])
        expect(unreadable.toSorted().map((line) => line.replace(/^.*: /, ""))).toEqual([
          "it is a symbolic link",
          "it is not a plain file",
          "it is not a plain file"
        ])
      })
    ))

  it.live("a file on its way to its name is not looked at", () =>
    withInbox((inbox) =>
      Effect.gen(function*() {
        const path = runWith({ ".gate-42.json.0b1c.tmp": whole.slice(0, 10) })
        expect(yield* inbox.read(path)).toEqual({ decisions: [], cancels: [], unreadable: [] })
      })
    ))

  it.live("half a decision is taken up once it is whole", () =>
    withInbox((inbox) =>
      Effect.gen(function*() {
        const path = runWith({ "gate-42.json": whole.slice(0, 40) })
        expect((yield* inbox.read(path)).unreadable).toHaveLength(1)
        appendFileSync(join(path, "inbox/gate-42.json"), whole.slice(40))
        expect(yield* inbox.read(path)).toEqual({ decisions: [decision()], cancels: [], unreadable: [] })
      })
    ))

  it.live("an inbox that is not there is empty, one that is a file is told", () =>
    withInbox((inbox) =>
      Effect.gen(function*() {
        const path = run()
        expect(yield* inbox.read(path)).toEqual({ decisions: [], cancels: [], unreadable: [] })
        writeFileSync(join(path, "inbox"), "")
        expect(yield* inbox.read(path)).toEqual({ decisions: [], cancels: [], unreadable: [] })
        const error = yield* Effect.flip(inbox.drop(path, decision()))
        expect(error).toMatchObject({ _tag: "StateError" })
      })
    ))

  it.live("a decision that was taken away again is gone", () =>
    withInbox((inbox) =>
      Effect.gen(function*() {
        const path = run()
        yield* inbox.drop(path, decision())
        yield* inbox.read(path)
        unlinkSync(join(path, "inbox/gate-42.json"))
        expect((yield* inbox.read(path)).decisions).toEqual([])
      })
    ))
})

const text = FastCheck.string({ minLength: 1, unit: "binary" })
const anyDecision = FastCheck.record({
  target: text,
  path: text,
  opened: FastCheck.integer({ min: 1, max: 2 ** 40 }),
  option: text,
  by: text,
  note: FastCheck.string(),
  decidedAt: FastCheck.string()
}, { requiredKeys: ["target", "path", "opened", "option", "by", "decidedAt"] })

it.prop("any decision survives its file", [anyDecision], ([given]) => {
  expect(decodeDecision(`gate-${given.opened}.json`, encodeDecision(given))).toEqual(Either.right(given))
})

describe("waiting for something new", () => {
  /** A run whose inbox was last changed long ago, by the virtual clock too. */
  const settled = (): string => {
    const path = runWith({})
    utimesSync(join(path, "inbox"), 0, 0)
    return path
  }
  /** Whether it is known to be changed after this long. */
  const isTold = (path: string, inbox: RunInbox["Type"], milliseconds: number, meanwhile: Effect.Effect<unknown>) =>
    Effect.gen(function*() {
      yield* TestClock.setTime(Date.UTC(2026, 10, 20))
      yield* inbox.read(path)
      const waiting = yield* Effect.fork(inbox.changed(path))
      yield* TestClock.adjust(100)
      yield* meanwhile
      yield* TestClock.adjust(milliseconds - 100)
      return Option.isSome(yield* Fiber.poll(waiting))
    })

  it.effect("ends within a second where something came", () =>
    withInbox((inbox) =>
      Effect.gen(function*() {
        const path = settled()
        expect(yield* isTold(path, inbox, 1000, Effect.orDie(inbox.drop(path, decision())))).toBe(true)
      })
    ))

  it.effect("goes on where nothing came", () =>
    withInbox((inbox) =>
      Effect.gen(function*() {
        expect(yield* isTold(settled(), inbox, 4000, Effect.void)).toBe(false)
      })
    ))

  it.effect("ends after a while all the same: a file may have become whole", () =>
    withInbox((inbox) =>
      Effect.gen(function*() {
        expect(yield* isTold(settled(), inbox, 6000, Effect.void)).toBe(true)
      })
    ))

  it.effect("ends where something came between the reading and the waiting", () =>
    withInbox((inbox) =>
      Effect.gen(function*() {
        const path = settled()
        yield* TestClock.setTime(Date.UTC(2026, 10, 20))
        yield* inbox.read(path)
        yield* Effect.orDie(inbox.drop(path, decision()))
        const waiting = yield* Effect.fork(inbox.changed(path))
        yield* TestClock.adjust(1000)
        expect(Option.isSome(yield* Fiber.poll(waiting))).toBe(true)
      })
    ))
})

const cancel = (more: Partial<LeftCancel> = {}): LeftCancel => ({
  invocation: 3,
  by: "alice",
  requestedAt: "2026-11-20T03:00:00.000Z",
  ...more
})

describe("a request to stop a run", () => {
  it.live("is read as it was left, beside decisions, and gives its place to no other", () =>
    withInbox((inbox) =>
      Effect.gen(function*() {
        const path = run()
        const first = cancel({ note: "no disk" })
        expect(yield* inbox.cancel(path, first)).toEqual(Option.none())
        expect(yield* inbox.cancel(path, cancel({ by: "bob" }))).toEqual(Option.some(first))
        yield* inbox.cancel(path, cancel({ invocation: 4 }))
        yield* inbox.drop(path, decision())
        expect(yield* inbox.read(path)).toEqual({
          decisions: [decision()],
          cancels: [first, cancel({ invocation: 4 })],
          unreadable: []
        })
        expect(readdirSync(join(path, "inbox")).toSorted()).toEqual(["cancel-3.json", "cancel-4.json", "gate-42.json"])
        unlinkSync(join(path, "inbox", "cancel-3.json"))
        expect((yield* inbox.read(path)).cancels).toEqual([cancel({ invocation: 4 })])
      })
    ))

  it.live.each<[string, string, string]>([
    ["cancel-3.json", "", "it is empty"],
    ["cancel-3.json", "{", "it is not JSON, or not all of it is there"],
    ["cancel-3.json", "{\"version\":2}", "it has version 2, written by a newer pawl"],
    ["cancel-3.json", encodeCancel(cancel({ by: "" })), "`by`: "],
    ["cancel-3.json", encodeCancel(cancel({ invocation: 4 })), "its name is not cancel-4.json, and it says 4"],
    ["cancel-0.json", encodeCancel(cancel()), "its name is not that of a decision"]
  ])(
    "that is none is told, and stops nothing: %s %j",
    ([name, text, why]) =>
      withInbox((inbox) =>
        Effect.gen(function*() {
          const { cancels, unreadable } = yield* inbox.read(runWith({ [name]: text }))
          expect([cancels, unreadable]).toEqual([[], [expect.stringContaining(why)]])
        })
      )
  )
})
