/**
 * A gate in its place: who decides, and asking those who can be asked.
 *
 * Owns opening a gate for a person; rules are in `PolicyRun.ts`. Must not decide for anybody. The surprise: a
 * gate that is rejected with `onReject: retry` opens again at once and then rests, so that it is
 * asked about once an invocation and no more.
 */
import { Effect, Either } from "effect"
import { renderText } from "../expression/Template.ts"
import { take } from "./Carried.ts"
import type { CompiledAttempt, CompiledGate } from "./CompiledTemplate.ts"
import { notBegun } from "./FailedStep.ts"
import type { GateDecided } from "./GateDecision.ts"
import { endOf, resting } from "./GateEnd.ts"
import { expressionsIn, hiddenTexts } from "./Hidden.ts"
import { checkGate, policyGate } from "./PolicyRun.ts"
import { targetState } from "./RunState.ts"
import type { RunFact } from "./RunEvent.ts"
import type { OpenGate, StepState } from "./StepState.ts"
import type { StateError } from "./StateError.ts"
import type { TargetContext } from "./TargetContext.ts"
import { stepState } from "./TargetState.ts"
import type { Ended, Frame } from "./Walk.ts"

type Opened = Omit<Extract<RunFact, { readonly type: "GateOpened" }>, "type" | "target" | "path">

/** Records that a gate is open; gives it as the state has it. */
const open = (
  context: TargetContext,
  path: string,
  gate: Opened,
  { carried }: Frame
): Effect.Effect<OpenGate, StateError> =>
  Effect.gen(function*() {
    const { checkpoint, target } = context
    yield* checkpoint.append(take(carried, { type: "GateOpened", target: target.id, path, ...gate }))
    const opened = stepState(targetState(yield* checkpoint.state, target.id), path)?.gate
    if (opened === undefined) throw new Error(`gate ${path} of ${target.id} is not open though it was opened`)
    return opened
  })

/** Asks about an open gate, if there is somebody to ask; `again` is what it is opened with after a rejection. */
const decideOpen = (
  context: TargetContext,
  path: string,
  gate: OpenGate,
  again: Opened,
  frame: Frame
): Effect.Effect<GateDecided | Ended, StateError> =>
  Effect.gen(function*() {
    const { keeper, target } = context
    const waits = resting(path, gate.about === "in-flight" ? "in-flight" : "awaiting-approval", gate.message)
    if (!keeper.canAsk) return waits
    const question = { target: target.id, path, message: gate.message }
    const decided = yield* keeper.ask(question, gate, frame.surroundings.workdir.path)
    if (decided === undefined) return waits
    if (decided.outcome === "approved" || gate.onReject !== "retry") return decided
    yield* open(context, path, again, frame)
    return waits
  })

/** A person decides about an attempt that was under way when pawl ended. Undefined: it is to run again. */
export const askInFlight = (
  context: TargetContext,
  { step }: CompiledAttempt,
  path: string,
  known: StepState,
  frame: Frame
): Effect.Effect<Ended | undefined, StateError> =>
  Effect.gen(function*() {
    const attempt = known.attempts + 1
    const message =
      `attempt ${attempt} of ${step.id} was under way when pawl was stopped: whether it did its work is not known`
    const opened: Opened = {
      about: "in-flight",
      message,
      options: ["run-again", "done", "reject"],
      onReject: "abort"
    }
    const gate = known.gate ?? (yield* open(context, path, opened, frame))
    const decided = yield* decideOpen(context, path, gate, opened, frame)
    if (decided.type !== "GateDecided") return decided
    return decided.option === "run-again" ? undefined : endOf(path, gate.onReject, decided)
  })

const approval = (
  context: TargetContext,
  gate: Extract<CompiledGate["gate"], { readonly type: "approval" }>,
  compiled: CompiledGate,
  path: string,
  known: StepState | undefined,
  frame: Frame
): Effect.Effect<Ended, StateError> =>
  Effect.gen(function*() {
    const { mask } = context
    const message = renderText(gate.message, frame.scope)
    if (Either.isLeft(message)) return yield* notBegun(context, compiled, path, message.left.message, frame)
    const show = gate.show === undefined ? undefined : renderText(gate.show, frame.scope)
    if (show !== undefined && Either.isLeft(show)) {
      return yield* notBegun(context, compiled, path, show.left.message, frame)
    }
    const { onReject, options } = gate.is
    const { hidden } = frame.surroundings
    const shown = gate.show === undefined ? [] : expressionsIn(gate.show)
    mask.learn([...hidden.texts, ...hiddenTexts([...expressionsIn(gate.message), ...shown], frame.scope, hidden, mask)])
    const opened: Opened = {
      about: "approval",
      message: mask.text(message.right),
      options,
      onReject,
      ...(show === undefined ? {} : { show: mask.text(show.right) })
    }
    // A gate that was decided and waits all the same was rejected with `retry` by somebody else.
    const isAgain = known?.gate === undefined && known?.decision !== undefined
    const open_ = known?.gate ?? (yield* open(context, path, opened, frame))
    if (isAgain && !context.keeper.canAsk) return resting(path, "awaiting-approval", open_.message)
    const decided = yield* decideOpen(context, path, open_, opened, frame)
    if (decided.type !== "GateDecided") return decided
    return endOf(path, onReject, decided) ?? resting(path, "awaiting-approval", open_.message)
  })

/** A gate from where it stands. What a rule decided is carried; what a person did is recorded. */
export const gateStep = (
  context: TargetContext,
  compiled: CompiledGate,
  path: string,
  known: StepState | undefined,
  frame: Frame
): Effect.Effect<Ended, StateError> => {
  const { gate } = compiled
  switch (gate.type) {
    case "approval":
      return approval(context, gate, compiled, path, known, frame)
    case "check":
      return checkGate(context, compiled, gate.check, path, known, frame)
    case "policy":
      return policyGate(context, compiled, gate, path, frame)
  }
}
