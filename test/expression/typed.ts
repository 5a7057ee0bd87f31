/** Scopes of types for tests of expressions: what is declared, and values that fit. */
import { Either } from "effect"
import { parseExpression } from "../../src/expression/Expression.ts"
import type { Scope } from "../../src/expression/Scope.ts"
import {
  bool,
  dyn,
  int,
  listOf,
  mapOf,
  nullType,
  number,
  recordOf,
  text,
  type Type
} from "../../src/expression/Type.ts"
import { typeOfExpression } from "../../src/expression/TypeOfExpression.ts"
import type { TypeScope } from "../../src/expression/TypeScope.ts"

const names = (fields: Readonly<Record<string, Type>>) =>
  Object.entries(fields).map(([name, type]) => [name, { type }] as const)

export const inputTypes = {
  level: { kind: "string", values: ["quick", "full"], what: "`inputs.level`" },
  name: text,
  count: int,
  ratio: number,
  half: { kind: "double" },
  flag: bool,
  nil: nullType,
  list: listOf(dyn),
  words: listOf(text),
  whole: listOf(int),
  mixed: listOf({ kind: "union", of: [int, text] }),
  any: mapOf(dyn),
  map: recordOf("`inputs.map`", names({ a: int, b: text }))
} satisfies Record<string, Type>

/** For each name of an input a value of its type. */
export const inputValues: Scope["inputs"] = {
  level: "quick",
  name: "a",
  count: 3,
  ratio: 2.5,
  half: 1.5,
  flag: true,
  nil: null,
  list: [1, "a"],
  words: ["a", "b"],
  whole: [1, 2],
  mixed: [1, "a"],
  any: { x: 1 },
  map: { a: 1, b: "x" }
}

export const typeScope: TypeScope = {
  root: (name) =>
    name === "inputs"
      ? recordOf("`inputs`", names(inputTypes))
      : name === "env"
      ? mapOf(text)
      : { absent: { message: `\`${name}\` is not known here` } },
  facts: { has: () => false },
  place: ""
}

export const typed = (source: string, scope: TypeScope = typeScope) =>
  typeOfExpression(Either.getOrThrow(parseExpression(source, 0)), scope)

/** `marked text: message (hint)` of each mistake. */
export const mistakes = (source: string, scope: TypeScope = typeScope): ReadonlyArray<string> =>
  typed(source, scope).problems.map(({ hint, length, message, offset }) =>
    `${source.slice(offset, offset + length)}: ${message}${hint === undefined ? "" : ` (${hint})`}`
  )
