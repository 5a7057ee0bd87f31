/**
 * The walk through a target's steps that does nothing: for each whether it would be done, and why not.
 *
 * Owns `when`, gates, and what a step that is sure to fail means for those after it. Must not start, read or
 * write anything. The surprise: a gate that a person decides is taken as approved, since what follows is
 * what one wants to see.
 */
import { childPath } from "../plan/StepPath.ts"
import type { CompiledGate, CompiledStep } from "../run/CompiledTemplate.ts"
import { knownBoolean, type KnownText } from "./Known.ts"
import { composite } from "./PreviewComposite.ts"
import { type Details, detailsOf } from "./PreviewDetails.ts"
import { type Flow, on, past, skipAfter } from "./PreviewFlow.ts"
import { enter, type Place, type Tools, type Verdict, type WalkSteps } from "./PreviewPlace.ts"
import type { SimulationStep, StepSkipReason } from "./Simulation.ts"

const denied = (path: string, onReject: CompiledGate["gate"]["is"]["onReject"]): Flow => {
  const message = "its policy is not met"
  switch (onReject) {
    case "abort":
      return { type: "failed", path, message, final: true }
    case "skip":
      return { type: "left" }
    case "retry":
      return { type: "resting", path, message }
  }
}

const gateVerdict = ({ gate }: CompiledGate, path: string, { knowledge }: Place, { fields }: Details): Verdict => {
  if (gate.type === "approval") return { status: "requires-approval", flow: on }
  if (gate.type === "check") return { status: "requires-policy", flow: on }
  const isMet = knownBoolean(gate.policy, knowledge)
  if (isMet.type === "unknown") return { status: "requires-policy", flow: on }
  if (isMet.type === "wrong") return { problem: isMet.message, flow: on }
  const decision = isMet.value ? "approved" as const : "denied" as const
  return {
    fields: fields.gate === undefined ? {} : { gate: { ...fields.gate, decision } },
    flow: isMet.value ? on : denied(path, gate.is.onReject)
  }
}

const verdictOf = (compiled: CompiledStep, path: string, place: Place, details: Details, tools: Tools): Verdict => {
  switch (compiled.kind) {
    case "attempt":
      return { flow: on }
    case "gate":
      return gateVerdict(compiled, path, place, details)
    case "composite":
      return composite(compiled, path, place, tools, walkSteps)
  }
}

const distinct = (texts: ReadonlyArray<KnownText>): ReadonlyArray<string> => {
  const first = texts.find(({ unresolved }) => unresolved.length > 0)
  return first === undefined ? [] : [...new Set(texts.flatMap(({ unresolved }) => unresolved))]
}

/** What a step shows wherever it stands and whatever becomes of it. */
const identity = ({ step: { continueOnError, id, kind, name, when } }: CompiledStep, path: string, place: Place) => {
  const { branch, index } = place
  return {
    path,
    id,
    ...(name === undefined ? {} : { name }),
    kind,
    ...(branch === undefined ? {} : { branch }),
    ...(index === undefined ? {} : { index }),
    ...(when === undefined ? {} : { when }),
    continueOnError
  }
}

const unresolvedIn = ({ texts }: Details): Pick<SimulationStep, "unresolved"> => {
  const unresolved = distinct(texts)
  return unresolved.length === 0 ? {} : { unresolved }
}

/** What a gate and a step that holds others see: their own variables and folder are around all that is theirs. */
const within = (compiled: CompiledStep, place: Place): Place =>
  compiled.kind === "attempt" || (compiled.env.length === 0 && compiled.workdir === undefined)
    ? place
    : { ...place, ...enter(place, compiled.env, compiled.workdir) }

const skippedStep = (
  compiled: CompiledStep,
  path: string,
  reason: StepSkipReason,
  place: Place,
  tools: Tools
): SimulationStep => {
  const around = within(compiled, place)
  const details = detailsOf(compiled, around, tools.scripts)
  const inner = { ...around, skip: "parent-skipped" as const }
  const { children } = compiled.kind === "composite" ? composite(compiled, path, inner, tools, walkSteps) : {}
  return {
    ...identity(compiled, path, place),
    status: "skipped",
    reason,
    ...details.fields,
    ...unresolvedIn(details),
    ...(children === undefined ? {} : { children })
  }
}

interface WalkedStep {
  readonly step: SimulationStep
  readonly flow: Flow
}

/** A step that is not known to be skipped; `isSure` where its own `when` leaves no doubt. */
const walkWanted = (compiled: CompiledStep, path: string, place: Place, isSure: boolean, tools: Tools): WalkedStep => {
  const conditional = place.conditional || !isSure
  const around = within(compiled, place)
  const details = detailsOf(compiled, around, tools.scripts)
  const early = around.surroundings.problem ?? details.texts.find(({ wrong }) => wrong !== undefined)?.wrong
  const inner: Place = { ...around, conditional, ...(early === undefined ? {} : { skip: "not-reached" }) }
  const verdict = verdictOf(compiled, path, inner, details, tools)
  const { children, fields, status = "pending" } = verdict
  const problem = early ?? verdict.problem
  const flow: Flow = problem === undefined ? verdict.flow : { type: "failed", path, message: problem, final: false }
  const step: SimulationStep = {
    ...identity(compiled, path, place),
    status: problem === undefined ? status : "pending",
    ...(conditional ? { conditional } : {}),
    ...(problem === undefined ? {} : { problem }),
    ...details.fields,
    ...(early === undefined ? fields : {}),
    ...unresolvedIn(details),
    ...(children === undefined ? {} : { children })
  }
  return { step, flow: isSure ? past(flow, compiled.step.continueOnError) : on }
}

const walkStep = (compiled: CompiledStep, place: Place, tools: Tools): WalkedStep => {
  const path = childPath(place.parent, compiled.step.id)
  const { skip } = place
  if (skip !== undefined) return { step: skippedStep(compiled, path, skip, place, tools), flow: on }
  if (compiled.when === undefined) return walkWanted(compiled, path, place, true, tools)
  const wanted = knownBoolean(compiled.when, place.knowledge)
  switch (wanted.type) {
    case "known":
      return wanted.value
        ? walkWanted(compiled, path, place, true, tools)
        : { step: skippedStep(compiled, path, "when-false", place, tools), flow: on }
    case "unknown":
      return walkWanted(compiled, path, place, false, tools)
    case "wrong": {
      const surroundings = { ...place.surroundings, problem: wanted.message }
      return walkWanted(compiled, path, { ...place, surroundings }, true, tools)
    }
  }
}

/** The steps of a list, one after the other, and how the list goes. */
export const walkSteps: WalkSteps = (steps, place, tools) => {
  const walked: Array<SimulationStep> = []
  let flow: Flow = on
  let { skip } = place
  for (const compiled of steps) {
    const ended = walkStep(compiled, skip === undefined ? place : { ...place, skip }, tools)
    walked.push(ended.step)
    skip ??= skipAfter(ended.flow)
    if (ended.flow.type === "failed" || ended.flow.type === "resting") ({ flow } = ended)
  }
  return { steps: walked, flow }
}
