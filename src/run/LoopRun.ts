/**
 * A `loop`: its steps again and again, while or until a condition holds.
 *
 * Owns the order of condition, iteration and wait. The surprise: that another iteration follows is
 * recorded with the time before which it must not start, so a resumed loop neither asks its
 * condition again nor waits anew.
 */
import { Effect, Either } from "effect"
import type { Scope } from "../expression/Scope.ts"
import { renderBoolean, type Template } from "../expression/Template.ts"
import { instancePath } from "../plan/StepPath.ts"
import { take } from "./Carried.ts"
import type { Question } from "./CompiledTemplate.ts"
import type { StateError } from "./StateError.ts"
import type { TargetContext } from "./TargetContext.ts"
import { waitUntil } from "./Wait.ts"
import type { CompositeEnd, CompositeWork, Records } from "./Walk.ts"

type LoopQuestion = Extract<Question, { readonly kind: "loop" }>

const ask = (condition: Template | undefined, scope: Scope, otherwise: boolean): Either.Either<boolean, string> =>
  condition === undefined
    ? Either.right(otherwise)
    : Either.mapLeft(renderBoolean(condition, scope), ({ message }) => message)

const brokenCondition = (message: string): CompositeEnd => ({ type: "broken", reason: "expression-failed", message })

/** Whether another iteration follows one that is through; what it came to is in `scope`. */
const goesOn = (question: LoopQuestion, scope: Scope, iteration: number): Either.Either<boolean, string> =>
  Either.flatMap(
    ask(question.until, scope, false),
    (isDone) => isDone ? Either.right(false) : ask(question.while, { ...scope, iteration: iteration + 1 }, true)
  )

/** Runs a loop from where it stands. */
export const runLoop = (
  context: TargetContext,
  { compiled, enter, frame, known, path, walkSteps }: CompositeWork,
  question: LoopQuestion
): Effect.Effect<CompositeEnd, StateError> =>
  Effect.gen(function*() {
    const steps = compiled.branches.get("steps") ?? []
    if (known?.branch === undefined) {
      const begins = ask(question.while, { ...frame.scope, iteration: 0 }, true)
      if (Either.isLeft(begins)) return brokenCondition(begins.left)
      enter({ branch: begins.right ? "steps" : "none" })
      if (!begins.right) return { type: "through", output: { steps: {}, iterations: 0 } }
    } else {
      enter({ branch: known.branch })
    }
    if (known?.nextAttemptAt !== undefined) {
      yield* context.place.during(waitUntil(Date.parse(known.nextAttemptAt)))
    }

    for (let iteration = known?.iterations ?? 0;; iteration++) {
      const scope = { ...frame.scope, iteration }
      const ended = yield* walkSteps(context, steps, { ...frame, parent: instancePath(path, iteration), scope })
      const records: Records = ended.records
      const output = { steps: records, iterations: iteration + 1 }
      if (ended.type !== "through") return { ...ended, output }
      const again = goesOn(question, { ...scope, steps: { ...frame.scope.steps, ...records } }, iteration)
      if (Either.isLeft(again)) return { ...brokenCondition(again.left), output }
      if (!again.right) return { type: "through", output }
      if (iteration + 1 >= question.maxIterations) {
        const message = `${iteration + 1} iteration${iteration === 0 ? "" : "s"} and not done: \`maxIterations\` is ${
          String(question.maxIterations)
        }`
        return { type: "broken", reason: "too-many-iterations", message, output }
      }
      const next = question.everyMs === undefined ? undefined : context.now() + question.everyMs
      yield* context.checkpoint.append(take(frame.carried, {
        type: "IterationEnded",
        target: context.target.id,
        path,
        iteration,
        ...(next === undefined ? {} : { nextAttemptAt: new Date(next).toISOString() })
      }))
      if (next !== undefined) yield* context.place.during(waitUntil(next))
    }
  })
