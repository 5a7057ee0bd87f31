/**
 * The steps of a Spec Kit workflow by their ids.
 *
 * Owns the walk through its lists of steps, and what later steps need to know of each. Must not
 * write anything. The surprise: the step of a fan-out has no id that others could ask for; the
 * fan-out itself holds what its items put out.
 */
import type { Value, ValueObject } from "../expression/Value.ts"
import { complain, type Fields, isList, isObject } from "./Fields.ts"
import type { Declared, Holding, Link } from "./StepIndex.ts"
import { type Path, pathText } from "../manifest/Finding.ts"

export interface SpecKitStep {
  readonly type: string
  readonly fields: Fields
  /** `continue_on_error`. */
  readonly continues: boolean
}

export type SpecKitIndex = ReadonlyMap<string, Declared<SpecKitStep>>

const idShape = /^[A-Za-z0-9][A-Za-z0-9_-]*$/

const holdings: Readonly<Record<string, Holding>> = {
  if: "branch",
  switch: "branch",
  while: "while",
  "do-while": "until",
  "fan-out": "map"
}

/** What a step is called in the manifest; the step of a fan-out need not have an id. */
export const idOf = ({ values }: Fields): string => typeof values["id"] === "string" ? values["id"] : "item"

export const typeOf = ({ type }: ValueObject): string => typeof type === "string" ? type : "command"

/** The lists of steps within a step, by their paths. */
export const listsIn = ({ at, values }: Fields): ReadonlyArray<readonly [at: Path, list: Value]> => {
  const of = (key: string) => key in values ? [[[...at, key], values[key] ?? null] as const] : []
  switch (typeOf(values)) {
    case "if":
      return [...of("then"), ...of("else")]
    case "switch": {
      const cases = values["cases"]
      const named = isObject(cases)
        ? Object.entries(cases).map(([name, list]) => [[...at, "cases", name], list] as const)
        : []
      return [...named, ...of("default")]
    }
    case "while":
    case "do-while":
      return of("steps")
    default:
      return []
  }
}

const ofId = (fields: Fields): string | undefined => {
  const { at, values: { id } } = fields
  if (typeof id === "string" && idShape.test(id)) return id
  if (id === undefined || id === null || id === "") complain(fields, at, "a step needs `id`")
  else if (typeof id !== "string") complain(fields, [...at, "id"], "`id` must be a text")
  else {
    complain(fields, [...at, "id"], `\`${id}\` can't be carried over as an id`, {
      hint: "ids are letters, digits, hyphens and underscores, a letter or digit first"
    })
  }
  return undefined
}

/** Every step that another can ask for. */
export const indexSteps = (top: Fields): SpecKitIndex => {
  const index = new Map<string, Declared<SpecKitStep>>()

  const enter = (list: Value, at: Path, above: ReadonlyArray<Link>): void => {
    if (!isList(list)) return
    list.forEach((value, position) => {
      if (!isObject(value)) return
      const fields: Fields = { draft: top.draft, at: [...at, position], values: value }
      const id = ofId(fields)
      const type = typeOf(value)
      const holding = holdings[type]
      const link: Link = {
        list: pathText(at),
        at: position,
        id: id ?? "",
        ...(holding === undefined ? {} : { holding })
      }
      if (id !== undefined) {
        const other = index.get(id)
        if (other !== undefined) {
          complain(fields, [...fields.at, "id"], `step id \`${id}\` is used twice`, {
            hint: `the other is \`${pathText(other.about.fields.at)}\`; expressions can't tell them apart`
          })
        } else {
          const about = { type, fields, continues: value["continue_on_error"] === true }
          index.set(id, { chain: [...above, link], about })
        }
      }
      within(fields, [...above, link])
    })
  }

  const within = (fields: Fields, chain: ReadonlyArray<Link>): void => {
    for (const [at, list] of listsIn(fields)) enter(list, at, chain)
    const template = fields.values["step"]
    if (typeOf(fields.values) !== "fan-out" || !isObject(template)) return
    const inner: Fields = { draft: top.draft, at: [...fields.at, "step"], values: template }
    const holding = holdings[typeOf(template)]
    within(inner, [...chain, {
      list: pathText(inner.at),
      at: 0,
      id: idOf(inner),
      ...(holding === undefined ? {} : { holding })
    }])
  }

  enter(top.values["steps"] ?? null, [...top.at, "steps"], [])
  return index
}
