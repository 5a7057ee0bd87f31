/**
 * The runs of a state directory on disk (`layerFile` of `RunStore`).
 *
 * Owns when which file of a run's directory comes to be. The surprise: `current` is written
 * last, so a run whose making was cut short is never gone on with.
 */
import { Effect, Either, Layer } from "effect"
import { dirname, join } from "node:path"
import { decodePlan, encodePlan } from "../plan/PlanJson.ts"
import type { Plan } from "../plan/Plan.ts"
import { StateError } from "../run/StateError.ts"
import { Status } from "../run/Status.ts"
import { Disk } from "./Disk.ts"
import { layerFile as layerFileCheckpoint } from "./FileCheckpoint.ts"
import { liveHolder, lock } from "./Lock.ts"
import { recover } from "./Recover.ts"
import {
  batchDirectory,
  currentFile,
  FIRST_PLAN,
  lockFile,
  nextPlanName,
  runDirectory,
  runsDirectory
} from "./RunDirectory.ts"
import { type RunRef, RunStore } from "./RunStore.ts"

const decoder = new TextDecoder()

const make = Effect.gen(function*() {
  const disk = yield* Disk
  const status = yield* Status

  const readPlan = Effect.fn("FileRunStore.readPlan")(function*(directory: string, name: string) {
    const path = join(directory, name)
    const bytes = yield* disk.read(path)
    const plan = bytes === undefined ? Either.left("it is not there") : decodePlan(decoder.decode(bytes))
    if (Either.isRight(plan)) return plan.right
    return yield* new StateError({
      message: `${path} could not be read as a plan: ${plan.left}`,
      hint: "restore the file from a backup, or set this run aside with --fresh and start anew",
      path
    })
  })

  const runsOf = (stateDir: string, batch: string) => {
    const batchDir = batchDirectory(stateDir, batch)
    return disk.list(runsDirectory(batchDir)).pipe(
      Effect.flatMap(Effect.forEach((runId) => {
        const directory = runDirectory(batchDir, runId)
        return Effect.map(
          disk.modifiedAt(join(directory, FIRST_PLAN)),
          (at) => ({ at, ref: { runId, batch, directory } })
        )
      })),
      Effect.map((runs) => runs.flatMap(({ at, ref }) => at === undefined ? [] : [{ at, ref }]))
    )
  }

  const list = (stateDir: string) =>
    disk.list(stateDir).pipe(
      Effect.flatMap(Effect.forEach((batch) => runsOf(stateDir, batch))),
      Effect.map((batches) =>
        batches.flat().sort((a, b) => b.at - a.at || (a.ref.runId < b.ref.runId ? 1 : -1)).map(({ ref }) => ref)
      )
    )

  const read = Effect.fn("FileRunStore.read")(function*(ref: RunRef) {
    const { state } = yield* Effect.provideService(recover(ref.directory), Disk, disk)
    const plan = yield* readPlan(ref.directory, state.plan === "" ? FIRST_PLAN : state.plan)
    const holder = liveHolder(lockFile(dirname(dirname(ref.directory))))
    return { ref, plan, state, ...(holder === undefined ? {} : { live: { pid: holder.pid } }) }
  })

  const open = Effect.fn("FileRunStore.open")(function*(stateDir: string, batch: string) {
    const batchDir = batchDirectory(stateDir, batch)
    yield* disk.makeFolder(batchDir)
    yield* lock(lockFile(batchDir), batch)
    const refOf = (runId: string): RunRef => ({ runId, batch, directory: runDirectory(batchDir, runId) })
    const bytes = yield* disk.read(currentFile(batchDir))
    const runId = bytes === undefined ? "" : decoder.decode(bytes).trim()
    if (runId !== "" && (yield* disk.modifiedAt(join(refOf(runId).directory, FIRST_PLAN))) === undefined) {
      return yield* new StateError({
        message: `${currentFile(batchDir)} names run ${runId}, whose plan is not there`,
        hint: "restore the run from a backup, or remove that file to start anew",
        path: currentFile(batchDir)
      })
    }
    const discard = (ref: RunRef) =>
      Effect.zipRight(
        runId === "" ? disk.remove(currentFile(batchDir)) : disk.replace(currentFile(batchDir), `${runId}\n`),
        disk.remove(ref.directory)
      )
    return {
      ...(runId === "" ? {} : { current: refOf(runId) }),
      plan: (ref: RunRef, name: string) => readPlan(ref.directory, name),
      exists: (id: string) =>
        Effect.map(disk.modifiedAt(join(refOf(id).directory, FIRST_PLAN)), (at) => at !== undefined),
      create: (id: string, plan: Plan) => {
        const ref = refOf(id)
        return disk.makeFolder(join(ref.directory, "logs")).pipe(
          Effect.zipRight(disk.replace(join(ref.directory, FIRST_PLAN), encodePlan(plan))),
          Effect.zipRight(disk.replace(currentFile(batchDir), `${id}\n`)),
          Effect.as(ref),
          Effect.tapError(() => Effect.ignoreLogged(disk.remove(ref.directory)))
        )
      },
      addPlan: (ref: RunRef, plan: Plan) =>
        disk.list(ref.directory).pipe(
          Effect.map(nextPlanName),
          Effect.tap((name) => disk.replace(join(ref.directory, name), encodePlan(plan)))
        ),
      discard
    }
  })

  return RunStore.of({
    list,
    read,
    open,
    checkpoint: (ref) =>
      layerFileCheckpoint(ref.directory).pipe(
        Layer.provide(Layer.merge(Layer.succeed(Disk, disk), Layer.succeed(Status, status)))
      ),
    saveSummary: (ref, text) => disk.replace(join(ref.directory, "summary.json"), text)
  })
})

/** Runs on the disk of this machine. */
export const layerFile: Layer.Layer<RunStore, never, Disk | Status> = Layer.effect(RunStore, make)
