/**
 * One attempt of a step as the process room is asked for it.
 *
 * Owns where its logs are and what is kept of its output. Pure, but for the clock. The surprise: it may be made
 * before its turn has come, so nothing in it may depend on what happens until then.
 */
import { Either } from "effect"
import type { Scope } from "../expression/Scope.ts"
import type { Attempt } from "../process/ProcessRunner.ts"
import { banner } from "./Banner.ts"
import type { CompiledAttempt } from "./CompiledTemplate.ts"
import { JSON_BYTES, KEPT_BYTES } from "./Judge.ts"
import { logPath } from "./LogPath.ts"
import { prepareAttempt, type Surroundings, type Unprepared } from "./PrepareAttempt.ts"
import type { TargetRequest } from "./TargetContext.ts"

/** A step in its place. */
export interface AttemptWork {
  readonly compiled: CompiledAttempt
  readonly path: string
  readonly surroundings: Surroundings
  readonly scope: Scope
}

export interface MadeAttempt {
  readonly attempt: Attempt
  /** What its expressions made of secrets. */
  readonly texts: ReadonlyArray<string>
}

const withAttempt = (scope: Scope, attempt: number): Scope =>
  scope.context === undefined ? scope : { ...scope, context: { ...scope.context, attempt } }

/** Everything that the attempt with that number, from 1, is started with; its banner tells when this was. */
export const attemptOf = (
  { invocation, mask, now, runDir, runId, target }: TargetRequest,
  { compiled, path, scope, surroundings }: AttemptWork,
  number: number
): Either.Either<MadeAttempt, Unprepared> => {
  const { step } = compiled
  const identity = { runId, target: target.id, path, attempt: number }
  const prepared = prepareAttempt(compiled, withAttempt(scope, number), surroundings, identity, mask)
  if (Either.isLeft(prepared)) return Either.left(prepared.left)
  const log = `${runDir}/${logPath(target.id, path)}`
  return Either.right({
    texts: prepared.right.texts,
    attempt: {
      ...prepared.right.prepared,
      ...(mask.stream === undefined ? {} : { mask: mask.stream }),
      ...(step.timeoutMs === undefined ? {} : { timeoutMs: step.timeoutMs }),
      out: `${log}.out`,
      err: `${log}.err`,
      banner: banner(number, new Date(now()).toISOString()),
      origin: { invocation, definition: target.hash },
      keep: { stdout: step.outputs === "json" ? JSON_BYTES : KEPT_BYTES, stderr: KEPT_BYTES }
    }
  })
}
