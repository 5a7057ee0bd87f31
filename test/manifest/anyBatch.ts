/**
 * Batches of steps within steps, with expressions that mostly make sense, for properties.
 *
 * Owns making them. The surprise: what is made is wrong often enough; the check is asked, and what it
 * complains of is taken out.
 */
import { FastCheck as fc } from "effect"

export type Json = string | number | boolean | ReadonlyArray<Json> | { readonly [key: string]: Json }
export type Step = { readonly [key: string]: Json }

/** A whole number from 0 up to and without `count`. */
export type Pick = (count: number) => number

const from = <A>(pick: Pick, all: ReadonlyArray<A>): A => {
  const found = all[pick(all.length)]
  if (found === undefined) throw new Error("nothing to pick from")
  return found
}

interface Seen {
  readonly id: string
  readonly step: Step
}

/** What expressions may be made of at a place. */
interface Place {
  readonly steps: ReadonlyArray<Seen>
  readonly names: ReadonlyArray<string>
}

/** The steps of a list of them; none of anything else. */
export const listOf = (value: Json | undefined): ReadonlyArray<Step> => {
  const steps: ReadonlyArray<Step> = Array.isArray(value) ? value : []
  return steps
}

const lists = (step: Step): ReadonlyArray<ReadonlyArray<Step>> => {
  const found: Array<ReadonlyArray<Step>> = []
  const add = (value: Json | undefined): void => {
    if (Array.isArray(value)) found.push(listOf(value))
  }
  add(step["then"])
  add(step["else"])
  if (typeof step["cases"] === "object") Object.values(step["cases"]).forEach(add)
  add(step["default"])
  add(step["steps"])
  return found
}

const kindOf = (step: Step): string =>
  ["command", "gate", "if", "switch", "map", "parallel", "loop"].find((kind) => kind in step) ?? "run"

/** The path of some step, at some depth. */
const somePath = (pick: Pick, steps: ReadonlyArray<Seen>, prefix: string): readonly [string, Step] => {
  const { id, step } = from(pick, steps)
  const path = `${prefix}.${id}`
  const inner = lists(step).flat().map((each) => ({ id: String(each["id"]), step: each }))
  if (inner.length === 0 || pick(3) === 0) return [path, step]
  return somePath(pick, inner, `${path}.output.${kindOf(step) === "map" ? "items[0].steps" : "steps"}`)
}

const about = (pick: Pick, steps: ReadonlyArray<Seen>): string => {
  const [path, step] = somePath(pick, steps, "steps")
  const kind = kindOf(step)
  const count = kind === "command" ? "exit_code" : kind === "loop" ? "iterations" : "exit_code"
  const child = path.lastIndexOf(".")
  return from(pick, [
    `${path}.status == 'succeeded'`,
    `${path}.status != 'skipped'`,
    `${path}.status in ['succeeded', 'failed']`,
    `'failed' == ${path}.status`,
    `${path}.output.${count} == 0`,
    `${path}.output.${count} > 0`,
    `has(${path}.output.${count})`,
    `has(${path}) && ${path}.status == 'succeeded'`,
    `has(${path}) && has(${path}.output.${count}) && ${path}.output.${count} == 0`,
    `${path}.status == 'skipped' || ${path}.output.${count} == 0`,
    `${path}.status == 'skipped' ? inputs.flag : ${path}.output.${count} == 1`,
    `!(${path}.status == 'skipped') && ${path}.output.${count} != 1`,
    `${path}.attempts > 0 && ${path}.output.${count} < 3`,
    `${path}.output.${count} == 0 | default(false)`,
    `${path}.output.stdout != ''`,
    `has(${path}.error)`,
    `${path}.status == 'failed' && ${path}.error != ''`,
    `has(${path.slice(0, child)})`,
    `size(string(${path}.output.${count})) == 1`,
    `${path}.output.option == 'approve'`,
    `${path}.output.items.all(i, i.status == 'succeeded')`,
    `${path}.output.iterations > 0 && ${path}.output.steps.a.status == 'succeeded'`
  ])
}

const simple = ["inputs.flag", "inputs.other", "inputs.level == 'full'", "inputs.count > 1", "!inputs.flag"]

/** A condition without its braces; filters only where nothing follows. */
const condition = (pick: Pick, place: Place, depth = 0): string => {
  const own = place.names.flatMap((name) =>
    name === "item" ? ["item == 'x'", "item != 'y'"] : [`${name} == 0`, `${name} > 0`]
  )
  const one = (): string =>
    place.steps.length > 0 && pick(4) > 0 ? about(pick, place.steps) : from(pick, [...simple, ...own])
  if (depth > 2 || pick(3) > 0) return one()
  const part = (): string => condition(pick, place, depth + 1).replace(/ \| .*/, "")
  const [a, b, c] = [part(), part(), part()]
  return from(pick, [
    `${a} && (${b})`,
    `(${a}) || (${b})`,
    `!(${a})`,
    `(${a}) ? (${b}) : (${c})`,
    `(${a}) && (${b}) && (${c})`
  ])
}

const braces = (text: string): string => `{{ ${text} }}`

const ids = ["a", "b", "c", "d", "e-f"]

const stepOf = (pick: Pick, id: string, place: Place, depth: number): Step => {
  const own = {
    id,
    ...(pick(3) === 0 ? { when: braces(condition(pick, place)) } : {}),
    ...(pick(3) === 0 ? { continueOnError: true } : {})
  }
  const cond = (): string => braces(condition(pick, place))
  const inner = (more: ReadonlyArray<string> = [], beside = false): ReadonlyArray<Step> =>
    stepsOf(pick, { steps: place.steps, names: [...new Set([...place.names, ...more])] }, depth + 1, beside)
  const kind = depth > 2 ? pick(3) : pick(10)
  switch (kind) {
    case 3:
    case 4: {
      const then = inner()
      return { ...own, if: cond(), then, ...(pick(2) === 0 ? { else: inner() } : {}) }
    }
    case 5: {
      const cases = { quick: inner(), ...(pick(2) === 0 ? { full: inner() } : {}) }
      return { ...own, switch: "{{ inputs.level }}", cases, ...(pick(2) === 0 ? { default: inner() } : {}) }
    }
    case 6:
      return {
        ...own,
        map: { over: pick(2) === 0 ? ["x", "y"] : "{{ inputs.words }}" },
        steps: inner(["item", "index"])
      }
    case 7:
      return { ...own, parallel: {}, steps: inner([], true) }
    case 8:
    case 9: {
      const steps = inner(["iteration"])
      const seen = [
        ...place.steps.filter((each) => steps.every((step) => step["id"] !== each.id)),
        ...steps.map((step) => ({
          id: String(step["id"]),
          step
        }))
      ]
      const question = braces(condition(pick, { steps: seen, names: [...place.names, "iteration"] }))
      return {
        ...own,
        loop: pick(2) === 0 ? { while: question, maxIterations: 3 } : { until: question, maxIterations: 3 },
        steps
      }
    }
    case 2:
      return {
        ...own,
        gate: pick(2) === 0
          ? { approval: `ok ${cond()}?`, onReject: from(pick, ["abort", "skip", "retry"]) }
          : { policy: cond(), onReject: from(pick, ["abort", "skip"]) }
      }
    default:
      return { ...own, command: ["do", cond(), braces(`string(${condition(pick, place).replace(/ \| .*/, "")})`)] }
  }
}

const stepsOf = (pick: Pick, place: Place, depth: number, beside: boolean): ReadonlyArray<Step> => {
  const steps: Array<Step> = []
  const count = 1 + pick(4)
  for (const id of ids.slice(0, count)) {
    const seen = beside ? [] : steps.map((step) => ({ id: String(step["id"]), step }))
    const outer = place.steps.filter((each) => seen.every((step) => step.id !== each.id))
    steps.push(stepOf(pick, id, { ...place, steps: [...outer, ...seen] }, depth))
  }
  return steps
}

export const inputs = {
  flag: { type: "boolean", default: true },
  other: { type: "boolean", default: true },
  level: { type: "string", enum: ["quick", "full", "slow"], default: "quick" },
  count: { type: "integer", default: 1 },
  words: { type: "array", default: [] }
}

/** A batch with one target, and something to decide what happens while it runs. */
export const anyBatch: fc.Arbitrary<{ readonly steps: ReadonlyArray<Step>; readonly pick: Pick }> = fc.gen().map(
  (g) => {
    const pick: Pick = (count) => g(fc.nat, { max: count - 1 })
    return { steps: stepsOf(pick, { steps: [], names: [] }, 0, false), pick }
  }
)

export const batchOf = (steps: Json) => ({ name: "any", inputs, targets: [{ id: "t", steps }] })
