/** What every checkpoint promises, whatever it is made of. Run over each implementation. */
import { describe, expect, it } from "@effect/vitest"
import { Effect, HashMap, Layer } from "effect"
import { Checkpoint } from "../../src/checkpoint/Checkpoint.ts"
import type { RunEvent, RunFact } from "../../src/run/RunEvent.ts"
import { apply, empty, targetState } from "../../src/run/RunState.ts"
import type { StateError } from "../../src/run/StateError.ts"
import { Status } from "../../src/run/Status.ts"
import { layerWatching } from "./watching.ts"

export const started: RunFact = {
  type: "RunStarted",
  runId: "r1",
  batch: "b",
  planHash: "sha256:0",
  plan: "plan.json",
  targets: 3
}

export const completed = (target: string): ReadonlyArray<RunFact> => [
  { type: "TargetStarted", target },
  { type: "TargetCompleted", target, durationMs: 5 }
]

/** `open` gives the same record each time it is called, as another process would find it. */
export const checkpointContract = (
  name: string,
  make: () => { readonly open: () => Layer.Layer<Checkpoint, StateError, Status> }
): void => {
  describe(`${name} keeps the promises of a checkpoint`, () => {
    it.effect("a fresh one is empty", () =>
      Effect.gen(function*() {
        const checkpoint = yield* Checkpoint
        expect((yield* checkpoint.state).seq).toBe(0)
        expect(checkpoint.recovery.events).toBe(0)
      }).pipe(Effect.provide(Layer.provide(make().open(), Status.layerSilent))))

    it.effect("what was appended is there when it is opened again", () =>
      Effect.gen(function*() {
        const { open } = make()
        const write = Effect.gen(function*() {
          const checkpoint = yield* Checkpoint
          yield* checkpoint.append([started])
          yield* checkpoint.append(completed("a"))
          return yield* checkpoint.state
        })
        const before = yield* Effect.provide(write, open())
        const after = yield* Effect.provide(Effect.flatMap(Checkpoint, ({ state }) => state), open())
        expect(targetState(after, "a").status).toBe("completed")
        expect(after.seq).toBe(3)
        expect(JSON.stringify(HashMap.toEntries(after.targets))).toBe(JSON.stringify(HashMap.toEntries(before.targets)))
      }).pipe(Effect.provide(Status.layerSilent)))

    it.effect("events of many writers get numbers without gaps, and watchers see them in order", () => {
      const seen: Array<RunEvent> = []
      return Effect.gen(function*() {
        const checkpoint = yield* Checkpoint
        yield* checkpoint.append([started])
        yield* Effect.forEach(
          Array.from({ length: 50 }, (_, index) => `t${index}`),
          (id) => checkpoint.append(completed(id)),
          { concurrency: "unbounded" }
        )
        const state = yield* checkpoint.state
        expect(seen.map(({ seq }) => seq)).toEqual(Array.from({ length: 101 }, (_, index) => index + 1))
        const folded = seen.reduce(apply, empty)
        expect(folded.seq).toBe(state.seq)
        expect(HashMap.size(folded.targets)).toBe(50)
      }).pipe(Effect.provide(Layer.provide(make().open(), layerWatching(seen))))
    })

    it.effect("facts with a condition are recorded if everything before them has left the state as they need it", () => {
      const seen: Array<RunEvent> = []
      return Effect.gen(function*() {
        const checkpoint = yield* Checkpoint
        yield* checkpoint.append([started])
        const only = (id: string, unless: string) =>
          checkpoint.appendIf((state) => targetState(state, unless).status === "pending", completed(id))
        // All stand in line before the first of them is written.
        const recorded = yield* Effect.all([
          checkpoint.append(completed("a")),
          only("b", "a"),
          only("c", "b"),
          checkpoint.append(completed("d")),
          only("e", "d"),
          only("f", "e")
        ], { concurrency: "unbounded" })
        expect(recorded).toEqual([undefined, false, true, undefined, false, true])
        const ended = seen.flatMap((event) => event.type === "TargetCompleted" ? [event.target] : [])
        expect(ended).toEqual(["a", "c", "d", "f"])
        expect(seen.map(({ seq }) => seq)).toEqual(seen.map((_, index) => index + 1))
      }).pipe(Effect.provide(Layer.provide(make().open(), layerWatching(seen))))
    })

    it.effect("a watcher is told of an appended event before append returns", () => {
      const seen: Array<RunEvent> = []
      return Effect.gen(function*() {
        const checkpoint = yield* Checkpoint
        yield* checkpoint.append([started])
        expect(seen.map(({ type }) => type)).toEqual(["RunStarted"])
      }).pipe(Effect.provide(Layer.provide(make().open(), layerWatching(seen))))
    })

    it.effect("a noted fact keeps its place before what is appended after it", () => {
      const seen: Array<RunEvent> = []
      return Effect.gen(function*() {
        const checkpoint = yield* Checkpoint
        yield* checkpoint.append([started])
        yield* checkpoint.note([{ type: "TargetStarted", target: "a" }])
        yield* checkpoint.append([{ type: "TargetCompleted", target: "a", durationMs: 1 }])
        expect(seen.map(({ type }) => type)).toEqual(["RunStarted", "TargetStarted", "TargetCompleted"])
      }).pipe(Effect.provide(Layer.provide(make().open(), layerWatching(seen))))
    })

    it.effect("a noted fact that nothing follows is there when it is opened again", () =>
      Effect.gen(function*() {
        const { open } = make()
        yield* Effect.gen(function*() {
          const checkpoint = yield* Checkpoint
          yield* checkpoint.append([started])
          yield* checkpoint.note([{ type: "TargetStarted", target: "a" }])
        }).pipe(Effect.provide(open()))
        const after = yield* Effect.provide(Effect.flatMap(Checkpoint, ({ state }) => state), open())
        expect(targetState(after, "a").status).toBe("running")
      }).pipe(Effect.provide(Status.layerSilent)))

    it.effect("a snapshot changes nothing about what is found", () =>
      Effect.gen(function*() {
        const { open } = make()
        yield* Effect.gen(function*() {
          const checkpoint = yield* Checkpoint
          yield* checkpoint.append([started])
          yield* checkpoint.append(completed("a"))
          yield* checkpoint.snapshot
          yield* checkpoint.append(completed("b"))
        }).pipe(Effect.provide(open()))
        const after = yield* Effect.provide(Effect.flatMap(Checkpoint, ({ state }) => state), open())
        expect(after.seq).toBe(5)
        expect([targetState(after, "a").status, targetState(after, "b").status]).toEqual(["completed", "completed"])
      }).pipe(Effect.provide(Status.layerSilent)))
  })
}
