/**
 * A plan and a selection to what would happen: the preview.
 *
 * Owns the targets: their order, and what becomes of each as a whole. Must not read, write or start
 * anything, nor look at earlier runs. The surprise: targets are made one at a time while somebody goes
 * through them, so that a hundred thousand of them take no more memory than one.
 */
import type { Inherited } from "../plan/Failure.ts"
import type { MaxBlocked, Plan, PlanTarget } from "../plan/Plan.ts"
import { PREFLIGHT } from "../plan/Preflight.ts"
import type { Selection } from "../plan/Selection.ts"
import { type CompiledTemplate, compiler, compileTemplate } from "../run/CompiledTemplate.ts"
import type { Halt } from "../run/Scheduler.ts"
import type { Knowledge } from "./Known.ts"
import { type ScriptPieces, scriptPieces } from "./KnownScript.ts"
import type { Flow } from "./PreviewFlow.ts"
import { stuckNeeds } from "./PreviewNeeds.ts"
import { enter, nowhere, type Place } from "./PreviewPlace.ts"
import { walkSteps } from "./PreviewWalk.ts"
import type { Simulation, SimulationTarget } from "./Simulation.ts"

export interface PreviewRequest {
  readonly plan: Plan
  /** What the batch says of failures. */
  readonly failure: Inherited
  /** In the order of the manifest, or of the targets named. */
  readonly selection: Selection
  /** What is left out is as the manifest's `run:` says. */
  readonly options: {
    readonly autoAdvance?: boolean
    readonly strict?: boolean
    readonly maxParallel?: number
    readonly maxBlocked?: MaxBlocked
    readonly halt?: Halt
    readonly cap?: number
    readonly noWait?: boolean
    readonly order: "manifest" | "longest-first"
  }
}

export interface PreviewedTarget {
  /** What it was made from. */
  readonly plan: PlanTarget
  readonly target: SimulationTarget
}

export interface Preview {
  readonly plan: Plan
  /** All that is known without a look at the targets. */
  readonly head: Omit<Simulation, "targets" | "outputs" | "requiresApproval" | "counts">
  /** The targets that are selected, in the order they start, then the others; made as they are asked for. */
  readonly targets: () => Iterable<PreviewedTarget>
}

/** The most steps of one target that are listed one by one; a `map` past that is shown once for all its items. */
const mostListed = 100_000

const breakerOf = (threshold: number | false): SimulationTarget["circuitBreaker"] =>
  threshold === false ? false : { threshold }

const headOf = ({ failure, options, plan }: PreviewRequest, walk: Walk): Preview["head"] => ({
  schema: "pawl.simulation/v1",
  batch: plan.batch,
  ...(plan.description === undefined ? {} : { description: plan.description }),
  planHash: plan.hash,
  inputs: plan.inputs,
  secrets: plan.secrets,
  options: {
    autoAdvance: options.autoAdvance ?? plan.run.autoAdvance ?? false,
    strict: options.strict ?? plan.run.strict ?? false,
    maxParallel: options.maxParallel ?? plan.run.maxParallel ?? 1,
    maxBlocked: options.maxBlocked ?? plan.run.maxBlocked ?? null,
    halt: options.halt ?? "soon",
    cap: options.cap ?? null,
    noWait: options.noWait ?? false,
    order: options.order
  },
  failure: {
    retries: failure.retries,
    timeoutMs: failure.timeoutMs ?? null,
    circuitBreaker: breakerOf(failure.breakerThreshold)
  },
  ...(plan.rateLimit === undefined ? {} : { rateLimit: plan.rateLimit }),
  preflight: plan.preflight === undefined ? [] : walk({ id: PREFLIGHT }, compileTemplate(plan.preflight)).steps
})

/** What the end of a target's steps means for it. */
const endOf = (flow: Flow): Pick<SimulationTarget, "status" | "reason" | "message" | "step"> => {
  switch (flow.type) {
    case "failed": {
      const { final, message, path } = flow
      return { status: "blocked", reason: final ? "gate-rejected" : "step-exhausted", message, step: path }
    }
    case "resting":
      return { status: "paused", reason: "policy-denied", message: flow.message, step: flow.path }
    default:
      return { status: "pending" }
  }
}

const remembered = <A>(make: (text: string) => A): (text: string) => A => {
  const known = new Map<string, A>()
  return (text) => {
    const found = known.get(text)
    if (found !== undefined) return found
    const made = make(text)
    known.set(text, made)
    return made
  }
}

/** Whose steps they are. */
type Owner = Pick<PlanTarget, "id" | "index" | "item">

type Walk = (owner: Owner, template: CompiledTemplate, more?: Pick<Place, "skip">) => ReturnType<typeof walkSteps>

/** Walks the steps of a target, or the checks; `more` may say that none of them is reached. */
const walker = (plan: Plan): Walk => {
  const scripts = remembered<ScriptPieces>(scriptPieces)
  const secrets = new Set(plan.secrets)
  const knowledgeOf = ({ id, index, item }: Owner): Knowledge => ({
    secrets,
    scope: {
      inputs: plan.inputs,
      env: {},
      ...(item === undefined ? {} : { item }),
      ...(index === undefined ? {} : { index }),
      context: { batch: plan.batch, target: id, run_id: "", run_dir: "" }
    }
  })
  const placeOf = (target: Owner, { env, workdir }: CompiledTemplate): Place => {
    const outside = { knowledge: knowledgeOf(target), surroundings: nowhere }
    const withEnv = env.reduce((at, level) => enter(at, level, undefined), outside)
    const at = workdir.reduce((at, level) => enter(at, [], level), withEnv)
    return { ...at, parent: undefined, conditional: false }
  }
  return (target, template, more = {}) => {
    const place = { ...placeOf(target, template), ...more }
    return walkSteps(template.steps, place, { scripts, budget: { left: mostListed } })
  }
}

/** What would happen, target by target. */
export const preview = (request: PreviewRequest): Preview => {
  const { plan, selection } = request
  const walkAs = walker(plan)
  const compiled = compiler(plan.templates)
  const walk = (target: PlanTarget, more: Pick<Place, "skip"> = {}) => walkAs(target, compiled(target.template), more)
  const selected = new Set(selection.order.flatMap((index) => plan.targets[index]?.id ?? []))
  const isSelected = (id: string): boolean => selected.has(id)
  const ends = new Map<string, SimulationTarget["status"]>()
  /** How a selected target ends by its own steps, worked out ahead for those that others need. */
  const endAhead = (target: PlanTarget): SimulationTarget["status"] => {
    const status = ends.get(target.id) ?? endOf(walk(target).flow).status
    ends.set(target.id, status)
    return status
  }
  const needs = { targets: plan.targets, isSelected }
  const deadNeed = stuckNeeds({ ...needs, isStuck: (t) => !isSelected(t.id) || endAhead(t) === "blocked" })
  const restingNeed = stuckNeeds({ ...needs, isStuck: (t) => isSelected(t.id) && endAhead(t) === "paused" })
  const base = ({ id, labels, needs, template }: PlanTarget) => ({
    identity: { id, labels, needs },
    circuitBreaker: breakerOf(plan.templates[template]?.breakerThreshold ?? false)
  })
  const asked = (target: PlanTarget): SimulationTarget => {
    const { circuitBreaker, identity } = base(target)
    const dead = deadNeed(target)
    const need = dead ?? restingNeed(target)
    if (need === undefined) {
      const { flow, steps } = walk(target)
      return { ...identity, ...endOf(flow), circuitBreaker, steps }
    }
    const why = dead === undefined ? "waits at a gate" : isSelected(need) ? "does not complete" : "is not selected"
    return {
      ...identity,
      status: dead === undefined ? "paused" : "skipped",
      reason: "need-not-completed",
      message: `it needs ${need}, which ${why}`,
      need,
      circuitBreaker,
      steps: walk(target, { skip: dead === undefined ? "not-reached" : "target-skipped" }).steps
    }
  }
  const leftOut = (target: PlanTarget): SimulationTarget => {
    const { circuitBreaker, identity } = base(target)
    return {
      ...identity,
      status: "skipped",
      reason: "filtered-out",
      message: "not selected",
      circuitBreaker,
      steps: []
    }
  }
  return {
    plan,
    head: headOf(request, walkAs),
    *targets() {
      for (const index of selection.order) {
        const target = plan.targets[index]
        if (target !== undefined) yield { plan: target, target: asked(target) }
      }
      for (const target of plan.targets) {
        if (!selected.has(target.id)) yield { plan: target, target: leftOut(target) }
      }
    }
  }
}
