/**
 * The steps of a Task Pack by their ids.
 *
 * Owns the kinds of steps, the walk through their lists, and what others need to know of each. Must
 * not write anything. The surprise: a conditional has any number of branches, and becomes one `if`
 * within the `else` of another, so that a step stands deeper here than it did there.
 */
import type { Value, ValueObject } from "../expression/Value.ts"
import { type Path, pathText } from "../manifest/Finding.ts"
import { complain, type Fields, isList, isObject } from "./Fields.ts"
import type { Declared, Link } from "./StepIndex.ts"

export const stepKinds = ["run", "gate", "parallel", "map", "loop", "conditional"] as const
export type StepKind = (typeof stepKinds)[number]

export interface TaskPackStep {
  readonly kind: StepKind
  readonly fields: Fields
}

export type TaskPackIndex = ReadonlyMap<string, Declared<TaskPackStep>>

const idShape = /^[A-Za-z0-9][A-Za-z0-9_-]*$/

/** `gate.approval:` is another way to write `gate: { approval: … }`. */
const dotted: Readonly<Record<string, string>> = { "gate.approval": "approval", "gate.policy": "policy" }

/** A step with its gate in the one form. */
export const plainStep = (step: ValueObject): ValueObject => {
  const given = Object.keys(dotted).find((key) => key in step && !("gate" in step))
  if (given === undefined) return step
  const { [given]: inner, ...rest } = step
  return { ...rest, gate: { [dotted[given] ?? ""]: inner ?? null } }
}

/** What a step is; nothing where it is none of the known kinds, or several. */
export const kindOfStep = (step: ValueObject): StepKind | undefined => {
  const [kind, other] = stepKinds.filter((each) => each in step)
  return other === undefined ? kind : undefined
}

/** The steps of a `map`, `loop`, `parallel` or branch, under whichever key they are. */
export const stepsKey = (block: ValueObject): "steps" | "body" =>
  "steps" in block || !("body" in block) ? "steps" : "body"

/** The branches of a conditional in order, and what is done where none is taken. */
export const branchesOf = (fields: Fields): ReadonlyArray<Fields> => {
  const block = fields.values["conditional"]
  const branches = isObject(block) && isList(block["branches"]) ? block["branches"] : []
  return branches.flatMap((values, index) =>
    isObject(values)
      ? [{ draft: fields.draft, at: [...fields.at, "conditional", "branches", index], values }]
      : []
  )
}

/** The id of the `if` that a branch becomes: the first has the step's own. */
export const branchId = (id: string, index: number): string => index === 0 ? id : `${id}-${index + 1}`

/** The list that a later branch stands in alone. */
export const elseList = (at: Path, index: number): string => `${pathText(at)} else ${index}`

/** The links that lead from the list of a conditional into one of its branches. */
export const linksTo = (first: Link, fields: Fields, branch: number): ReadonlyArray<Link> =>
  Array.from({ length: branch + 1 }, (_, index): Link =>
    index === 0
      ? { ...first, holding: "branch" }
      : { list: elseList(fields.at, index), at: 0, id: branchId(first.id, index), holding: "branch" })

const idOf = (fields: Fields): string => {
  const { id } = fields.values
  if (typeof id === "string" && idShape.test(id)) return id
  if (typeof id === "string") {
    complain(fields, [...fields.at, "id"], `\`${id}\` can't be carried over as an id`, {
      hint: "ids are letters, digits, hyphens and underscores, a letter or digit first"
    })
  } else complain(fields, fields.at, "a step needs `id`, a text")
  return ""
}

/** Every step of a pack. */
export const indexPack = (spec: Fields): TaskPackIndex => {
  const index = new Map<string, Declared<TaskPackStep>>()

  const enterOne = (
    values: ValueObject,
    at: Path,
    list: string,
    position: number,
    above: ReadonlyArray<Link>
  ): void => {
    const fields: Fields = { draft: spec.draft, at, values: plainStep(values) }
    const kind = kindOfStep(fields.values)
    const id = idOf(fields)
    const link: Link = { list, at: position, id, ...("when" in values ? { isOptional: true } : {}) }
    if (kind === undefined) return
    const other = index.get(id)
    if (other !== undefined && id !== "") {
      complain(fields, [...at, "id"], `step id \`${id}\` is used twice`, {
        hint: `the other is \`${pathText(other.about.fields.at)}\`; expressions can't tell them apart`
      })
    }
    const holding = kind === "map" || kind === "loop" ? "map" : kind === "parallel" ? "parallel" : undefined
    const own: Link = {
      ...link,
      ...(kind === "conditional" ? { holding: "branch" } : holding === undefined ? {} : { holding })
    }
    index.set(id, { chain: [...above, own], about: { kind, fields } })
    within(fields, kind, above, own)
  }

  const enter = (list: Value | undefined, at: Path, above: ReadonlyArray<Link>): void => {
    if (!isList(list)) return
    list.forEach((values, position) => {
      if (isObject(values)) enterOne(values, [...at, position], pathText(at), position, above)
    })
  }

  const within = (fields: Fields, kind: StepKind, above: ReadonlyArray<Link>, own: Link): void => {
    const block = fields.values[kind]
    if (!isObject(block)) return
    const at = [...fields.at, kind]
    if (kind === "conditional") {
      const branches = branchesOf(fields)
      branches.forEach((branch, position) => {
        const key = stepsKey(branch.values)
        enter(branch.values[key], [...branch.at, key], [...above, ...linksTo(own, fields, position)])
      })
      enter(block["else"], [...at, "else"], [...above, ...linksTo(own, fields, Math.max(0, branches.length - 1))])
    } else if (kind === "map" && isObject(block["step"])) {
      enterOne(block["step"], [...at, "step"], pathText([...at, "step"]), 0, [...above, own])
    } else if (kind !== "run" && kind !== "gate") {
      enter(block[stepsKey(block)], [...at, stepsKey(block)], [...above, own])
    }
  }

  enter(spec.values["steps"], [...spec.at, "steps"], [])
  return index
}
