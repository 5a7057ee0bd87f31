/**
 * What must hold of a run that was killed again and again, and is through.
 *
 * Owns the promises, each a function from what was seen to the lines that say how it was broken. The surprise:
 * what a run should have done is not written down anywhere; it is what the same batch did when nobody killed it.
 */
import type { Event, Execution } from "./KillFacts.ts"

/** How a batch goes when nobody kills it. */
export interface Reference {
  /** The attempts that there are, `TARGET PATH ATTEMPT`. */
  readonly attempts: ReadonlySet<string>
  /** `ID STATUS`, in the order of the summary. */
  readonly statuses: ReadonlyArray<string>
  readonly exitCode: number
}

/** One line at most for what may have happened hundreds of times. */
export const some = (what: string, list: ReadonlyArray<string>): ReadonlyArray<string> =>
  list.length === 0
    ? []
    : [`${what}: ${list.slice(0, 5).join(", ")}${list.length > 5 ? ` and ${list.length - 5} more` : ""}`]

const twice = (list: ReadonlyArray<string>): ReadonlyArray<string> => {
  const seen = new Set<string>()
  return list.filter((each) => seen.size === seen.add(each).size)
}

/** Executions that came to their end, which is not so for whom the torturer or pawl ended in that moment. */
export const finished = (
  executions: ReadonlyArray<Execution>,
  ended: ReadonlySet<number>
): ReadonlyArray<Execution> => executions.filter(({ group, to }) => to !== undefined && !ended.has(group))

/** Attempts that were made again though they had finished before, one entry for each time too many. */
export const ranAgain = (
  executions: ReadonlyArray<Execution>,
  ended: ReadonlySet<number>
): ReadonlyArray<string> => {
  const done = finished(executions, ended)
  return executions.flatMap(({ attempt, from }) =>
    done.some((other) => other.attempt === attempt && other.from < from) ? [attempt] : []
  )
}

/** Steps of which one execution began while an earlier one was under way. */
const besideThemselves = (executions: ReadonlyArray<Execution>): ReadonlyArray<string> =>
  executions.flatMap(({ from, step, to }) =>
    to !== undefined && executions.some((other) => other.step === step && other.from > from && other.from < to)
      ? [step]
      : []
  )

const terminal = new Set(["TargetCompleted", "TargetBlocked", "TargetErrored", "TargetSkipped"])

/** What the journal of a run must be at any moment, as far as it is whole. */
export const brokenInJournal = (events: ReadonlyArray<Event>): ReadonlyArray<string> => {
  const succeededAt = new Map<string, number>()
  const again: Array<string> = []
  for (const { path, seq, target, type } of events) {
    const step = `${target} ${path}`
    if (type === "StepStarted" && succeededAt.has(step)) again.push(`${step} (event ${seq})`)
    if (type === "StepSucceeded") succeededAt.set(step, seq)
  }
  const ends = events.filter(({ type }) => terminal.has(type)).map(({ target }) => target ?? "")
  return [
    ...some("seq has a gap at", events.flatMap(({ seq }, index) => seq === index + 1 ? [] : [`line ${index + 1}`])),
    ...some("targets that ended twice", twice(ends)),
    ...some("steps begun again after their success was recorded", again)
  ]
}

/** Process groups of executions that did not run their course. */
export interface Excused {
  /** Ended by pawl, or at an end that nobody can know: what they did may be done again. */
  readonly ended: ReadonlySet<number>
  /** Killed themselves: they have failed, which is one attempt more. */
  readonly killed: ReadonlySet<number>
}

/** Attempts that never came to their last line, and were not made again either. */
export const lostAttempts = (
  executions: ReadonlyArray<Execution>,
  { killed }: Excused,
  { attempts }: Reference
): ReadonlyArray<string> => {
  const came = new Set(
    executions.flatMap(({ attempt, group, to }) => to !== undefined || killed.has(group) ? [attempt] : [])
  )
  return [...attempts].filter((attempt) => !came.has(attempt))
}

/** What the file of the steps must be when the run is through. */
export const brokenInSteps = (
  executions: ReadonlyArray<Execution>,
  excused: Excused,
  reference: Reference
): ReadonlyArray<string> => {
  const struck = new Set(executions.flatMap(({ group, step }) => excused.killed.has(group) ? [step] : []))
  return [
    ...some("attempts lost", lostAttempts(executions, excused, reference)),
    ...some(
      "attempts that there should not be",
      executions.flatMap(({ attempt, step }) => reference.attempts.has(attempt) || struck.has(step) ? [] : [attempt])
    ),
    ...some("finished steps run again", ranAgain(executions, excused.ended)),
    ...some("steps run beside themselves", besideThemselves(executions))
  ]
}

/** The summary of the last call, as far as it is looked at. */
export interface Summary {
  readonly exitCode: number
  readonly targets: ReadonlyArray<{ readonly id: string; readonly status: string }>
}

export const statusesOf = ({ targets }: Summary): ReadonlyArray<string> =>
  targets.map(({ id, status }) => `${id} ${status}`)

/** What the last call and the whole journal must say. */
export const brokenAtTheEnd = (
  events: ReadonlyArray<Event>,
  summary: Summary,
  reference: Reference
): ReadonlyArray<string> => {
  const ended = new Set(events.filter(({ type }) => terminal.has(type)).map(({ target }) => target))
  return [
    ...some("targets that never ended", summary.targets.map(({ id }) => id).filter((id) => !ended.has(id))),
    ...some("targets that ended otherwise", statusesOf(summary).filter((each) => !reference.statuses.includes(each))),
    ...(summary.exitCode === reference.exitCode
      ? []
      : [`the exit code is ${summary.exitCode} and not ${reference.exitCode}`]),
    ...(events.at(-1)?.type === "RunHalted" ? [] : ["the journal does not end with the halt of the run"])
  ]
}
