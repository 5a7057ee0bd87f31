/**
 * What a name of a Spec Kit expression leads to, from a place in the workflow.
 *
 * Owns that table: inputs, steps by their types, items, the run. Must not write expressions.
 */
import { Either } from "effect"
import { nearest } from "../expression/Nearest.ts"
import { celKey } from "./CelText.ts"
import { gatheredBy, reader, resultOf, waitsFor } from "./SpecKitFanIn.ts"
import type { SpecKitIndex, SpecKitStep } from "./SpecKitIndex.ts"
import { type StepOutput, stepOutput, templateOutput } from "./SpecKitOutputs.ts"
import { type Place, reach, type Reached } from "./StepIndex.ts"
import type { Kind, Ref, Term } from "./Term.ts"
import { type Fault, mapLeaves, type PathLeaf, placedAt } from "./Tree.ts"
import { specKit } from "./Voice.ts"
import type { Tongue } from "./WriteText.ts"

/** An input, as it is known in the manifest. */
export interface KnownInput {
  readonly name: string
  readonly kind: Kind
  readonly mayBeAbsent: boolean
  /** It is one of a few texts without white space. */
  readonly isWord?: boolean
}

export interface SpecKitNames {
  readonly index: SpecKitIndex
  readonly inputs: ReadonlyMap<string, KnownInput>
}

/** Where an expression stands. */
export interface Spot {
  readonly place: Place
  /** Within a fan-out: what its items are. */
  readonly item?: Kind
}

type Problem = Omit<Fault, "start" | "end">
type Found = Either.Either<Term, Problem>
type Segments = PathLeaf["segments"]

const missing = (message: string, hint?: string): Either.Either<never, Problem> =>
  Either.left(hint === undefined ? { message } : { message, hint })

const unknown = (what: string, name: string | number, known: Iterable<string>, otherwise: string) => {
  const near = nearest(String(name), known)
  return missing(`there is no ${what} \`${name}\``, near === undefined ? otherwise : `did you mean \`${near}\`?`)
}

const statuses = new Map([["completed", "succeeded"], ["failed", "failed"], ["skipped", "skipped"]])

const found = ({ end, start }: PathLeaf, reached: Reached, output: StepOutput): Ref => {
  const cel = reached.cel + output.cel
  return {
    kind: "leaf",
    start,
    end,
    cel,
    is: output.is,
    ...(reached.mayBeAbsent || output.mayBeAbsent === true ? { mayBeAbsent: true } : {}),
    ...(output.mayHaveNoCode === true ? { mayHaveNoCode: true } : {}),
    ...(output.words === undefined ? {} : { words: output.words }),
    ...(output.itemKey === undefined ? {} : { itemKey: output.itemKey }),
    ...(output.whole === undefined ? {} : { whole: output.whole(cel) })
  }
}

const inputFound = (inputs: SpecKitNames["inputs"], { end, segments, start }: PathLeaf): Found => {
  const [, name, ...rest] = segments
  if (name === undefined) return missing("`inputs` as a whole can't be carried over", "ask for one of them")
  const known = inputs.get(String(name))
  if (known === undefined) return unknown("input", name, inputs.keys(), "declare it under `inputs`")
  if (rest.length > 0) return missing(`the input \`${name}\` is no mapping: there is nothing within it`)
  const cel = `inputs${celKey(known.name)}`
  return Either.right({
    kind: "leaf",
    start,
    end,
    cel,
    is: known.kind,
    ...(known.mayBeAbsent ? { mayBeAbsent: true } : {}),
    ...(known.isWord === true ? { isWord: true } : {})
  })
}

/** `steps.fan:impl:0`, one item of a fan-out. */
const itemFound = ({ index }: SpecKitNames, { place }: Spot, leaf: PathLeaf, id: string): Found => {
  const [parent = "", , position = ""] = id.split(":")
  const declared = index.get(parent)
  const [, , first, ...keys] = leaf.segments
  if (declared?.about.type !== "fan-out" || !/^\d+$/.test(position) || first !== "output") {
    return missing(`there is no step \`${id}\``, "one item of a fan-out is `steps.<id>.output.results[0]`")
  }
  return Either.gen(function*() {
    const reached = yield* Either.mapLeft(reach(declared, place), (why) => ({ message: `step \`${parent}\` ${why}` }))
    const output = yield* templateOutput(declared.about, keys)
    const cel = `.output.items[${position}]${output.cel}`
    return found(leaf, { ...reached, mayBeAbsent: true }, { ...output, cel })
  })
}

const outputOf = (about: SpecKitStep, segments: Segments): Either.Either<StepOutput, Problem> => {
  const [key, ...rest] = segments
  if (key === "output") return stepOutput(about, rest)
  if (key === "status" && rest.length === 0) return Either.right({ cel: ".status", is: "text", words: statuses })
  if (key === "error" && rest.length === 0) return Either.right({ cel: ".error", is: "text", mayBeAbsent: true })
  return missing(
    `\`${segments.join(".")}\` of a step can't be carried over`,
    "what can be asked for is in `output`, `status` and `error`"
  )
}

/** Everything that can be named, from one place. `gathered` are the steps that a fan-in waits for, within it. */
export const tongueAt = (names: SpecKitNames, spot: Spot, gathered?: ReadonlyArray<string>): Tongue => {
  /** What a fan-in gathers, worked out where it is asked for. */
  const gather = (step: SpecKitStep, leaf: PathLeaf, [key = "", position, ...keys]: Segments): Found => {
    if (key === "results" && typeof position === "number") {
      return Either.flatMap(resultOf(waitsFor(step), leaf, position, keys), find)
    }
    if (key === "results" || position !== undefined) {
      return missing("this of a fan-in can't be carried over", "ask for one of its keys, or for `results[0].exit_code`")
    }
    return Either.flatMap(gatheredBy(step, String(key), leaf), (tree) => {
      const inner = tongueAt(names, spot, waitsFor(step))
      let problem: Problem | undefined
      const term = mapLeaves<PathLeaf, Ref>(
        placedAt(tree, leaf),
        (each) =>
          Either.getOrElse(inner.find(each), (fault): Term => {
            problem ??= fault
            return { kind: "literal", value: null, start: leaf.start, end: leaf.end }
          })
      )
      return problem === undefined ? Either.right(term) : Either.left(problem)
    })
  }

  const stepFound = (leaf: PathLeaf): Found => {
    const [, id = "", ...rest] = leaf.segments
    if (typeof id === "string" && id.includes(":")) return itemFound(names, spot, leaf, id)
    const declared = names.index.get(String(id))
    if (declared === undefined) return unknown("step", id, names.index.keys(), "is it a step of a fan-out?")
    const reached = reach(declared, spot.place)
    if (Either.isLeft(reached)) {
      return missing(
        `step \`${id}\` ${reached.left}, so that it can't be asked for here`,
        "Spec Kit would give null, or what an earlier round left behind"
      )
    }
    const { about } = declared
    if (about.type === "fan-in" && rest[0] === "output") return gather(about, leaf, rest.slice(1))
    if (about.type === "fan-in") return missing("a fan-in is no step here: only its `output` can be asked for")
    return Either.map(outputOf(about, rest), (output) => found(leaf, reached.right, output))
  }

  const find = (leaf: PathLeaf): Found => {
    const { end, segments: [root = "", first, position, ...keys], start } = leaf
    const deeper = leaf.segments.slice(1).map(celKey).join("")
    switch (root) {
      case "inputs":
        return inputFound(names.inputs, leaf)
      case "steps":
        return stepFound(leaf)
      case "item":
        return spot.item === undefined
          ? missing("`item` is known within a fan-out alone")
          : Either.right({ kind: "leaf", start, end, cel: `item${deeper}`, is: deeper === "" ? spot.item : "any" })
      case "fan_in":
        return gathered !== undefined && first === "results" && typeof position === "number"
          ? Either.flatMap(resultOf(gathered, leaf, position, keys), find)
          : missing(
            "of `fan_in` only its `results` can be asked for, one by one, within a fan-in",
            "for example `fan_in.results[0].exit_code`, or `fan_in.results | map('exit_code')`"
          )
      case "context":
        return position === undefined && (first === "run_id" || first === "workflow_dir")
          ? Either.right({
            kind: "leaf",
            start,
            end,
            cel: first === "run_id" ? "context.run_id" : "inputs.workflow_dir",
            is: "text",
            isWord: first === "run_id"
          })
          : missing("`context` has `run_id` and `workflow_dir`, and nothing else")
      default:
        return unknown("name", root, ["inputs", "steps", "item", "fan_in", "context"], "Spec Kit takes it for null")
    }
  }

  return { voice: specKit, read: reader(gathered), find }
}
