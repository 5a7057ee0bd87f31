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

/** Whether a loop begins, and after how many iterations it ends; `many` is more than it may make. */
const iterationsOf = (loop: Loop, knowledge: Knowledge): Found<number | "many"> => {
  const ask = (condition: Template | undefined, iteration: number, otherwise: boolean): Found<boolean> =>
    condition === undefined
      ? { type: "known", value: otherwise }
      : knownBoolean(condition, { ...knowledge, scope: { ...knowledge.scope, iteration } })
  const begins = ask(loop.while, 0, true)
  if (begins.type !== "known") return begins
  if (!begins.value) return { type: "known", value: 0 }
  for (let iteration = 0; iteration < Math.min(loop.maxIterations, mostCounted); iteration++) {
    const isDone = ask(loop.until, iteration, false)
    if (isDone.type !== "known") return isDone
    const goesOn = isDone.value ? isDone : ask(loop.while, iteration + 1, true)
    if (goesOn.type !== "known") return goesOn
    if (isDone.value || !goesOn.value) return { type: "known", value: iteration + 1 }
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
  const iterations = iterationsOf(loop, place.knowledge)
  switch (iterations.type) {
    case "wrong":
      return { ...once({ skip: "not-reached" }), problem: iterations.message }
    case "unknown": {
      const isEntered = loop.while === undefined
      const verdict = once({ conditional: place.conditional || !isEntered })
      return isEntered ? verdict : { ...verdict, flow: on }
    }
    case "known": {
      if (iterations.value === "many") {
        const problem = `it is not done after ${loop.maxIterations} iterations, its \`maxIterations\``
        return { ...once({}), problem }
      }
      const fields = { iterations: iterations.value }
      return iterations.value === 0
        ? { ...once({ skip: "no-iterations" }), fields, flow: on }
        : { ...once({}), fields }
    }
  }
}
