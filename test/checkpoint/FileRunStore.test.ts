import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { onTestFinished } from "vitest"
import { Checkpoint } from "../../src/checkpoint/Checkpoint.ts"
import { Disk } from "../../src/checkpoint/Disk.ts"
import { layerFile } from "../../src/checkpoint/FileRunStore.ts"
import { layerDisk } from "../../src/checkpoint/LiveDisk.ts"
import { type JournalPart, type RunRef, RunStore } from "../../src/checkpoint/RunStore.ts"
import { canonicalJson } from "../../src/expression/Value.ts"
import { planHash } from "../../src/plan/Hash.ts"
import type { RunFact } from "../../src/run/RunEvent.ts"
import { StateError } from "../../src/run/StateError.ts"
import { Status } from "../../src/run/Status.ts"
import { completed, halted, plan, started } from "../report/plans.ts"

const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), "pawl-store-"))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

const withDisk = (disk: Layer.Layer<Disk>) => Layer.provide(layerFile, Layer.merge(disk, Status.layerSilent))
const live = withDisk(layerDisk)
const loose = plan(["api", "web"])
const digests = loose.templates.map((template) => ({ text: canonicalJson(template) }))
const nightly = { ...loose, hash: planHash(loose, digests) }

/** A run with these events, current or not; the batch is let go of again. */
const made = (stateDir: string, runId: string, ...facts: ReadonlyArray<RunFact>) =>
  Effect.scoped(Effect.gen(function*() {
    const store = yield* RunStore
    const opened = yield* store.open(stateDir, "nightly")
    const ref = yield* opened.create(runId, nightly)
    const write = Effect.flatMap(Checkpoint, (checkpoint) => checkpoint.append([started(nightly), ...facts]))
    yield* Effect.provide(write, store.checkpoint(ref))
    return ref
  }))

/** A run whose pawl was killed before its first event. */
const created = (stateDir: string, runId: string) =>
  Effect.scoped(Effect.gen(function*() {
    const store = yield* RunStore
    const opened = yield* store.open(stateDir, "nightly")
    return yield* opened.create(runId, nightly)
  }))

const start = { bytes: 0, seq: 0 }
const journalOf = ({ directory }: RunRef): string => join(directory, "journal.ndjson")

describe("reading the events of a run", () => {
  it.effect("gives each as it is in the journal but for the checksum, and goes on where it ended", () =>
    Effect.gen(function*() {
      const store = yield* RunStore
      const ref = yield* made(folder(), "r1", ...completed("api"))
      const first = yield* store.events(ref, start)
      expect(first.events.map(({ event }) => event.seq)).toEqual([1, 2, 3, 4, 5, 6, 7])
      const [line = ""] = readFileSync(journalOf(ref), "utf8").split("\n")
      expect(first.events[0]?.text).toBe(line.replace(/,"crc":"[0-9a-f]{8}"\}$/, "}"))
      expect(yield* store.events(ref, first.place)).toEqual({ events: [], place: first.place })
      const more = Effect.flatMap(Checkpoint, (checkpoint) => checkpoint.append([halted("AllDoneOrBlocked")]))
      yield* Effect.provide(more, store.checkpoint(ref))
      const second = yield* store.events(ref, first.place)
      expect(second.events.map(({ event }) => [event.seq, event.type])).toEqual([[8, "RunHalted"]])
    }).pipe(Effect.provide(live)))

  it.effect("does not give a last line without its end, and gives it once it is whole", () =>
    Effect.gen(function*() {
      const store = yield* RunStore
      const ref = yield* made(folder(), "r1", halted("CapReached"))
      const whole = readFileSync(journalOf(ref), "utf8")
      const cut = whole.lastIndexOf("\n", whole.length - 2) + 20
      writeFileSync(journalOf(ref), whole.slice(0, cut))
      const first = yield* store.events(ref, start)
      expect(first.events).toHaveLength(1)
      appendFileSync(journalOf(ref), whole.slice(cut))
      const second = yield* store.events(ref, first.place)
      expect(second.events.map(({ event }) => event.type)).toEqual(["RunHalted"])
    }).pipe(Effect.provide(live)))

  it.effect("gives them in parts where there are many, one line being as long as it likes", () =>
    Effect.gen(function*() {
      const store = yield* RunStore
      const long: RunFact = {
        type: "TargetSkipped",
        target: "api",
        reason: "need-not-completed",
        need: "web",
        message: "x".repeat(2_500_000)
      }
      const short = Array.from({ length: 20_000 }, (): RunFact => ({ type: "TargetStarted", target: "api" }))
      const ref = yield* made(folder(), "r1", ...short, long)
      const parts: Array<number> = []
      let part: JournalPart = { events: [], place: start }
      do {
        part = yield* store.events(ref, part.place)
        parts.push(part.events.length)
      } while (part.events.length > 0)
      expect(parts.reduce((sum, each) => sum + each, 0)).toBe(20_002)
      expect(parts.length).toBeGreaterThan(2)
    }).pipe(Effect.provide(live)))

  it.effect("gives what is before a damaged line, and then names that line", () =>
    Effect.gen(function*() {
      const store = yield* RunStore
      const ref = yield* made(folder(), "r1", ...completed("api"))
      const lines = readFileSync(journalOf(ref), "utf8").split("\n")
      writeFileSync(journalOf(ref), lines.map((line, at) => at === 3 ? line.replace("api", "web") : line).join("\n"))
      const sound = yield* store.events(ref, start)
      expect(sound.events.map(({ event }) => event.seq)).toEqual([1, 2, 3])
      const error = yield* Effect.flip(store.events(ref, sound.place))
      expect(error.message).toContain("journal.ndjson: line 4 is damaged: its checksum does not match")
    }).pipe(Effect.provide(live)))

  it.effect("gives none of a run that has not begun", () =>
    Effect.gen(function*() {
      const store = yield* RunStore
      const ref = yield* created(folder(), "r1")
      expect(yield* store.events(ref, start)).toEqual({ events: [], place: start })
      expect((yield* store.read(ref)).state.seq).toBe(0)
    }).pipe(Effect.provide(live)))

  it.effect("gives the name of a run that has not begun", () =>
    Effect.gen(function*() {
      const store = yield* RunStore
      const { state } = yield* store.read(yield* created(folder(), "r1"))
      expect([state.seq, state.runId, state.batch]).toEqual([0, "r1", "nightly"])
    }).pipe(Effect.provide(live)))

  it.effect("fails where the journal is gone, or has lost what was begun", () =>
    Effect.gen(function*() {
      const store = yield* RunStore
      const ref = yield* made(folder(), "r1", ...completed("api"))
      const all = yield* store.events(ref, start)
      mkdirSync(join(ref.directory, "logs", "api"))
      for (const text of ["", "{\"seq\":1", "x".repeat(100_000)]) {
        writeFileSync(journalOf(ref), text)
        const error = yield* Effect.flip(store.events(ref, start))
        expect(error.message).toMatch(/journal\.ndjson (is empty|holds no whole event), though steps have run/)
        expect((yield* Effect.flip(store.read(ref))).message).toBe(error.message)
      }
      rmSync(journalOf(ref))
      for (const place of [start, all.place]) {
        expect((yield* Effect.flip(store.events(ref, place))).message).toContain("journal.ndjson is not there")
      }
    }).pipe(Effect.provide(live)))
})

describe("a run that a process works on", () => {
  it.effect("is live, and no other run of its batch is", () =>
    Effect.gen(function*() {
      const store = yield* RunStore
      const stateDir = folder()
      const older = yield* made(stateDir, "r1")
      const newer = yield* made(stateDir, "r2")
      expect([yield* store.live(older), yield* store.live(newer)]).toEqual([undefined, undefined])
      yield* Effect.scoped(Effect.gen(function*() {
        yield* store.open(stateDir, "nightly")
        expect([yield* store.live(older), yield* store.live(newer)]).toEqual([undefined, undefined])
        const looked = Effect.all([store.live(older), store.live(newer)])
        expect(yield* Effect.provide(looked, store.checkpoint(older))).toEqual([{ pid: process.pid }, undefined])
        expect(yield* Effect.provide(looked, store.checkpoint(newer))).toEqual([undefined, { pid: process.pid }])
        const { isCurrent, live } = yield* store.read(newer)
        expect([isCurrent, live]).toEqual([true, { pid: process.pid }])
        expect((yield* store.read(older)).isCurrent).toBeUndefined()
      }))
      expect(yield* store.live(newer)).toBeUndefined()
    }).pipe(Effect.provide(live)))
})

const removed = (stateDir: string, ref: RunRef) =>
  Effect.scoped(Effect.gen(function*() {
    const store = yield* RunStore
    const opened = yield* store.open(stateDir, "nightly")
    yield* opened.remove(ref)
  }))

describe("a batch whose current run is lost in part", () => {
  it.effect("is opened, and says what is lost; taking a new run back leaves it as it was", () =>
    Effect.gen(function*() {
      const store = yield* RunStore
      const stateDir = folder()
      const older = yield* made(stateDir, "r1")
      const ref = yield* made(stateDir, "r2")
      rmSync(join(ref.directory, "plan.json"))
      const { lost, named } = yield* Effect.scoped(Effect.gen(function*() {
        const opened = yield* store.open(stateDir, "nightly")
        const anew = yield* opened.create("r3", nightly)
        yield* opened.discard(anew)
        return { lost: opened.lost, named: opened.current?.runId }
      }))
      expect([named, readFileSync(join(stateDir, "nightly", "current"), "utf8")]).toEqual(["r2", "r2\n"])
      expect(lost?.message).toContain("current names run r2, whose plan is not there")
      expect((yield* store.list(stateDir)).map(({ runId }) => runId)).toEqual(["r2", "r1"])
      rmSync(join(older.directory, "plan.json"))
      const error = yield* Effect.flip(store.read(older))
      expect([error.path, error.hint.includes("it is set aside")]).toEqual([join(older.directory, "plan.json"), true])
    }).pipe(Effect.provide(live)))
})

describe("removing a run", () => {
  it.effect("leaves nothing of it, and no other run is touched", () =>
    Effect.gen(function*() {
      const store = yield* RunStore
      const stateDir = folder()
      const older = yield* made(stateDir, "r1", ...completed("api"))
      const newer = yield* made(stateDir, "r2")
      expect(yield* store.size(older)).toBeGreaterThan(1000)
      yield* removed(stateDir, older)
      expect((yield* store.list(stateDir)).map(({ runId }) => runId)).toEqual(["r2"])
      expect([existsSync(older.directory), existsSync(join(stateDir, "nightly", "removed"))]).toEqual([false, false])
      expect((yield* store.read(newer)).isCurrent).toBe(true)
      expect(yield* store.unswept(stateDir)).toEqual([])
    }).pipe(Effect.provide(live)))

  it.effect("that is the current one leaves the batch without one", () =>
    Effect.gen(function*() {
      const store = yield* RunStore
      const stateDir = folder()
      const only = yield* made(stateDir, "r1")
      yield* removed(stateDir, only)
      const current = yield* Effect.scoped(Effect.map(store.open(stateDir, "nightly"), (opened) => opened.current))
      expect(current).toBeUndefined()
    }).pipe(Effect.provide(live)))

  it.effect("that is cut short anywhere leaves a run or none, never half a one", () =>
    Effect.gen(function*() {
      const seen: Array<string> = []
      const real = yield* Effect.provide(Disk, layerDisk)
      // The disk fails at its nth change, as if pawl were killed there.
      for (let nth = 0; nth < 7; nth++) {
        const stateDir = folder()
        yield* Effect.provide(made(stateDir, "r1"), live)
        const ref = yield* Effect.provide(made(stateDir, "r2", ...completed("api")), live)
        let changes = -1
        const killed = new StateError({ message: "killed", hint: "", path: "" })
        const guarded = <A>(act: Effect.Effect<A, StateError>): Effect.Effect<A, StateError> =>
          Effect.suspend(() => ++changes >= nth ? killed : act)
        const failing = Layer.succeed(Disk, {
          ...real,
          remove: (path) => guarded(real.remove(path)),
          move: (from, to) => guarded(real.move(from, to)),
          makeFolder: (path) =>
            path === join(stateDir, "nightly") ? real.makeFolder(path) : guarded(real.makeFolder(path))
        })
        const end = yield* Effect.either(Effect.provide(removed(stateDir, ref), withDisk(failing)))
        yield* Effect.gen(function*() {
          const store = yield* RunStore
          const runs = yield* store.list(stateDir)
          for (const run of runs) expect((yield* store.read(run)).state.seq).toBe(run.runId === "r1" ? 1 : 7)
          const unswept = yield* store.unswept(stateDir)
          seen.push([end._tag, runs.map(({ runId }) => runId).join(" "), unswept.join(" ")].join(":"))
          // Whatever is left, the batch can be opened and swept.
          yield* Effect.scoped(Effect.flatMap(store.open(stateDir, "nightly"), ({ sweep }) => sweep))
          expect(existsSync(join(stateDir, "nightly", "removed"))).toBe(false)
        }).pipe(Effect.provide(live))
      }
      expect(seen).toEqual([
        "Left:r2 r1:",
        "Left:r2 r1:",
        "Left:r2 r1:",
        "Left:r2 r1:",
        "Left:r1:nightly",
        "Right:r1:",
        "Right:r1:"
      ])
    }))

  it.effect("counts every file of it, and follows no link", () =>
    Effect.gen(function*() {
      const store = yield* RunStore
      const directory = folder()
      mkdirSync(join(directory, "logs", "api"), { recursive: true })
      writeFileSync(join(directory, "logs", "api", "build.out"), "x".repeat(1000))
      writeFileSync(join(directory, "plan.json"), "y".repeat(24))
      expect(yield* store.size({ runId: "r", batch: "b", directory })).toBe(1024)
      expect(yield* store.size({ runId: "r", batch: "b", directory: join(directory, "none") })).toBe(0)
    }).pipe(Effect.provide(live)))
})
