/**
 * TARGET[/STEP] → the logs that it means.
 *
 * Owns that reading. Pure. The surprise: an id may itself hold a slash, so that every slash may be
 * the one between target and step, and the whole word may be a target. Where a word can be both, it
 * is the step: that is how every table and every hint of pawl writes one, and the steps of the target
 * can still be named one by one.
 */
import { Either, Option } from "effect"
import { join } from "node:path"
import { nearest } from "../expression/Nearest.ts"
import type { Plan, PlanStep } from "../plan/Plan.ts"
import { checksOf, PREFLIGHT } from "../plan/Preflight.ts"
import { definitionPath } from "../plan/StepPath.ts"
import { definitionPaths, findStep, inPlanOrder, isMeant } from "../report/StepPlace.ts"
import { fileName, logPath } from "../run/LogPath.ts"
import { checksTarget } from "../run/PreflightState.ts"
import { type RunState, targetState } from "../run/RunState.ts"
import { stepEntries, type TargetState } from "../run/TargetState.ts"
import type { Problem } from "../run/UsageError.ts"

export interface LogFile {
  readonly target: string
  readonly path: string
  /** Absolute. */
  readonly file: string
}

/** Whose logs are asked for. */
export interface WantedLogs {
  readonly target: string
  readonly steps: ReadonlyArray<PlanStep>
  /** Of a step, an instance of one, or all within one; absent for the whole target. */
  readonly step?: string
  /** There can be no more than one log. */
  readonly isOne: boolean
}

export type Ending = "out" | "err"

/** Only what is done by attempts prints. */
const prints = (step: PlanStep | undefined): boolean =>
  step?.kind === "run" || step?.kind === "command" || (step?.kind === "gate" && step.gate.type === "check")

/** Of how many numbers an instance of this definition has: those of the maps and loops that it is in. */
const depth = (steps: ReadonlyArray<PlanStep>, definition: string): number => {
  const parts = definition.split("::")
  return parts.slice(0, -1).filter((_, at) => {
    const kind = findStep(steps, parts.slice(0, at + 1).join("::"))?.kind
    return kind === "map" || kind === "loop"
  }).length
}

const wanted = (target: string, steps: ReadonlyArray<PlanStep>, step?: string): WantedLogs => {
  const named = step === undefined ? undefined : definitionPath(step)
  const printing = definitionPaths(steps).filter((path) =>
    prints(findStep(steps, path)) && (named === undefined || isMeant(named, path))
  )
  const [only] = printing
  const numbers = (step?.match(/\[\d+\]/g) ?? []).length
  return {
    target,
    steps,
    ...(step === undefined ? {} : { step }),
    isOne: only !== undefined && printing.length === 1 && depth(steps, only) === numbers
  }
}

const unknownStep = (target: string, step: string, steps: ReadonlyArray<PlanStep>): Problem => {
  const known = definitionPaths(steps)
  const near = nearest(definitionPath(step), known)
  return {
    message: `target \`${target}\` has no step \`${step}\``,
    hint: near === undefined ? `its steps are ${known.join(", ")}` : `did you mean \`${target}/${near}\`?`
  }
}

/** A target, or the preflight, which has no template among theirs. */
interface Owner {
  readonly id: string
  readonly template?: number
}

const stepsOf = (plan: Plan, { id, template = -1 }: Owner): ReadonlyArray<PlanStep> =>
  (checksOf(plan, id) ?? plan.templates[template])?.steps ?? []

/** What has happened to the steps whose logs are asked for. */
export const loggedState = (plan: Plan, state: RunState, target: string): TargetState =>
  checksOf(plan, target) === undefined ? targetState(state, target) : checksTarget(state.preflight)

/** Whose logs a word means; whether there are any is not asked. */
export const findLogs = (plan: Plan, runId: string, word: string): Either.Either<WantedLogs, Problem> => {
  const byId = new Map(plan.targets.map((target): readonly [string, Owner] => [target.id, target]))
  if (plan.preflight !== undefined) byId.set(PREFLIGHT, { id: PREFLIGHT })
  let unknown: Problem | undefined
  for (let slash = word.lastIndexOf("/"); slash > 0; slash = word.lastIndexOf("/", slash - 1)) {
    const target = byId.get(word.slice(0, slash))
    if (target === undefined) continue
    const step = word.slice(slash + 1)
    const steps = stepsOf(plan, target)
    if (findStep(steps, step) !== undefined) return Either.right(wanted(target.id, steps, step))
    unknown ??= unknownStep(target.id, step, steps)
  }
  const whole = byId.get(word)
  if (whole !== undefined) return Either.right(wanted(whole.id, stepsOf(plan, whole)))
  if (unknown !== undefined) return Either.left(unknown)
  const near = nearest(word, byId.keys()) ?? nearest(word.slice(0, Math.max(0, word.indexOf("/"))), byId.keys())
  return Either.left({
    message: `run ${runId} has no target \`${word}\``,
    hint: near === undefined ? `see \`pawl logs ${runId}\` for those that there are` : `did you mean \`${near}\`?`
  })
}

/** The folder of a target's logs, relative to the run's. */
export const logFolder = (target: string): string => `logs/${fileName(target)}`

const decoded = Option.liftThrowable(decodeURIComponent)

/** The path of the step whose log a file of that folder is; undefined where its name was cut. */
const pathOfFile = (name: string): string | undefined => {
  const stem = /^(.+)\.(?:out|err)$/.exec(name)?.[1]
  const path = stem === undefined ? undefined : Option.getOrUndefined(decoded(stem))
  return path !== undefined && fileName(path) === stem ? path : undefined
}

/** Paths of the steps whose logs lie in a target's folder. Those of iterations that are over are known by them alone. */
export const loggedPaths = (steps: ReadonlyArray<PlanStep>, names: ReadonlyArray<string>): ReadonlyArray<string> =>
  inPlanOrder(steps, new Set(names.flatMap((name) => pathOfFile(name) ?? [])))

/**
 * The logs that are meant, in plan order, as far as they are known by now; a step that is in no map and no
 * loop is known before it has run. `names` are those in the target's folder.
 */
export const logFiles = (
  { step, steps, target }: WantedLogs,
  directory: string,
  state: TargetState,
  names: ReadonlyArray<string>,
  ending: Ending
): ReadonlyArray<LogFile> => {
  const paths = new Set([
    ...definitionPaths(steps).filter((path) => depth(steps, path) === 0),
    ...stepEntries(state).map(([path]) => path),
    ...loggedPaths(steps, names)
  ])
  const meant = Array.from(paths).filter((path) =>
    prints(findStep(steps, path)) && (step === undefined || isMeant(step, path))
  )
  return inPlanOrder(steps, meant).map((path) => ({
    target,
    path,
    file: join(directory, `${logPath(target, path)}.${ending}`)
  }))
}
