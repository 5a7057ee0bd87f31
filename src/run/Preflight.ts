/**
 * The checks of a batch, one after the other, before any target of an invocation starts.
 *
 * Owns their order and what their end means for the run. Must not know which targets wait for it. The
 * surprise: to the code that makes attempts a check is a step of one more target, called `preflight`;
 * only what is recorded says otherwise.
 */
import { Effect, Either } from "effect"
import type { ValueObject } from "../expression/Value.ts"
import { renderBoolean } from "../expression/Template.ts"
import type { Plan, PlanTarget, PlanTemplate } from "../plan/Plan.ts"
import { PREFLIGHT } from "../plan/Preflight.ts"
import { makeBreaker } from "./Breaker.ts"
import { type CompiledAttempt, compileTemplate } from "./CompiledTemplate.ts"
import type { Failure } from "./Judge.ts"
import { noPlace } from "./Place.ts"
import { type Surroundings, surroundingsOf } from "./PrepareAttempt.ts"
import { checkFact } from "./PreflightState.ts"
import type { HaltReason, RunFact } from "./RunEvent.ts"
import type { StateError } from "./StateError.ts"
import { emptyOutput, type StepEnd } from "./StepOutcome.ts"
import { unlimited } from "./Leave.ts"
import { type Later, runStep } from "./StepRun.ts"
import type { RunContext, TargetContext } from "./TargetContext.ts"
import { untouched } from "./TargetState.ts"

/** Why no target starts. */
export interface NotReady {
  readonly haltReason: Extract<HaltReason, "PreflightFailed" | "RateLimited">
  /** Epoch milliseconds, where a rate limit says so. */
  readonly retryAt?: number
}

export interface PreflightRequest {
  readonly plan: Plan
  /** All inputs, secret ones included. */
  readonly values: ValueObject
  readonly context: RunContext
}

const target: PlanTarget = { id: PREFLIGHT, template: 0, labels: {}, needs: [], hash: "" }

const contextOf = (
  { context, plan, values }: PreflightRequest,
  preflight: PlanTemplate
): Effect.Effect<TargetContext> =>
  Effect.map(makeBreaker(false), (breaker) => {
    const { checkpoint, runDir, runId, variables } = context
    const recorded = (facts: ReadonlyArray<RunFact>): ReadonlyArray<RunFact> => facts.map(checkFact)
    return {
      ...context,
      checkpoint: {
        ...checkpoint,
        append: (facts) => checkpoint.append(recorded(facts)),
        note: (facts) => checkpoint.note(recorded(facts))
      },
      // What is started before the targets is no step of theirs.
      leave: unlimited(),
      target,
      template: compileTemplate(preflight),
      scope: {
        inputs: values,
        env: variables,
        context: { run_id: runId, batch: plan.batch, target: PREFLIGHT, run_dir: runDir, attempt: 1 }
      },
      before: untouched,
      breaker,
      place: noPlace
    }
  })

const notBegun = (context: TargetContext, message: string): StepEnd => ({
  attempts: 0,
  durationMs: 0,
  output: emptyOutput,
  failure: { reason: "expression-failed", message: context.mask.text(message) }
})

type Ended = StepEnd | Later | "skipped"

const make = (
  context: TargetContext,
  compiled: CompiledAttempt,
  surroundings: Surroundings
): Effect.Effect<Ended, StateError> => {
  const scope = { ...context.scope, env: surroundings.env }
  if (compiled.when !== undefined) {
    const wanted = renderBoolean(compiled.when, scope)
    if (Either.isLeft(wanted)) return Effect.succeed(notBegun(context, wanted.left.message))
    if (!wanted.right) return Effect.succeed("skipped")
  }
  const work = { compiled, path: compiled.step.id, surroundings, scope, before: undefined }
  return runStep(context, work, { facts: [] })
}

const outcomeOf = (compiled: CompiledAttempt, failure: Failure | undefined) => {
  if (failure === undefined) return "passed" as const
  return compiled.step.continueOnError ? "continued" as const : "failed" as const
}

/** Makes a check and records its end; gives why nothing may follow it, if so. */
const check = (
  context: TargetContext,
  compiled: CompiledAttempt,
  ended: Ended
): Effect.Effect<NotReady | undefined, StateError> =>
  Effect.gen(function*() {
    const { checkpoint } = context
    const { id } = compiled.step
    if (ended === "skipped") {
      const fact = { check: id, outcome: ended, attempts: 0, durationMs: 0 }
      yield* checkpoint.append([{ type: "PreflightFinished", ...fact }])
      return undefined
    }
    if ("later" in ended) {
      return { haltReason: "RateLimited", ...(ended.later === undefined ? {} : { retryAt: ended.later }) }
    }
    const { attempts, durationMs, failure, output } = ended
    const outcome = outcomeOf(compiled, failure)
    const fact = { check: id, outcome, attempts, durationMs, ...failure, output }
    yield* checkpoint.append([{ type: "PreflightFinished", ...fact }])
    return outcome === "failed" ? { haltReason: "PreflightFailed" } : undefined
  })

/** Makes all checks, until one fails that must not. Undefined: they are through, and targets may start. */
export const runPreflight = (request: PreflightRequest): Effect.Effect<NotReady | undefined, StateError> =>
  Effect.gen(function*() {
    const { preflight } = request.plan
    if (preflight === undefined) return undefined
    const context = yield* contextOf(request, preflight)
    const { manifestDir, mask, scope, template, variables } = context
    const surroundings = surroundingsOf(template, scope, variables, manifestDir, mask)
    for (const compiled of template.steps) {
      if (compiled.kind !== "attempt") throw new Error(`check ${compiled.step.id} is a ${compiled.step.kind}`)
      const ended = Either.isLeft(surroundings)
        ? notBegun(context, surroundings.left.message)
        : yield* make(context, compiled, surroundings.right)
      const notReady = yield* check(context, compiled, ended)
      if (notReady !== undefined) return notReady
    }
    return undefined
  })
