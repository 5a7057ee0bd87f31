/**
 * Where a list of steps stands in a preview: what is known there, and what surrounds it.
 *
 * Owns the types of the walk, and how environments and folders are put together, in the order in which a run does it. Must not look
 * at a machine. The surprise: the environment holds what the manifest sets and nothing else.
 */
import type { Template } from "../expression/Template.ts"
import type { CompiledComposite, CompiledEnv, CompiledStep } from "../run/CompiledTemplate.ts"
import { type Knowledge, type KnownText, knownText } from "./Known.ts"
import type { ScriptPieces } from "./KnownScript.ts"
import type { Flow } from "./PreviewFlow.ts"
import type { SimulationStep, StepSkipReason } from "./Simulation.ts"

export interface Surroundings {
  readonly env: ReadonlyMap<string, KnownText>
  /** Relative to the manifest's folder, unless the manifest says otherwise. */
  readonly workdir: KnownText
  /** An expression in them that is sure to fail. */
  readonly problem?: string
}

/** What one knows at a place. */
export interface At {
  readonly knowledge: Knowledge
  readonly surroundings: Surroundings
}

export interface Place extends At {
  /** The path of what the steps are in; absent at the top of a target. */
  readonly parent: string | undefined
  /** Only the run knows whether the steps are reached. */
  readonly conditional: boolean
  /** Why none of them is reached, where that is sure. */
  readonly skip?: StepSkipReason
  /** Of an `if` and a `switch`: the list that the steps are. */
  readonly branch?: string
  /** Of a `map`: the item that they are done for. */
  readonly index?: number
}

/** What the walk through one target has at hand. */
export interface Tools {
  /** Takes a script apart, each once. */
  readonly scripts: (text: string) => ScriptPieces
  /** How many more steps of the target may be listed. */
  readonly budget: { left: number }
}

/** Walks a list of steps, one after the other. Handed to composite steps, which hold such lists. */
export type WalkSteps = (
  steps: ReadonlyArray<CompiledStep>,
  place: Place,
  tools: Tools
) => { readonly steps: ReadonlyArray<SimulationStep>; readonly flow: Flow }

/** What a step comes to, so far as it can be told. */
export interface Verdict {
  /** Left out: `pending`. */
  readonly status?: SimulationStep["status"]
  readonly fields?: Partial<SimulationStep>
  readonly children?: ReadonlyArray<SimulationStep>
  /** Why it is sure to fail. */
  readonly problem?: string
  readonly flow: Flow
}

/** A composite step at its place. */
export interface Work {
  readonly compiled: CompiledComposite
  readonly path: string
  readonly place: Place
  readonly tools: Tools
  readonly walkSteps: WalkSteps
}

/** The path that stands for all items or all iterations of a step. */
export const anyInstance = (path: string): string => `${path}[]`

/** The steps of a `map`, a `parallel` or a `loop`. */
export const stepsOf = ({ compiled }: Work): ReadonlyArray<CompiledStep> => compiled.branches.get("steps") ?? []

export const nowhere: Surroundings = { env: new Map(), workdir: { text: ".", unresolved: [] } }

/** A level of variables, each of which sees those further out. */
const withEnv = (level: CompiledEnv, at: At): At => {
  if (level.length === 0) return at
  const { knowledge, surroundings } = at
  const env = new Map(surroundings.env)
  let { problem } = surroundings
  for (const [name, template] of level) {
    const text = knownText(template, knowledge)
    problem ??= text.wrong
    env.set(name, text)
  }
  const known = [...env].flatMap(([name, { text, unresolved }]) => (unresolved.length === 0 ? [[name, text]] : []))
  return {
    knowledge: { ...knowledge, scope: { ...knowledge.scope, env: Object.fromEntries(known) } },
    surroundings: { ...surroundings, env, ...(problem === undefined ? {} : { problem }) }
  }
}

const below = (outer: string, inner: string): string => {
  if (outer === "." || inner.startsWith("/")) return inner
  return inner === "." ? outer : `${outer}/${inner}`
}

/** A level of variables and, in it, another working directory. */
export const enter = (at: At, env: CompiledEnv, workdir: Template | undefined): At => {
  const inner = withEnv(env, at)
  if (workdir === undefined) return inner
  const { surroundings } = inner
  const { text, unresolved, wrong } = knownText(workdir, inner.knowledge)
  const problem = surroundings.problem ?? wrong
  const outer = text.startsWith("/") ? [] : surroundings.workdir.unresolved
  return {
    ...inner,
    surroundings: {
      env: surroundings.env,
      workdir: { text: below(surroundings.workdir.text, text), unresolved: [...outer, ...unresolved] },
      ...(problem === undefined ? {} : { problem })
    }
  }
}
