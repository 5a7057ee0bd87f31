/**
 * A run from its first event to its last halt, on a virtual clock: crashes, signals and decisions
 * included, and the calls that follow them.
 *
 * Owns what is called when. Must not know how a run goes: that is the engine's, which is the same
 * as for a real run. The surprise: an operator is part of it. After a crash the same call is made
 * again, and after a halt at a gate as soon as somebody has decided.
 */
import { Effect, Exit, Random } from "effect"
import { Checkpoint } from "../checkpoint/Checkpoint.ts"
import type { ValueObject } from "../expression/Value.ts"
import { Environment } from "../manifest/Environment.ts"
import type { LoadedPlan } from "../plan/LoadPlan.ts"
import type { Selection } from "../plan/Selection.ts"
import { ProcessRunner } from "../process/ProcessRunner.ts"
import { type Living, makeScripted } from "../process/ScriptedProcess.ts"
import { evaluateOutputs } from "../run/BatchOutputs.ts"
import { drive, type Driven } from "../run/Drive.ts"
import { ExitCode } from "../run/ExitCode.ts"
import { Gates } from "../run/Gates.ts"
import { calm, Machine } from "../run/Machine.ts"
import { makeMask } from "../run/Mask.ts"
import { countSelected, exitCode, type Signal } from "../run/Outcome.ts"
import type { ResumeRequest } from "../run/Resume.ts"
import type { HaltReason, RunEvent } from "../run/RunEvent.ts"
import { makeRunId } from "../run/RunId.ts"
import type { RunState } from "../run/RunState.ts"
import type { SchedulerOptions } from "../run/Scheduler.ts"
import { Shutdown } from "../run/Shutdown.ts"
import { Status } from "../run/Status.ts"
import { rehearsalCheckpoint } from "./RehearsalCheckpoint.ts"
import type { RehearsalScript, ScriptedCrash, ScriptedSignal } from "./RehearsalScript.ts"
import { makeScriptedGates } from "./ScriptedGates.ts"
import { inVirtualTime } from "./VirtualClock.ts"

/** Every rehearsal begins at this time, so that the same one is the same whenever it is made. */
export const BEGINNING = Date.UTC(2000, 0, 1)

/** More calls than anybody would make. */
const MOST_INVOCATIONS = 1000

export interface RehearsalRequest {
  readonly loaded: LoadedPlan
  readonly selection: Selection
  readonly options: SchedulerOptions
  readonly strict: boolean
  readonly resume: ResumeRequest
  readonly script: RehearsalScript
  /** Of the jitter and the run's id. */
  readonly seed: number
  readonly runId?: string
}

export interface Invocation {
  /** ISO times. */
  readonly startedAt: string
  readonly endedAt: string
  /** The number of the last event when it began; 0 for the first. */
  readonly after: number
  /** `killed` by a crash of the script, `halted` otherwise. */
  readonly end: "halted" | "killed"
  readonly haltReason?: HaltReason
  readonly exitCode?: ExitCode
  readonly signal?: Signal
}

export interface Rehearsal {
  readonly journal: ReadonlyArray<RunEvent>
  readonly invocations: ReadonlyArray<Invocation>
  /** As the engine had it at the last halt, which is set. */
  readonly state: RunState
  readonly exitCode: ExitCode
  readonly outputs: ValueObject
  readonly notes: ReadonlyArray<string>
}

/** The run came to a standstill: everything waits, and nothing will ever happen. */
export interface Standstill {
  readonly journal: ReadonlyArray<RunEvent>
  /** ISO time. */
  readonly at: string
  /** Attempts that hang without a time-out; none: it is the engine that hangs. */
  readonly hanging: ReadonlyArray<Pick<Living, "target" | "path" | "attempt">>
}

const iso = (ms: number): string => new Date(ms).toISOString()

/** The signal that comes next, if it comes while this invocation may be there to get it. */
const shutdownOf = (signals: ReadonlyArray<ScriptedSignal>, startAt: number): Shutdown["Type"] => {
  const [next] = signals
    .filter(({ afterMs }) => BEGINNING + afterMs >= startAt)
    .toSorted((a, b) => a.afterMs - b.afterMs)
  return {
    requested: next === undefined
      ? Effect.never
      : Effect.as(Effect.sleep(BEGINNING + next.afterMs - startAt), next.name),
    hurried: Effect.never
  }
}

/** Rehearses a run. What the script does not interrupt goes on until nobody has a reason to call again. */
export const rehearse = Effect.fn("Rehearse.rehearse")(function*(request: RehearsalRequest) {
  const { loaded, options, resume, script, selection, strict } = request
  const { plan, values } = loaded
  const environment = yield* Environment
  const { variables } = environment
  const random = Random.make(request.seed)
  const journal: Array<RunEvent> = []
  const invocations: Array<Invocation> = []
  const notes = new Set<string>()
  const processes = makeScripted(script.attempt)
  const people = makeScriptedGates(journal, script)
  const runId = request.runId ?? (yield* inVirtualTime(BEGINNING, random, () => makeRunId).pipe(
    Effect.map((end) => end.type === "ended" && Exit.isSuccess(end.exit) ? end.exit.value : "rehearsal")
  ))
  let crashes: ReadonlyArray<ScriptedCrash> = script.crashes.toSorted((a, b) => a.atEvent - b.atEvent)
  let signals = script.signals
  let now = BEGINNING

  const invoke = (startAt: number) =>
    inVirtualTime(startAt, random, (world) => {
      const [crash] = crashes
      const status = { observe: () => {} }
      const checkpoint = rehearsalCheckpoint(
        journal,
        status,
        crash === undefined ? undefined : { atEvent: crash.atEvent, kill: world.stop }
      )
      const looking = (record: Checkpoint["Type"]["append"]): Checkpoint["Type"]["append"] => (facts) =>
        Effect.zipLeft(record(facts), people.look)
      return drive({
        loaded,
        selection,
        options,
        resume,
        runId,
        runDir: `/rehearsal/${runId}`,
        storedPlan: () => Effect.succeed(plan),
        addPlan: Effect.succeed("plan.2.json"),
        onBegun: Effect.void
      }).pipe(
        Effect.provideService(Checkpoint, {
          ...checkpoint,
          append: looking(checkpoint.append),
          note: looking(checkpoint.note)
        }),
        Effect.provideService(Status, status),
        // The same rehearsal on any machine: its clock is that of no place.
        Effect.provideService(Environment, { ...environment, timeZone: () => "UTC" }),
        Effect.provideService(ProcessRunner, processes.runner),
        Effect.provideService(Machine, calm),
        Effect.provideService(Gates, people.gates),
        Effect.provideService(Shutdown, shutdownOf(signals, startAt))
      )
    })

  const codeOf = ({ haltReason, signal, state }: Driven): ExitCode => {
    const standing = {
      counts: countSelected(plan, selection, state),
      haltReason,
      autoAdvance: options.autoAdvance,
      strict
    }
    return exitCode(signal === undefined ? standing : { ...standing, signal })
  }

  /** When the same call is made again after a halt; undefined: it is not. */
  const againAt = (driven: Driven, code: ExitCode, at: number): number | undefined => {
    if (driven.signal !== undefined) {
      const sent = signals.find(({ afterMs, name }) => name === driven.signal && BEGINNING + afterMs === at)
      signals = signals.filter((each) => each !== sent)
      return sent?.resumeAfterMs === undefined ? undefined : at + sent.resumeAfterMs
    }
    const due = code === ExitCode.DecisionNeeded ? people.nextDue() : undefined
    return due === undefined ? undefined : Math.max(at, due)
  }

  while (true) {
    const after = journal.length
    const startedAt = iso(now)
    const end = yield* invoke(now)
    const endedAt = iso(end.at)
    if (end.type === "still") {
      const standstill: Standstill = {
        journal,
        at: endedAt,
        hanging: [...processes.living.values()].filter(({ endsAt }) => !Number.isFinite(endsAt))
      }
      return standstill
    }
    if (end.type === "stopped") {
      const [crash, ...later] = crashes
      crashes = later.filter(({ atEvent }) => atEvent > journal.length)
      invocations.push({ startedAt, endedAt, after, end: "killed" })
      now = end.at + (crash?.resumeAfterMs ?? 0)
      continue
    }
    const driven = yield* end.exit
    const code = codeOf(driven)
    for (const note of driven.notes) notes.add(note)
    invocations.push({
      startedAt,
      endedAt,
      after,
      end: "halted",
      haltReason: driven.haltReason,
      exitCode: code,
      ...(driven.signal === undefined ? {} : { signal: driven.signal })
    })
    const next = againAt(driven, code, end.at)
    if (next !== undefined && invocations.length < MOST_INVOCATIONS) {
      now = next
      continue
    }
    const { outputs, notes: about } = evaluateOutputs(
      plan,
      driven.state,
      values,
      variables,
      makeMask(plan.secrets, values)
    )
    const lost = crashes.map(({ atEvent }) =>
      `event ${atEvent}, at which pawl is to be killed, never came: the run has ${journal.length}`
    )
    const rehearsal: Rehearsal = {
      journal,
      invocations,
      state: driven.state,
      exitCode: code,
      outputs,
      notes: [...selection.notes, ...notes, ...about, ...lost]
    }
    return rehearsal
  }
})
