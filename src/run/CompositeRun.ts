/**
 * A composite step in its place: from its question to its end.
 *
 * Owns what all five kinds have alike: that it is recorded what they go by before anything in
 * them begins, and how they end. The surprise: the record of a composite step holds no output;
 * it is put together from its children, whose own outcomes are durable.
 */
import { Effect, Either } from "effect"
import type { StepRecord } from "../expression/Scope.ts"
import { renderBoolean, renderText } from "../expression/Template.ts"
import { take } from "./Carried.ts"
import type { CompiledComposite } from "./CompiledTemplate.ts"
import { childFailed, stepFailed } from "./FailedStep.ts"
import { runLoop } from "./LoopRun.ts"
import { runMap } from "./MapRun.ts"
import { runSideBySide } from "./SideBySide.ts"
import type { StepState } from "./StepState.ts"
import type { StateError } from "./StateError.ts"
import type { TargetContext } from "./TargetContext.ts"
import type { CompositeEnd, CompositeWork, Ended, Frame, Records, WalkSteps } from "./Walk.ts"

/** Which branch is taken: the one that was, or the one that its question comes to. */
const chosen = ({ compiled: { branches, question }, frame, known }: CompositeWork): Either.Either<string, string> => {
  if (known?.branch !== undefined) return Either.right(known.branch)
  if (question.kind === "if") {
    return Either.mapBoth(renderBoolean(question.condition, frame.scope), {
      onLeft: ({ message }) => message,
      onRight: (isTrue) => (isTrue ? "then" : "else")
    })
  }
  if (question.kind !== "switch") return Either.right("steps")
  return Either.mapBoth(renderText(question.text, frame.scope), {
    onLeft: ({ message }) => message,
    onRight: (text) => (branches.has(`case:${text}`) ? `case:${text}` : "default")
  })
}

const runBranch = (context: TargetContext, work: CompositeWork): Effect.Effect<CompositeEnd, StateError> => {
  const { compiled, enter, frame, path, walkSteps } = work
  const name = chosen(work)
  if (Either.isLeft(name)) {
    return Effect.succeed<CompositeEnd>({ type: "broken", reason: "expression-failed", message: name.left })
  }
  enter({ branch: name.right })
  const steps = compiled.branches.get(name.right) ?? []
  return Effect.map(
    walkSteps(context, steps, { ...frame, parent: path }),
    (ended) => ({ ...ended, output: { steps: ended.records } })
  )
}

/** The steps of a `parallel`, which don't see each other. */
const runParallel = (
  context: TargetContext,
  { compiled, enter, frame, path, walkSteps }: CompositeWork,
  maxParallel: number
): Effect.Effect<CompositeEnd, StateError> => {
  enter({})
  const children = (compiled.branches.get("steps") ?? []).map((step) => ({
    parent: path,
    steps: [step],
    run: (carried: Frame["carried"]) => walkSteps(context, [step], { ...frame, parent: path, carried })
  }))
  const { continueOnError } = compiled.step
  const group = { path, maxParallel, continueOnError, carried: frame.carried, noun: "step", children }
  return Effect.map(runSideBySide(context, group), ({ children: done, ended }) => {
    const steps: Record<string, StepRecord> = {}
    for (const { records } of done) Object.assign(steps, records satisfies Records)
    return { ...ended, output: { steps } }
  })
}

const run = (context: TargetContext, work: CompositeWork): Effect.Effect<CompositeEnd, StateError> => {
  const { question } = work.compiled
  switch (question.kind) {
    case "if":
    case "switch":
      return runBranch(context, work)
    case "map":
      return runMap(context, work, question)
    case "parallel":
      return runParallel(context, work, question.maxParallel)
    case "loop":
      return runLoop(context, work, question)
  }
}

/** Runs a composite step from where it stands. Its end is carried. */
export const compositeStep = (
  context: TargetContext,
  compiled: CompiledComposite,
  path: string,
  known: StepState | undefined,
  frame: Frame,
  walkSteps: WalkSteps
): Effect.Effect<Ended, StateError> =>
  Effect.gen(function*() {
    const target = context.target.id
    const startedAt = context.now()
    const { kind } = compiled.step
    const enter: CompositeWork["enter"] = (goesBy) => {
      frame.carried.facts = take(frame.carried, { type: "StepEntered", target, path, kind, ...goesBy })
    }
    const ended = yield* run(context, { compiled, path, known, frame, enter, walkSteps })
    const durationMs = Math.max(0, context.now() - startedAt)
    switch (ended.type) {
      case "through":
        frame.carried.facts = take(frame.carried, { type: "StepSucceeded", target, path, attempt: 1, durationMs })
        return { type: "through", record: { status: "succeeded", attempts: 0, output: ended.output } }
      case "failed": {
        const message = ended.summary ?? `${ended.path}: ${ended.failure.message}`
        return childFailed(context, compiled, path, ended, { message, durationMs, output: ended.output }, frame)
      }
      case "broken": {
        const failure = { reason: ended.reason, message: context.mask.text(ended.message) }
        const failed = { attempts: 0, durationMs, output: ended.output ?? {}, failure }
        return yield* stepFailed(context, compiled, path, failed, frame)
      }
      case "resting":
      case "stopped":
        return ended
    }
  })
