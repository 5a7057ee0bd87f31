/** Drives a plan on the virtual clock, with scripted processes and a checkpoint in memory. */
import { Deferred, type Duration, Effect, Fiber, Layer, TestClock } from "effect"
import { layerMemory } from "../../src/checkpoint/MemoryCheckpoint.ts"
import { Environment } from "../../src/manifest/Environment.ts"
import type { Plan } from "../../src/plan/Plan.ts"
import { drive, type DriveRequest } from "../../src/run/Drive.ts"
import type { Attempt, LeftAttempt } from "../../src/process/ProcessRunner.ts"
import { Gates } from "../../src/run/Gates.ts"
import { Machine } from "../../src/run/Machine.ts"
import type { RunEvent } from "../../src/run/RunEvent.ts"
import type { SchedulerOptions } from "../../src/run/Scheduler.ts"
import { Shutdown } from "../../src/run/Shutdown.ts"
import { Status } from "../../src/run/Status.ts"
import { everything } from "./plans.ts"
import { layerScripted, type Script, type Started } from "./scripted.ts"

export interface Setting {
  readonly journal?: Array<RunEvent>
  readonly started?: Array<Started>
  /** Told of the attempt that is likely to come next. */
  readonly expect?: (attempt: Attempt) => void
  /** What an earlier pawl that was killed left behind. */
  readonly left?: ReadonlyArray<LeftAttempt>
  readonly options?: Partial<SchedulerOptions>
  readonly request?: Partial<DriveRequest>
  /** Another plan that the run followed before. */
  readonly stored?: Plan
  /** Who decides about gates; nobody where it is left out. */
  readonly gates?: Layer.Layer<Gates>
  readonly machine?: Layer.Layer<Machine>
  /** Virtual time after which a signal asks to stop. */
  readonly stopAfter?: Duration.DurationInput
  readonly values?: DriveRequest["loaded"]["values"]
}

/** One invocation. Unless it is stopped a year passes, so that everything that waits comes to its time. */
export const driven = (plan: Plan, script: Script, setting: Setting = {}) =>
  Effect.gen(function*() {
    const { journal = [], left = [], options, request, started = [], stopAfter, stored, values = {} } = setting
    const stop = yield* Deferred.make<"SIGTERM">()
    const layer = Layer.mergeAll(
      Layer.provideMerge(layerMemory(journal), Status.layerSilent),
      layerScripted(script, started, left, setting.expect),
      setting.gates ?? Gates.layerNone,
      setting.machine ?? Machine.layerCalm,
      Layer.succeed(Shutdown, { requested: Deferred.await(stop), hurried: Effect.never }),
      Environment.layerOf({ variables: { PATH: "/bin" }, cwd: "/", timeZone: () => "Europe/Berlin" })
    )
    const running = drive({
      loaded: { plan, values, manifestDir: "/m", file: "batch.yaml" },
      selection: everything(plan),
      options: { selectedBy: "all", autoAdvance: true, maxParallel: 1, ...options },
      resume: { retryErrors: false, retryBlocked: false, allowChanges: false },
      runId: "r1",
      runDir: "/runs/r1",
      storedPlan: () => Effect.succeed(stored ?? plan),
      addPlan: Effect.succeed("plan.2.json"),
      onBegun: Effect.void,
      ...request
    }).pipe(Effect.provide(layer))
    const fiber = yield* Effect.fork(running)
    if (stopAfter !== undefined) {
      yield* TestClock.adjust(stopAfter)
      yield* Deferred.succeed(stop, "SIGTERM")
      return yield* Fiber.join(fiber)
    }
    yield* TestClock.adjust("365 days")
    return yield* Fiber.join(fiber)
  })

/** The types of events, in order, with what tells them apart. */
export const told = (journal: ReadonlyArray<RunEvent>): ReadonlyArray<string> =>
  journal.map((event) =>
    [
      event.type,
      "target" in event ? event.target : "",
      "path" in event ? event.path : "",
      "attempt" in event ? event.attempt : ""
    ]
      .filter((part) => part !== "").join(" ")
  )
