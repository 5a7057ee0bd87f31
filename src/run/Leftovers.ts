/**
 * What a killed pawl left: attempts that still run, and attempts that ended while nobody was there.
 *
 * Owns which of them count. The first are ended, since nobody watches over them any more; the second are
 * recorded as they ended, and not made again. The surprise: an attempt may have begun and ended without a
 * word in the journal, where pawl was killed in the moment of starting it.
 */
import { Effect, HashMap } from "effect"
import type { Plan, PlanStep, PlanTemplate } from "../plan/Plan.ts"
import { PREFLIGHT } from "../plan/Preflight.ts"
import { definitionPath } from "../plan/StepPath.ts"
import { branchesOf, stepTexts } from "../plan/StepTree.ts"
import { type LeftAttempt, ProcessRunner } from "../process/ProcessRunner.ts"
import type { RunRef } from "../checkpoint/RunStore.ts"
import { JSON_BYTES, KEPT_BYTES } from "./Judge.ts"
import { logPath } from "./LogPath.ts"
import type { Mask } from "./Mask.ts"
import { checksTarget } from "./PreflightState.ts"
import type { RunFact } from "./RunEvent.ts"
import { type RunState, targetState } from "./RunState.ts"
import { StateError } from "./StateError.ts"
import { stepEntries, stepState, type TargetState } from "./TargetState.ts"

export interface Leftovers {
  /** To be recorded once the run has been taken up again. */
  readonly facts: ReadonlyArray<RunFact>
  readonly notes: ReadonlyArray<string>
}

const stepsNamed = (steps: ReadonlyArray<PlanStep>, [id, ...rest]: ReadonlyArray<string>): ReadonlyArray<PlanStep> => {
  const named = steps.filter((step) => step.id === id)
  return rest.length === 0
    ? named
    : named.flatMap((step) => branchesOf(step).flatMap((branch) => stepsNamed(branch.steps, rest)))
}

/** Whether anything in a template may look at what a step printed. */
const looksAtPrinted = (template: PlanTemplate): boolean =>
  stepTexts(template.steps).some((text) => text.replaceAll(/\boutput\.(?:exit_code|values)\b/g, "").includes("output"))

/**
 * Whether a plan has attempts at that path whose end can be told: a gate's check is simply made again, and so is
 * an attempt of which the end of what it printed may be missing, where that matters.
 */
const canCount = (plan: Plan, { masked, origin, path, target: id }: LeftAttempt): boolean => {
  const target = plan.targets.find((each) => each.id === id)
  // What it did may not be what its target does now.
  if (target === undefined || target.hash !== origin?.definition) return false
  const template = plan.templates[target.template]
  if (template === undefined) return false
  if (masked === true && (plan.rateLimit !== undefined || looksAtPrinted(template))) return false
  return stepsNamed(template.steps, definitionPath(path).split("::")).some((step) =>
    (step.kind === "run" || step.kind === "command") && (masked === undefined || step.outputs !== "json")
  )
}

/** Whether a path lies in an iteration of a loop that is through, whose steps are forgotten. */
const isPast = (target: TargetState, path: string): boolean =>
  [...path.matchAll(/\[(\d+)\]/g)].some(({ 1: number, index }) =>
    (stepState(target, path.slice(0, index))?.iterations ?? 0) > Number(number)
  )

/** Whether that attempt was under way when pawl ended, as far as the journal tells. */
const wasUnderWay = (target: TargetState, { attempt, path }: LeftAttempt): boolean => {
  if (target.status !== "running" && target.status !== "pending") return false
  const step = stepState(target, path)
  if (step?.status === "running") return step.attempts === attempt
  // Begun without a word in the journal. After a rate limit the number of an attempt says nothing.
  const isNext = step === undefined || (step.status === "pending" && step.limits === undefined && !step.recovered)
  return isNext && attempt === (step?.attempts ?? 0) + 1 && !isPast(target, path)
}

/** The latest of each attempt: one that a rate limit turned away is made again under its number. */
const latest = (left: ReadonlyArray<LeftAttempt>): ReadonlyArray<LeftAttempt> => [
  ...new Map(left.map((each) => [`${each.attempt} ${each.path} ${each.target}`, each])).values()
]

/** Ends attempts of a run, where they still run; gives a word for each. */
const endEach = Effect.fn("Leftovers.endEach")(function*(
  attempts: ReadonlyArray<Pick<LeftAttempt, "target" | "path" | "attempt" | "id">>,
  { directory: folder, runId }: Pick<RunRef, "runId" | "directory">
) {
  const runner = yield* ProcessRunner
  const notes: Array<string> = []
  for (const { attempt, id, path, target } of attempts) {
    const ended = yield* runner.endLeftover(id, { runId, target, path, attempt, folder })
    if (ended) notes.push(`process ${id.pid} of ${target}/${path}, left over from a killed pawl, was ended`)
  }
  return notes
})

/** Ends what still runs, of attempts that the journal tells of and of those that it does not. */
const endThose = (
  state: RunState,
  runDir: string,
  left: ReadonlyArray<LeftAttempt>,
  counted: ReadonlySet<LeftAttempt>
) =>
  Effect.gen(function*() {
    const unended = left.filter((each) => !counted.has(each) && wasUnderWay(targetState(state, each.target), each))
    const found = new Set([...counted, ...unended].map(({ id }) => id.pid))
    const checks = [PREFLIGHT, checksTarget(state.preflight)] as const
    const noted = [...HashMap.toEntries(state.targets), checks].flatMap(([target, { status, ...rest }]) =>
      status !== "running" ? [] : stepEntries({ status, ...rest }).flatMap(([path, step]) => {
        const { attempts: attempt, pid, pidStart } = step
        if (step.status !== "running" || pid === undefined || found.has(pid)) return []
        return [{ target, path, attempt, id: { pid, ...(pidStart === undefined ? {} : { pidStart }) } }]
      })
    )
    return yield* endEach([...noted, ...unended], { runId: state.runId, directory: runDir })
  })

const recovered = (
  { attempt, masked, path, take, target }: LeftAttempt,
  runDir: string,
  mask: Mask
): Effect.Effect<ReadonlyArray<RunFact>, StateError> => {
  if (take === undefined) return Effect.succeed([])
  const log = `${runDir}/${logPath(target, path)}`
  return Effect.try({
    try: (): ReadonlyArray<RunFact> => {
      const { endedAt, outputs, stderr, stdout, timedOut: _timedOut, truncated, ...end } = take(log, {
        stdout: JSON_BYTES,
        stderr: KEPT_BYTES
      })
      return [{
        type: "AttemptRecovered",
        target,
        path,
        attempt,
        ...end,
        endedAt: new Date(endedAt).toISOString(),
        truncated: masked === undefined ? truncated : { stdout: true, stderr: true },
        stdout: mask.text(stdout),
        stderr: mask.text(stderr),
        ...(outputs === undefined ? {} : { outputs: { ...outputs, text: mask.text(outputs.text) } })
      }]
    },
    catch: (cause) =>
      new StateError({
        message: `what attempt ${attempt} of ${target}/${path} left could not be read: ${
          cause instanceof Error ? cause.message : String(cause)
        }`,
        hint: "mend permissions or free space, then run the same command again: nothing durable was lost",
        path: log
      })
  })
}

/**
 * Looks for what a killed pawl left of a run, and ends what still runs. `state` is that before the run is taken
 * up again, `plan` the one that it goes on with.
 */
export const takeLeftovers = Effect.fn("Leftovers.takeLeftovers")(function*(
  { mask, plan, runDir, state }: {
    readonly plan: Plan
    readonly state: RunState
    readonly runDir: string
    readonly mask: Mask
  }
) {
  const runner = yield* ProcessRunner
  const isCounted = (each: LeftAttempt): boolean =>
    each.take !== undefined && each.origin?.invocation === state.invocations
    && wasUnderWay(targetState(state, each.target), each) && canCount(plan, each)
  const found = latest(yield* runner.leftBehind(runDir))
  const notes = yield* endThose(state, runDir, found, new Set(found.filter(isCounted)))
  // While one of them was ended, another may have come to its end by itself.
  const counted = latest(yield* runner.leftBehind(runDir)).filter(isCounted)
  const facts = yield* Effect.forEach(counted, (each) => recovered(each, runDir, mask))
  const ends = counted.map(({ attempt, path, target }) =>
    `attempt ${attempt} of ${target}/${path} ended after pawl was killed; it counts, and is not made again`
  )
  const leftovers: Leftovers = { facts: facts.flat(), notes: [...notes, ...ends] }
  return leftovers
})

/**
 * Ends what still runs of a run that is set aside for a new one; gives a word for each. Its state is not asked, which may
 * be lost: its launcher's record is.
 */
export const endLeftovers = Effect.fn("Leftovers.endLeftovers")(function*(aside: RunRef) {
  const runner = yield* ProcessRunner
  const left = latest(yield* runner.leftBehind(aside.directory))
  return yield* endEach(left.filter(({ take }) => take === undefined), aside)
})
