/**
 * The runs of a state directory on disk (`layerFile` of `RunStore`).
 *
 * Owns when which file of a run's directory comes to be. The surprise: `current` is written
 * last, so a run whose making was cut short is never gone on with.
 */
import { Effect, Either, Layer } from "effect"
import { dirname, join } from "node:path"
import { decodePlan, encodePlan } from "../plan/PlanJson.ts"
import { isOpen, withLines } from "../plan/OpenPlan.ts"
import type { Plan } from "../plan/Plan.ts"
import { decodeOrigin, encodeOrigin, type RunOrigin } from "../run/RunOrigin.ts"
import { StateError } from "../run/StateError.ts"
import { Status } from "../run/Status.ts"
import { currentRun, readCurrent } from "./CurrentRun.ts"
import { Disk } from "./Disk.ts"
import { stateError } from "./DiskError.ts"
import { layerFile as layerFileCheckpoint } from "./FileCheckpoint.ts"
import { checkBatch, listRuns } from "./ListRuns.ts"
import { liveHolder, lock, nameRun } from "./Lock.ts"
import { readEvents } from "./ReadEvents.ts"
import { checkParts, isRun } from "./LostParts.ts"
import { JOURNAL, recover } from "./Recover.ts"
import {
  batchDirectory,
  currentFile,
  FIRST_PLAN,
  inboxFolder,
  isPlanName,
  lockFile,
  logsFolder,
  nextPlanName,
  originFile,
  removedFolder,
  runDirectory,
  spoolFolder,
  SUMMARY,
  TARGETS
} from "./RunDirectory.ts"
import { type RunRef, RunStore } from "./RunStore.ts"

/** What keeps other processes away from a batch. */
export interface Locks {
  readonly lock: typeof lock
  readonly nameRun: typeof nameRun
  readonly liveHolder: typeof liveHolder
}

const decoder = new TextDecoder()

const make = Effect.fn("FileRunStore.make")(function*({ liveHolder, lock, nameRun }: Locks) {
  const disk = yield* Disk
  const status = yield* Status

  /** An open plan with the targets that came to it. */
  const readTargets = Effect.fn("FileRunStore.readTargets")(function*(directory: string, plan: Plan) {
    const path = join(directory, TARGETS)
    const bytes = yield* disk.read(path)
    const whole = bytes === undefined ? Either.left("it is not there") : withLines(plan, decoder.decode(bytes))
    if (Either.isRight(whole)) return whole.right
    return yield* new StateError({
      message: `${path} could not be read as targets: ${whole.left}`,
      hint: "restore the file from a backup, or set this run aside with --fresh and start anew",
      path
    })
  })

  const readPlan = Effect.fn("FileRunStore.readPlan")(function*(directory: string, name: string) {
    const path = join(directory, name)
    const bytes = isPlanName(name) ? yield* disk.read(path) : undefined
    const plan = bytes === undefined ? Either.left("it is not there") : decodePlan(decoder.decode(bytes))
    if (Either.isRight(plan)) return isOpen(plan.right) ? yield* readTargets(directory, plan.right) : plan.right
    return yield* new StateError({
      message: `${path} could not be read as a plan: ${plan.left}`,
      hint: "restore the file from a backup, or set this run aside with --fresh and start anew",
      path
    })
  })

  const readOrigin = Effect.fn("FileRunStore.readOrigin")(function*(ref: RunRef) {
    const path = originFile(ref.directory)
    const bytes = yield* disk.read(path)
    if (bytes === undefined) return undefined
    const origin = decodeOrigin(decoder.decode(bytes))
    if (Either.isRight(origin)) return origin.right
    return yield* new StateError({
      message: `${path} could not be read: ${origin.left}`,
      hint: "go on with `pawl run` and the manifest, which writes it anew",
      path
    })
  })

  const keepOrigin = Effect.fn("FileRunStore.keepOrigin")(function*(ref: RunRef, origin: RunOrigin | undefined) {
    const path = originFile(ref.directory)
    const bytes = yield* disk.read(path)
    if (origin === undefined) {
      if (bytes !== undefined) yield* disk.remove(path)
      return
    }
    const text = encodeOrigin(origin)
    if (bytes === undefined || decoder.decode(bytes) !== text) yield* disk.replace(path, text)
  })

  /** No folder of a run may be a link: whoever made it could have another place written to, or removed. */
  const checkRun = ({ directory }: RunRef) =>
    Effect.forEach(
      [directory, logsFolder(directory), spoolFolder(directory), inboxFolder(directory)],
      disk.checkFolder,
      { discard: true }
    )
  const currentOf = (batchDir: string) => Effect.provideService(readCurrent(batchDir), Disk, disk)
  const isThere = (directory: string) => Effect.provideService(isRun(directory), Disk, disk)

  const lockOf = (ref: RunRef): string => lockFile(dirname(dirname(ref.directory)))

  const live = (ref: RunRef) =>
    Effect.sync(() => {
      const holder = liveHolder(lockOf(ref))
      return holder?.runId === ref.runId ? { pid: holder.pid } : undefined
    })

  const read = Effect.fn("FileRunStore.read")(function*(ref: RunRef) {
    yield* checkRun(ref)
    const batchDir = dirname(dirname(ref.directory))
    const isCurrent = (yield* currentOf(batchDir)) === ref.runId
    const parts = checkParts(ref.directory, isCurrent ? currentFile(batchDir) : undefined)
    yield* Effect.provideService(parts, Disk, disk)
    const recovered = yield* Effect.provideService(recover(ref.directory), Disk, disk)
    // One that was killed before its first event has a name all the same.
    const state = recovered.state.seq === 0
      ? { ...recovered.state, runId: ref.runId, batch: ref.batch }
      : recovered.state
    const plan = yield* readPlan(ref.directory, state.plan === "" ? FIRST_PLAN : state.plan)
    const process = yield* live(ref)
    return { ref, plan, state, ...(process && { live: process }), ...(isCurrent ? { isCurrent: true as const } : {}) }
  })

  const open = Effect.fn("FileRunStore.open")(function*(stateDir: string, batch: string) {
    const batchDir = batchDirectory(stateDir, batch)
    yield* disk.makeFolder(batchDir)
    yield* Effect.provideService(checkBatch(batchDir), Disk, disk)
    const notes = yield* lock(lockFile(batchDir), batch)
    const refOf = (runId: string): RunRef => ({ runId, batch, directory: runDirectory(batchDir, runId) })
    const { anew, lost, runId, text } = yield* Effect.provideService(currentRun(batchDir), Disk, disk)
    const discard = (ref: RunRef) =>
      Effect.zipRight(
        text === undefined ? disk.remove(currentFile(batchDir)) : disk.replace(currentFile(batchDir), `${text}\n`),
        disk.remove(ref.directory)
      )
    const sweep = disk.remove(removedFolder(batchDir))
    const remove = Effect.fn("FileRunStore.remove")(function*(ref: RunRef) {
      // First of all nobody goes on with it any more.
      if ((yield* currentOf(batchDir)) === ref.runId) yield* disk.remove(currentFile(batchDir))
      yield* sweep
      yield* disk.makeFolder(removedFolder(batchDir))
      yield* disk.move(ref.directory, join(removedFolder(batchDir), ref.runId))
      yield* sweep
    })
    return {
      ...(runId === undefined ? {} : { current: refOf(runId) }),
      ...(lost === undefined ? {} : { lost }),
      anew,
      plan: (ref: RunRef, name: string) => readPlan(ref.directory, name),
      exists: (id: string) => isThere(refOf(id).directory),
      create: (id: string, plan: Plan) => {
        const ref = refOf(id)
        const made = disk.makeFolder(logsFolder(ref.directory)).pipe(
          Effect.zipRight(disk.makeFolder(inboxFolder(ref.directory))),
          // There from the first: a run that goes on without its journal has lost it.
          Effect.zipRight(Effect.scoped(disk.openAppend(join(ref.directory, JOURNAL)))),
          Effect.zipRight(isOpen(plan) ? Effect.scoped(disk.openAppend(join(ref.directory, TARGETS))) : Effect.void),
          Effect.zipRight(disk.replace(join(ref.directory, FIRST_PLAN), encodePlan(plan))),
          Effect.zipRight(disk.replace(currentFile(batchDir), `${id}\n`)),
          Effect.as(ref),
          // It may be named already: first of all nobody goes on with it.
          Effect.tapError(() => Effect.ignoreLogged(discard(ref)))
        )
        // What somebody else put there is not removed.
        return Effect.zipRight(checkRun(ref), made)
      },
      grow: (ref: RunRef) =>
        Effect.map(disk.openAppend(join(ref.directory, TARGETS)), (file) => (text: string) =>
          Effect.try({
            try: () => {
              file.write(text)
              file.sync()
            },
            catch: (cause) =>
              cause instanceof StateError ? cause : stateError("written", join(ref.directory, TARGETS), cause)
          })),
      addPlan: (ref: RunRef, plan: Plan) =>
        disk.list(ref.directory).pipe(
          Effect.map(nextPlanName),
          Effect.tap((name) => disk.replace(join(ref.directory, name), encodePlan(plan)))
        ),
      notes,
      origin: readOrigin,
      keepOrigin,
      discard,
      remove,
      sweep
    }
  })

  return RunStore.of({
    list: (stateDir) => Effect.provideService(listRuns(stateDir), Disk, disk),
    read,
    origin: readOrigin,
    live,
    events: (ref, from) => Effect.provideService(readEvents(ref.directory, from), Disk, disk),
    size: (ref) => disk.size(ref.directory),
    unswept: (stateDir) =>
      Effect.flatMap(
        disk.list(stateDir),
        Effect.filter((batch) =>
          Effect.map(disk.list(removedFolder(batchDirectory(stateDir, batch))), (names) => names.length > 0)
        )
      ),
    open,
    checkpoint: (ref) =>
      layerFileCheckpoint(ref.directory).pipe(
        Layer.provide(Layer.merge(Layer.succeed(Disk, disk), Layer.succeed(Status, status))),
        Layer.provide(Layer.effectDiscard(Effect.zipRight(checkRun(ref), nameRun(lockOf(ref), ref.runId))))
      ),
    saveSummary: (ref, pieces) => disk.replace(join(ref.directory, SUMMARY), { pieces })
  })
})

/** Runs on a disk, under locks of whatever kind. */
export const layerFileWith = (locks: Locks): Layer.Layer<RunStore, never, Disk | Status> =>
  Layer.effect(RunStore, make(locks))

/** Runs on a disk, under the locks of this machine. */
export const layerFile: Layer.Layer<RunStore, never, Disk | Status> = layerFileWith({ liveHolder, lock, nameRun })
