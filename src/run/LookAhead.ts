/**
 * The first attempt of the target that comes next, made while another one runs.
 *
 * Owns when that may be done: only where the attempt is the same whatever happens until then. Must not record or start
 * anything. The surprise: it is a guess. Whoever takes up another target, or none, leaves it where it is.
 */
import { Either } from "effect"
import type { ProcessRunner } from "../process/ProcessRunner.ts"
import { attemptOf, type MadeAttempt } from "./AttemptOf.ts"
import type { CompiledAttempt } from "./CompiledTemplate.ts"
import { surroundingsOf, type Unprepared } from "./PrepareAttempt.ts"
import type { TargetRequest } from "./TargetContext.ts"

export interface LookAhead {
  /** Makes the first attempt of what comes next, unless that is made already. */
  readonly look: () => void
  /** What was made of an attempt ahead of its time; undefined: nothing. It is given once. */
  readonly take: (
    target: string,
    path: string,
    attempt: number
  ) => Either.Either<MadeAttempt, Unprepared> | undefined
}

/** Nothing is made ahead. */
const noLookAhead: LookAhead = { look: () => {}, take: () => undefined }

/** The step that a target begins with, if it begins with an attempt come what may. */
const firstOf = ({ template }: TargetRequest): CompiledAttempt | undefined => {
  const [first] = template.steps
  return first?.kind === "attempt" && first.when === undefined && first.step.idempotent !== false ? first : undefined
}

const make = (request: TargetRequest, first: CompiledAttempt): Either.Either<MadeAttempt, Unprepared> => {
  const { manifestDir, mask, scope, template, variables } = request
  const around = surroundingsOf(template, scope, variables, manifestDir, mask)
  if (Either.isLeft(around)) return Either.left({ reason: "expression-failed", message: around.left.message })
  const { right: surroundings } = around
  const work = { compiled: first, path: first.step.id, surroundings, scope: { ...scope, env: surroundings.env } }
  return attemptOf(request, work, 1)
}

/** `next` gives the target that would be taken up now, if it is untouched. */
export const makeLookAhead = (
  { expect }: ProcessRunner["Type"],
  next: () => TargetRequest | undefined
): LookAhead => {
  // What is secret is only known once the attempts before it are over; and who can't be told has no use for it.
  if (expect === undefined) return noLookAhead
  let made: { readonly target: string; readonly path: string; readonly attempt: MadeAttempt } | undefined
  return {
    look: () => {
      const request = next()
      if (request === undefined || request.mask.inputs.size > 0 || request.target.id === made?.target) return
      const first = firstOf(request)
      if (first === undefined) return
      const attempt = make(request, first)
      // What fails is to fail in its turn.
      if (Either.isLeft(attempt)) return
      made = { target: request.target.id, path: first.step.id, attempt: attempt.right }
      expect(attempt.right.attempt)
    },
    take: (target, path, attempt) => {
      if (made === undefined || attempt !== 1 || made.target !== target || made.path !== path) return undefined
      const { attempt: taken } = made
      made = undefined
      return Either.right(taken)
    }
  }
}
