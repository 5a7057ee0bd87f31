/**
 * Follows a target's steps as a run would, with outcomes that somebody picks, and notes each expression that fails.
 *
 * Owns what is there to be seen while steps run, after the design and not after the engine: the check of a
 * manifest must be right about both.
 */
import { Either } from "effect"
import type { Scope, StepRecord } from "../../src/expression/Scope.ts"
import { parseCondition, parseTemplate, renderBoolean, renderText, renderValue } from "../../src/expression/Template.ts"
import type { ExpressionError } from "../../src/expression/ExpressionError.ts"
import { type Json, listOf, type Pick, type Step } from "./anyBatch.ts"

export interface Failed {
  readonly text: string
  readonly error: ExpressionError
}

type Records = Readonly<Record<string, StepRecord>>
/** `through`: the list is at its end; `left`: a rejected gate left out the rest; `failed`: it broke off; `over`: the target ended. */
type Way = "through" | "failed" | "over"
interface Ended {
  readonly way: Way
  readonly records: Records
}

class Stop extends Error {}

const isMapping = (value: Json | undefined): value is Step => typeof value === "object" && !Array.isArray(value)
const mapping = (value: Json | undefined): Step => (isMapping(value) ? value : {})

const firstOf = ([error]: ReadonlyArray<ExpressionError>): ExpressionError => {
  if (error === undefined) throw new Error("an error without an error")
  return error
}

/** Every expression that failed; at most one, since a run would not get past it in the same way. */
export const follow = (steps: ReadonlyArray<Step>, scope: Scope, pick: Pick): ReadonlyArray<Failed> => {
  const failed: Array<Failed> = []

  const got = <A>(text: string, value: Either.Either<A, ExpressionError>): A => {
    if (Either.isRight(value)) return value.right
    failed.push({ text, error: value.left })
    throw new Stop(value.left.message)
  }
  const ask = (text: Json | undefined, at: Scope): boolean =>
    typeof text !== "string" || got(
      text,
      Either.flatMap(
        Either.mapLeft(parseCondition(text), firstOf),
        (condition) => renderBoolean(condition, at)
      )
    )
  const fill = (text: string, at: Scope): string => got(text, renderText(Either.getOrThrow(parseTemplate(text)), at))

  const record = (status: StepRecord["status"], output: StepRecord["output"], attempts = 1): StepRecord => ({
    status,
    attempts,
    output,
    ...(status === "failed" ? { error: "it failed" } : {})
  })
  const skipped = record("skipped", {}, 0)

  const compositeOf = (step: Step, at: Scope): readonly [Way, StepRecord["output"]] => {
    const outer = at.steps ?? {}
    if ("if" in step) {
      const { records, way } = walk(listOf(ask(step["if"], at) ? step["then"] : step["else"]), at)
      return [way, { steps: records }]
    }
    if ("switch" in step) {
      const name = fill(String(step["switch"]), at)
      const cases = mapping(step["cases"])
      const { records, way } = walk(listOf(name in cases ? cases[name] : step["default"]), at)
      return [way, { steps: records }]
    }
    const body = listOf(step["steps"])
    const isBrave = step["continueOnError"] === true
    if ("map" in step) {
      const over = mapping(step["map"])["over"]
      const items = typeof over === "string"
        ? got(over, renderValue(Either.getOrThrow(parseTemplate(over)), at))
        : over
      let way: Way = "through"
      const done = (Array.isArray(items) ? items : []).map((item: string, index: number) => {
        if (way === "over" || (way === "failed" && !isBrave)) return { status: "skipped" as const, steps: {} }
        const ended = walk(body, { ...at, item, index })
        if (ended.way !== "through") way = ended.way
        return { status: ended.way === "through" ? "succeeded" as const : "failed" as const, steps: ended.records }
      })
      return [way, { items: done }]
    }
    if ("parallel" in step) {
      let way: Way = "through"
      let records: Records = {}
      for (const each of body) {
        // Whatever has not begun when one fails does not begin.
        if (way === "over" || (way === "failed" && !isBrave)) break
        const ended = walk([each], at)
        if (ended.way !== "through") way = ended.way
        records = { ...records, ...ended.records }
      }
      return [way, { steps: records }]
    }
    const loop = mapping(step["loop"])
    if (!ask(loop["while"], { ...at, iteration: 0 })) return ["through", { steps: {}, iterations: 0 }]
    for (let iteration = 0;; iteration++) {
      const ended = walk(body, { ...at, iteration })
      const output = { steps: ended.records, iterations: iteration + 1 }
      if (ended.way !== "through") return [ended.way, output]
      const seen = { ...at, steps: { ...outer, ...ended.records }, iteration }
      if ("until" in loop && ask(loop["until"], seen)) return ["through", output]
      if ("while" in loop && !ask(loop["while"], { ...seen, iteration: iteration + 1 })) return ["through", output]
      if (iteration >= 2) return ["failed", output]
    }
  }

  const one = (step: Step, at: Scope): { readonly way: Way | "left"; readonly record: StepRecord } => {
    if (!ask(step["when"], at)) return { way: "through", record: skipped }
    if ("command" in step) {
      const words: ReadonlyArray<Json> = Array.isArray(step["command"]) ? step["command"] : []
      for (const word of words) fill(String(word), at)
      const exit_code = Math.max(0, pick(4) - 2)
      const way = exit_code === 0 || step["continueOnError"] === true ? "through" : "failed"
      return { way, record: record(exit_code === 0 ? "succeeded" : "failed", { exit_code, stdout: "", stderr: "" }) }
    }
    if ("gate" in step) {
      const gate = mapping(step["gate"])
      if ("approval" in gate) fill(String(gate["approval"]), at)
      const isMet = "policy" in gate ? ask(gate["policy"], at) : pick(2) === 0
      if (isMet) return { way: "through", record: record("succeeded", { option: "approve", by: "x" }, 0) }
      const rejected = record("skipped", { option: "reject", by: "x" }, 0)
      return { way: gate["onReject"] === "skip" ? "left" : "over", record: rejected }
    }
    const [way, output] = compositeOf(step, at)
    if (way === "through") return { way, record: record("succeeded", output, 0) }
    return {
      way: way === "failed" && step["continueOnError"] === true ? "through" : way,
      record: record("failed", output, 0)
    }
  }

  const walk = (steps: ReadonlyArray<Step>, at: Scope): Ended => {
    let records: Records = {}
    for (const [position, step] of steps.entries()) {
      const ended = one(step, { ...at, steps: { ...at.steps, ...records } })
      records = { ...records, [String(step["id"])]: ended.record }
      if (ended.way === "left") {
        for (const left of steps.slice(position + 1)) records = { ...records, [String(left["id"])]: skipped }
        return { way: "through", records }
      }
      if (ended.way !== "through") return { way: ended.way, records }
    }
    return { way: "through", records }
  }

  try {
    walk(steps, scope)
  } catch (stop) {
    if (!(stop instanceof Stop)) throw stop
  }
  return failed
}
