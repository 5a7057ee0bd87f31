/**
 * Composite steps in a preview: which branch, which items, how many iterations, so far as that is known.
 *
 * Owns the answer to the question of each kind. Must not decide about the steps within. The surprise: a list
 * that the run has yet to come by stands for any number of items, so its steps are shown once, as
 * `shards[]::e2e`.
 */
import { mostItems } from "../expression/Limits.ts"
import type { Scope } from "../expression/Scope.ts"
import type { Template } from "../expression/Template.ts"
import type { Value } from "../expression/Value.ts"
import type { MapStep } from "../plan/Plan.ts"
import { instancePath } from "../plan/StepPath.ts"
import { allSteps } from "../plan/StepTree.ts"
import type { CompiledComposite, Question } from "../run/CompiledTemplate.ts"
import { type Found, type Knowledge, knownBoolean, knownItems, knownText } from "./Known.ts"
import { type Flow, on, stops, together } from "./PreviewFlow.ts"
import { looped } from "./PreviewLoop.ts"
import {
  anyInstance,
  type Place,
  stepsOf,
  type Tools,
  type Verdict,
  type WalkSteps,
  type Work
} from "./PreviewPlace.ts"

/** What is in a step that is sure to fail is not reached. */
const unreached = (work: Work): Work => ({
  ...work,
  place: { ...work.place, skip: work.place.skip ?? "not-reached" }
})

/** The lists of an `if` or a `switch`; `taken` is absent where only the run knows. */
const branches = ({ compiled, path, place, tools, walkSteps }: Work, taken: string | undefined): Verdict => {
  let flow: Flow = on
  const children = [...compiled.branches].flatMap(([branch, steps]) => {
    const inner: Place = {
      ...place,
      parent: path,
      branch,
      conditional: place.conditional || taken === undefined,
      ...(taken === undefined || taken === branch ? {} : { skip: place.skip ?? "branch-not-taken" })
    }
    const walked = walkSteps(steps, inner, tools)
    if (taken === branch) ({ flow } = walked)
    return walked.steps
  })
  return { fields: taken === undefined ? {} : { taken }, children, flow }
}

const chosen = (work: Work, condition: Template): Verdict => {
  const isTrue = knownBoolean(condition, work.place.knowledge)
  if (isTrue.type === "wrong") return { ...branches(unreached(work), undefined), problem: isTrue.message }
  return branches(work, isTrue.type === "unknown" ? undefined : isTrue.value ? "then" : "else")
}

const switched = (work: Work, template: Template): Verdict => {
  const { text, unresolved, wrong: message } = knownText(template, work.place.knowledge)
  if (message !== undefined) return { ...branches(unreached(work), undefined), problem: message }
  if (unresolved.length > 0) return branches(work, undefined)
  return branches(work, work.compiled.branches.has(`case:${text}`) ? `case:${text}` : "default")
}

/** What is known for one item, or for any of them. */
const withItem = ({ scope, secrets }: Knowledge, item: Found<Value>, at: number | undefined): Knowledge => {
  const { index: _index, item: _item, ...outer } = scope
  const inner: Scope = {
    ...outer,
    ...(item.type === "known" ? { item: item.value } : {}),
    ...(at === undefined ? {} : { index: at })
  }
  return { scope: inner, secrets }
}

/** The steps once, for any item. */
const anyItem = (work: Work, more: Partial<Place>): Verdict => {
  const { path, place, tools, walkSteps } = work
  const knowledge = withItem(place.knowledge, { type: "unknown" }, undefined)
  const walked = walkSteps(stepsOf(work), { ...place, ...more, knowledge, parent: anyInstance(path) }, tools)
  return { children: walked.steps, flow: walked.flow }
}

const eachItem = (work: Work, items: ReadonlyArray<Found<Value>>, maxParallel: number): Verdict => {
  const { compiled: { step: { continueOnError } }, path, place, tools, walkSteps } = work
  const flows: Array<Flow> = []
  let { skip } = place
  const children = items.flatMap((item, index) => {
    const inner: Place = {
      ...place,
      parent: instancePath(path, index),
      index,
      knowledge: withItem(place.knowledge, item, index),
      ...(skip === undefined ? {} : { skip })
    }
    const walked = walkSteps(stepsOf(work), inner, tools)
    flows.push(walked.flow)
    if (maxParallel === 1 && stops(walked.flow, continueOnError)) skip ??= "not-reached"
    return walked.steps
  })
  return { children, flow: together(flows, continueOnError) }
}

/** Items as they are known; one that is not stands as it was written. */
const shownItems = (items: ReadonlyArray<Found<Value>>, written: string | ReadonlyArray<Value>): ReadonlyArray<Value> =>
  items.map((item, index) =>
    item.type === "known" ? item.value : typeof written === "string" ? null : written[index] ?? null
  )

const mapped = (
  work: Work,
  step: MapStep,
  { maxParallel, over }: Extract<Question, { readonly kind: "map" }>
): Verdict => {
  const { place, tools: { budget } } = work
  if (place.skip !== undefined) return anyItem(work, {})
  const items = knownItems(over, place.knowledge)
  switch (items.type) {
    case "unknown":
      return { ...anyItem(work, { conditional: true }), flow: on }
    case "wrong":
      return { ...anyItem(unreached(work), {}), problem: items.message }
    case "known": {
      const { length } = items.value
      if (length > mostItems) {
        const problem =
          `\`map.over\` gives ${length} items, more than ${mostItems}: use \`forEach\` to make them targets`
        return { ...anyItem(unreached(work), {}), problem }
      }
      const fields = { items: shownItems(items.value, step.over) }
      if (length === 0) return { ...anyItem(work, { skip: "no-items" }), fields, flow: on }
      const listed = length * allSteps(step.steps).length
      if (listed > budget.left) return { ...anyItem(work, {}), fields: { ...fields, expanded: false } }
      budget.left -= listed
      return { ...eachItem(work, items.value, maxParallel), fields }
    }
  }
}

const sideBySide = (work: Work, maxParallel: number): Verdict => {
  const { compiled: { step: { continueOnError } }, path, place, tools, walkSteps } = work
  const flows: Array<Flow> = []
  let { skip } = place
  const children = stepsOf(work).flatMap((step) => {
    const walked = walkSteps([step], { ...place, parent: path, ...(skip === undefined ? {} : { skip }) }, tools)
    flows.push(walked.flow)
    if (maxParallel === 1 && stops(walked.flow, continueOnError)) skip ??= "not-reached"
    return walked.steps
  })
  return { children, flow: together(flows, continueOnError) }
}

/** A composite step at its place. Where that is skipped, so is all that is in it. */
export const composite = (
  compiled: CompiledComposite,
  path: string,
  place: Place,
  tools: Tools,
  walkSteps: WalkSteps
): Verdict => {
  const { branch: _branch, index: _index, ...around } = place
  const work: Work = { compiled, path, place: around, tools, walkSteps }
  const { question } = compiled
  switch (question.kind) {
    case "if":
      return chosen(work, question.condition)
    case "switch":
      return switched(work, question.text)
    case "map":
      return compiled.step.kind === "map" ? mapped(work, compiled.step, question) : { flow: on }
    case "parallel":
      return sideBySide(work, question.maxParallel)
    case "loop":
      return looped(work, question)
  }
}
