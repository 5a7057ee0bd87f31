/**
 * One seed: a batch that is run, broken off and run again until it is through.
 *
 * Owns what is called when, and what must hold after each call. Must not know how a run goes: it
 * is the real engine over the real checkpoint. The surprise: the promises are held against what
 * watchers were told and what processes were begun, not against what pawl believes.
 */
import { Cause, Effect, Exit, Layer, Random } from "effect"
import { join } from "node:path"
import { Disk } from "../../src/checkpoint/Disk.ts"
import { layerFileWith } from "../../src/checkpoint/FileRunStore.ts"
import { JOURNAL } from "../../src/checkpoint/Recover.ts"
import { RunStore } from "../../src/checkpoint/RunStore.ts"
import { Environment } from "../../src/manifest/Environment.ts"
import { ProcessRunner } from "../../src/process/ProcessRunner.ts"
import { ExitCode } from "../../src/run/ExitCode.ts"
import { Gates } from "../../src/run/Gates.ts"
import { Machine } from "../../src/run/Machine.ts"
import { countSelected } from "../../src/run/Outcome.ts"
import { runPlan } from "../../src/run/RunBatch.ts"
import type { RunEvent } from "../../src/run/RunEvent.ts"
import { Shutdown } from "../../src/run/Shutdown.ts"
import { Status } from "../../src/run/Status.ts"
import { BEGINNING } from "../../src/simulate/Rehearse.ts"
import { inVirtualTime } from "../../src/simulate/VirtualClock.ts"
import { makeComputer, MANIFEST_DIR, nothingMore, STATE_DIR } from "./Computer.ts"
import { makeDice } from "./Dice.ts"
import { endProblems, lostDecisions } from "./EndCheck.ts"
import { ordealOf } from "./RandomBatch.ts"
import type { CallEnd, Coverage, RoundEnd } from "./Round.ts"
import type { Death, Fate } from "./SimulatedDisk.ts"
import { snapshotProblems } from "./SnapshotCheck.ts"
import { makeStepWatch } from "./StepWatch.ts"
import { eventsOf, makeWitness, soundLines } from "./Witness.ts"

/** More calls than anybody would make. */
const MOST_CALLS = 300
/** Who is turned away for ever gives up after so many calls. */
const PATIENCE = 30

/** The lock is the system's and goes with its holder: nothing of it is on the disk. */
const locks = {
  lock: (): Effect.Effect<ReadonlyArray<string>> => Effect.succeed([]),
  nameRun: () => Effect.void,
  liveHolder: (): undefined => {}
}

/** Plays a seed to its end. */
export const playRound = async (seed: number, { happened, seen }: Coverage): Promise<RoundEnd> => {
  const ordeal = ordealOf(seed)
  const { later, loaded, manner, mishaps, script, selection } = ordeal
  const dice = makeDice(Bun.hash.xxHash32(`round ${seed}`))
  const random = Random.make(seed)
  const failures: Array<string> = []
  const fail = (message: string): void => void failures.push(message)
  const computer = makeComputer(script, dice, seen)
  const { files, people } = computer
  const { plan } = loaded
  const batchDir = join(STATE_DIR, plan.batch)
  const figures = { calls: 0, kills: 0, powerCuts: 0, faults: 0 }
  const fate: Fate = { mishaps: [...mishaps], happened }
  const witness = makeWitness(fail)
  const stepWatch = makeStepWatch(plan, witness, computer, () => recorded(), fail)
  let now = BEGINNING
  /** The run that somebody was told of. */
  let runId: string | undefined

  const currentRun = (): string | undefined => {
    const current = files.inspect(join(batchDir, "current"))
    return current === undefined ? undefined : new TextDecoder().decode(current.bytes).trim()
  }
  const runDirOf = (id: string): string => join(batchDir, "runs", id)
  const journal = () => runId === undefined ? undefined : files.inspect(join(runDirOf(runId), JOURNAL))

  const recorded = () => eventsOf(soundLines(journal()?.bytes ?? new Uint8Array()))

  /** What the files say by themselves, with the snapshot and without it. */
  const checkFiles = (when: string, isPowerCut: boolean): void => {
    if (runId === undefined) return
    witness.find(journal(), when, isPowerCut)
    for (const problem of snapshotProblems(files.calls, runDirOf(runId))) fail(`${when}: ${problem}`)
  }

  let clock = (): number => now

  const call = async (isFirst: boolean, withFate: Fate): Promise<CallEnd> => {
    figures.calls += 1
    witness.begin()
    let death: Death | undefined
    const end = await Effect.runPromise(inVirtualTime(now, random, (world) => {
      clock = world.now
      computer.setTime(world.now)
      const onDeath = (how: Death): void => {
        death ??= how
        world.stop()
      }
      const pawl = computer.newProcess(withFate, onDeath)
      const newPerson = () =>
        computer.newProcess(withFate, (how) => how === "power cut" ? onDeath(how) : undefined).disk
      const isDead = (): boolean => pawl.death() !== undefined
      const observe = (event: RunEvent): void => {
        if (isDead()) return
        if (event.type === "RunStarted") {
          if (runId !== undefined) fail(`run ${event.runId} began anew beside run ${runId}, of which somebody was told`)
          runId = event.runId
        }
        // That a run began may have been recorded by a call that did not live to tell it.
        runId ??= currentRun()
        witness.tell(event, journal())
        people.hear(event, runDirOf(runId ?? ""))
      }
      return Effect.gen(function*() {
        const store = yield* RunStore
        const options = { ...manner, fresh: false }
        const outcome = yield* runPlan({
          stateDir: STATE_DIR,
          loaded: { ...(isFirst ? loaded : later), manifestDir: MANIFEST_DIR },
          inputs: {},
          selection,
          options
        })
        // As `pawl run` does it: a run that is not through has no summary on disk.
        const { paused, pending } = countSelected(loaded.plan, selection, outcome.state)
        if (outcome.error === undefined && pending + paused === 0) yield* store.saveSummary(outcome.ref, () => ["{}\n"])
        return outcome
      }).pipe(
        Effect.either,
        Effect.map((either) => ({ either, hadFault: pawl.hadFault() })),
        Effect.provide(
          Layer.mergeAll(
            Layer.provideMerge(
              layerFileWith(locks),
              Layer.mergeAll(Layer.succeed(Disk, pawl.disk), Layer.succeed(Status, { observe }))
            ),
            Machine.layerCalm,
            Environment.layerOf({ variables: { PATH: "/bin" }, cwd: "/" })
          )
        ),
        Effect.provideService(ProcessRunner, computer.runner(isDead, (attempt) => stepWatch.begins(attempt, clock()))),
        Effect.provideServiceEffect(Gates, people.gates(pawl.disk, newPerson)),
        Effect.provideService(Shutdown, { requested: nothingMore, hurried: nothingMore })
      )
    }))
    now = end.at
    clock = () => now
    computer.setTime(clock)
    if (death !== undefined) {
      figures[death === "killed" ? "kills" : "powerCuts"] += 1
      computer.clearUp(death)
      return { type: "died", death }
    }
    if (end.type !== "ended") return { type: "broke", why: "everything waits, and nothing will ever happen" }
    if (Exit.isFailure(end.exit)) return { type: "broke", why: Cause.pretty(end.exit.cause) }
    const { either, hadFault } = end.exit.value
    if (hadFault) figures.faults += 1
    if (either._tag === "Left") {
      const { left } = either
      if (left._tag !== "StateError") return { type: "broke", why: `${left._tag}: ${left.message}` }
      if (!hadFault) return { type: "broke", why: `exit code 74 on a sound disk: ${left.message}` }
      return { type: "ended", code: ExitCode.State, why: left.message }
    }
    const outcome = either.right
    const { bytes, durable } = journal() ?? { bytes: new Uint8Array(), durable: 0 }
    if (!hadFault && durable < bytes.length) {
      return { type: "broke", why: `exit code ${outcome.exitCode} was told of a state that was not durable` }
    }
    const why = outcome.error?.message ?? outcome.state.halted?.reason ?? ""
    if (hadFault !== (outcome.exitCode === ExitCode.State)) {
      return {
        type: "broke",
        why: `exit code ${outcome.exitCode} ${hadFault ? "after a disk error" : "on a sound disk"}: ${why}`
      }
    }
    return { type: "ended", code: outcome.exitCode, outcome, why }
  }

  /** When the same call is made again; undefined: nobody has a reason to. */
  const againAt = ({ code, outcome }: Extract<CallEnd, { readonly type: "ended" }>): number | undefined => {
    if (code === ExitCode.State) return now
    const halted = outcome?.state.halted
    if (halted?.reason === "CapReached") return manner.cap === 0 ? undefined : now
    if (halted?.reason === "RateLimited" && halted.retryAt !== undefined && figures.calls < PATIENCE) {
      return Math.max(now, Date.parse(halted.retryAt))
    }
    if (code === ExitCode.DecisionNeeded) {
      const due = people.nextDue()
      return due === undefined ? undefined : Math.max(now, due)
    }
    return undefined
  }

  const finish = (): RoundEnd => ({ failures, ...figures, events: witness.lastTold() })

  let last: Extract<CallEnd, { readonly type: "ended" }> | undefined
  for (let calls = 0; last === undefined; calls++) {
    if (calls === MOST_CALLS) {
      fail(`it is not through after ${MOST_CALLS} calls`)
      return finish()
    }
    const end = await call(calls === 0, fate)
    if (end.type === "broke") {
      fail(end.why)
      return finish()
    }
    checkFiles(
      `after call ${calls + 1}, ${end.type === "died" ? end.death : `exit code ${end.code}`}`,
      end.type === "died" && end.death === "power cut"
    )
    if (failures.length > 0) return finish()
    if (end.type === "died") {
      now += dice.below(600_000)
      continue
    }
    // A mishap that never came to pass shall not keep the next from doing so.
    if (end.code !== ExitCode.State) fate.mishaps.shift()
    const again = againAt(end)
    if (again === undefined) last = end
    else now = again
    if (end.code === ExitCode.DecisionNeeded && again !== undefined) {
      await dropDecisions()
    }
  }

  async function dropDecisions(): Promise<void> {
    let death: Death | undefined
    const end = await Effect.runPromise(inVirtualTime(now, random, (world) => {
      computer.setTime(world.now)
      return people.act(() =>
        computer.newProcess(fate, (how) => {
          if (how === "killed") return
          death = how
          world.stop()
        }).disk
      )
    }))
    now = end.at
    computer.setTime(() => now)
    if (death !== undefined) {
      figures.powerCuts += 1
      computer.clearUp(death)
      checkFiles("after a power cut while a decision was dropped", true)
    }
  }

  const { code, outcome } = last
  if (outcome === undefined || runId === undefined) {
    fail(`nobody was told how it ended: exit code ${code}`)
    return finish()
  }
  for (const problem of endProblems({ ...ordeal, outcome, journal: recorded() })) fail(problem)
  const before = journal()?.bytes.length
  const again = await call(false, { mishaps: [], happened })
  const sameEnd = again.type === "ended" ? again.code : again.type
  // What was dropped in the moment of the halt is taken up by the next call.
  const { state } = (again.type === "ended" ? again.outcome : undefined) ?? outcome
  for (const problem of lostDecisions(state, people.dropped())) fail(problem)
  const isFinal = outcome.state.halted?.reason === "AllDoneOrBlocked"
  if (isFinal && sameEnd !== code) fail(`run again it ends with ${sameEnd}, not ${code}`)
  if (isFinal && loaded === later && journal()?.bytes.length !== before) {
    fail("run again it does something, though it was through")
  }
  return finish()
}
