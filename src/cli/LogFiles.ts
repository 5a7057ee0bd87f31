/**
 * TARGET[/STEP] → the logs that it means.
 *
 * Owns that reading. Pure. The surprise: an id may itself hold a slash, so that every slash may be
 * the one between target and step, and the whole word may be a target. Where a word can be both, it
 * is the step: that is how every table and every hint of pawl writes one, and the steps of the target
 * can still be named one by one.
 */
import { Either } from "effect"
import { join } from "node:path"
import type { StoredRun } from "../checkpoint/RunStore.ts"
import { nearest } from "../expression/Nearest.ts"
import type { PlanTarget } from "../plan/Plan.ts"
import { logPath } from "../run/LogPath.ts"
import type { Problem } from "../run/UsageError.ts"

export interface LogFile {
  readonly target: string
  readonly path: string
  /** Absolute. */
  readonly file: string
}

const filesOf = (
  { plan, ref }: Pick<StoredRun, "plan" | "ref">,
  target: PlanTarget,
  ending: "out" | "err"
): ReadonlyArray<LogFile> =>
  (plan.templates[target.template]?.steps ?? []).map(({ id }) => ({
    target: target.id,
    path: id,
    file: join(ref.directory, `${logPath(target.id, id)}.${ending}`)
  }))

const unknownStep = (target: PlanTarget, step: string, steps: ReadonlyArray<LogFile>): Problem => {
  const near = nearest(step, steps.map(({ path }) => path))
  return {
    message: `target \`${target.id}\` has no step \`${step}\``,
    hint: near === undefined
      ? `its steps are ${steps.map(({ path }) => path).join(", ")}`
      : `did you mean \`${target.id}/${near}\`?`
  }
}

/** The logs of a target, or of one step of it; whether they are there yet is not asked. */
export const findLogs = (
  stored: Pick<StoredRun, "plan" | "ref">,
  word: string,
  ending: "out" | "err"
): Either.Either<ReadonlyArray<LogFile>, Problem> => {
  const byId = new Map(stored.plan.targets.map((target) => [target.id, target]))
  let unknown: Problem | undefined
  for (let slash = word.lastIndexOf("/"); slash > 0; slash = word.lastIndexOf("/", slash - 1)) {
    const target = byId.get(word.slice(0, slash))
    if (target === undefined) continue
    const step = word.slice(slash + 1)
    const files = filesOf(stored, target, ending)
    const found = files.filter(({ path }) => path === step)
    if (found.length > 0) return Either.right(found)
    unknown ??= unknownStep(target, step, files)
  }
  const whole = byId.get(word)
  if (whole !== undefined) return Either.right(filesOf(stored, whole, ending))
  if (unknown !== undefined) return Either.left(unknown)
  const near = nearest(word, byId.keys()) ?? nearest(word.slice(0, Math.max(0, word.indexOf("/"))), byId.keys())
  return Either.left({
    message: `run ${stored.ref.runId} has no target \`${word}\``,
    hint: near === undefined
      ? `see \`pawl logs ${stored.ref.runId}\` for those that there are`
      : `did you mean \`${near}\`?`
  })
}
