/**
 * A `loop` in a preview: whether it begins, and how often it goes round where that is known.
 *
 * Owns the counting. Must not decide about the steps within. The surprise: they are shown once, as
 * `wait[]::check`, however often they would be done.
 */
import type { Template } from "../expression/Template.ts"
import type { Question } from "../run/CompiledTemplate.ts"
import { type Found, type Knowledge, knownBoolean } from "./Known.ts"
import { on } from "./PreviewFlow.ts"
import { anyInstance, type Place, stepsOf, type Verdict, type Work } from "./PreviewPlace.ts"

type Loop = Extract<Question, { readonly kind: "loop" }>

/** Iterations that are counted one by one; what goes on longer is not counted ahead. */
const mostCounted = 100

const ask = (condition: Template, { scope, secrets }: Knowledge, iteration: number): Found<boolean> =>
  knownBoolean(condition, { secrets, scope: { ...scope, iteration } })

const yes: Found<boolean> = { type: "known", value: true }

/** Whether another iteration follows one. */
const goesOn = (loop: Loop, knowledge: Knowledge, iteration: number): Found<boolean> => {
  const isDone = loop.until === undefined ? undefined : ask(loop.until, knowledge, iteration)
  if (isDone !== undefined && isDone.type !== "known") return isDone
  if (isDone?.value === true) return { type: "known", value: false }
  return loop.while === undefined ? yes : ask(loop.while, knowledge, iteration + 1)
}

/** After how many iterations a loop ends that has begun; `many` is more than it may make. */
const iterationsOf = (loop: Loop, knowledge: Knowledge): Found<number | "many"> => {
  for (let iteration = 0; iteration < Math.min(loop.maxIterations, mostCounted); iteration++) {
    const again = goesOn(loop, knowledge, iteration)
    if (again.type !== "known") return again
    if (!again.value) return { type: "known", value: iteration + 1 }
  }
  return loop.maxIterations > mostCounted ? { type: "unknown" } : { type: "known", value: "many" }
}

/** A loop at its place. */
export const looped = (work: Work, loop: Loop): Verdict => {
  const { path, place, tools, walkSteps } = work
  const { iteration: _iteration, ...scope } = place.knowledge.scope
  const once = (more: Partial<Place>): Verdict => {
    const knowledge = { ...place.knowledge, scope }
    const walked = walkSteps(stepsOf(work), { ...place, ...more, knowledge, parent: anyInstance(path) }, tools)
    return { children: walked.steps, flow: walked.flow }
  }
  if (place.skip !== undefined) return once({})
  const begins = loop.while === undefined ? yes : ask(loop.while, place.knowledge, 0)
  if (begins.type === "wrong") return { ...once({ skip: "not-reached" }), problem: begins.message }
  if (begins.type === "unknown") return { ...once({ conditional: true }), flow: on }
  if (!begins.value) return { ...once({ skip: "no-iterations" }), fields: { iterations: 0 } }

  const verdict = once({})
  if (verdict.flow.type !== "on") return verdict
  const iterations = iterationsOf(loop, place.knowledge)
  switch (iterations.type) {
    case "wrong":
      return { ...verdict, problem: iterations.message }
    case "unknown":
      return verdict
    case "known":
      return iterations.value === "many"
        ? { ...verdict, problem: `it is not done after ${loop.maxIterations} iterations, its \`maxIterations\`` }
        : { ...verdict, fields: { iterations: iterations.value } }
  }
}
