/**
 * The sentences about what is wrong with a value or a key: plain words for what Schema knows.
 *
 * Owns the wording alone; `Issues.ts` decides what is worth a sentence. Must not walk anything.
 */
import { Option, type ParseResult, SchemaAST as AST } from "effect"
import { nearest } from "../expression/Nearest.ts"
import { stringifyJson } from "../expression/Value.ts"
import type { Finding, Path } from "./Finding.ts"
import { Expected, Hint, Misplaced } from "./Words.ts"

/** Keys of the other kinds of a thing, and the keys that make it one of those kinds. */
export type Elsewhere = ReadonlyMap<string, ReadonlyArray<string>>

export interface Context {
  readonly path: Path
  /** The nearest schema around that says in words what it takes. */
  readonly words?: AST.AST
  readonly elsewhere?: Elsewhere
}

export const isMapping = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value)

export const textOf = (ast: AST.Annotated | undefined, key: symbol): string | undefined => {
  const value = ast?.annotations[key]
  return typeof value === "string" ? value : undefined
}

export const list = (names: ReadonlyArray<string>, last: string): string => {
  const quoted = names.map((name) => `\`${name}\``)
  return quoted.length < 2 ? quoted.join("") : `${quoted.slice(0, -1).join(", ")} ${last} ${quoted.at(-1)}`
}

/** A field as it is called in a sentence: from the last list on, three names at most. */
export const fieldName = (path: Path): string => {
  const last = path.findLastIndex((part, index) => typeof part === "number" && index < path.length - 1)
  return path.slice(Math.max(last + 1, path.length - 3)).reduce<string>(
    (text, part) => (typeof part === "number" ? `${text}[${part}]` : text === "" ? part : `${text}.${part}`),
    ""
  )
}

const subject = (path: Path): string => (path.length === 0 ? "a manifest" : `\`${fieldName(path)}\``)

const shorten = (text: string): string => (text.length > 40 ? `${text.slice(0, 39)}…` : text)

/** The most entries of a list that are shown. */
const fewEntries = 4

const foundList = (entries: ReadonlyArray<unknown>, wanted: string): string => {
  if (entries.length === 0) return "an empty list"
  if (!wanted.startsWith("a list")) return "a list"
  // That it is a list is not what is wrong with it.
  return entries.length > fewEntries ? `a list of ${entries.length}` : `\`${shorten(stringifyJson(entries))}\``
}

const found = (actual: unknown, expected: AST.AST, wanted: string): string => {
  if (actual === null || actual === undefined) return "nothing"
  if (typeof actual === "string") return actual === "" ? "an empty text" : `the text ${JSON.stringify(shorten(actual))}`
  if (typeof actual === "boolean") return String(actual)
  if (Array.isArray(actual)) return foundList(actual, wanted)
  if (typeof actual === "object") return Object.keys(actual).length === 0 ? "an empty mapping" : "a mapping"
  // As the user wrote it, a number may look different: where a text belongs, the hint quotes it.
  return AST.isStringKeyword(bare(expected)) ? "a number" : String(actual)
}

export const bare = (ast: AST.AST): AST.AST => (AST.isRefinement(ast) ? bare(ast.from) : ast)

const taken = (ast: AST.AST): string => {
  const base = bare(ast)
  switch (base._tag) {
    case "StringKeyword":
      return "a text"
    case "BooleanKeyword":
      return "true or false"
    case "NumberKeyword":
      return "a number"
    case "TypeLiteral":
      return "a mapping"
    case "TupleType":
      return "a list"
    default:
      return "something else"
  }
}

const isFlag = (text: unknown): text is string => typeof text === "string" && /^(?:true|false)$/i.test(text)

/** How to set a value of the wrong type right. */
const cure = (ast: AST.AST, name: string, actual: unknown): Pick<Finding, "hint" | "quote"> => {
  const base = bare(ast)
  if (actual === null) return { hint: "give it a value, or take the key out" }
  if (
    AST.isStringKeyword(base)
    && (typeof actual === "number" || typeof actual === "bigint" || typeof actual === "boolean")
  ) {
    return { quote: true }
  }
  if (AST.isBooleanKeyword(base) && isFlag(actual)) {
    return { hint: `write \`${name}: ${actual.toLowerCase()}\`, without quotes` }
  }
  if (AST.isNumberKeyword(base) && typeof actual === "string" && /^\d+(?:\.\d+)?$/.test(actual)) {
    return { hint: `write \`${name}: ${actual}\`, without quotes` }
  }
  return {}
}

export const wrongType = (ast: AST.AST, actual: unknown, context: Context): Finding => {
  const words = textOf(ast, Expected) === undefined ? context.words ?? ast : ast
  const name = fieldName(context.path)
  const hint = textOf(words, Hint)
  const wanted = textOf(words, Expected) ?? taken(ast)
  return {
    path: context.path,
    message: `${subject(context.path)} must be ${wanted}, not ${found(actual, ast, wanted)}`,
    ...(hint === undefined ? cure(ast, String(context.path.at(-1) ?? name), actual) : { hint })
  }
}

export const propertyNames = (ast: AST.AST): ReadonlyArray<string> => {
  const base = bare(ast)
  return AST.isTypeLiteral(base) ? base.propertySignatures.map((property) => String(property.name)) : []
}

/** Keys that people put here though they belong elsewhere, with what to do about each. */
export const misplacedIn = (ast: AST.AST): ReadonlyMap<string, string> => {
  const words = bare(ast).annotations[Misplaced]
  return new Map(
    Object.entries(isMapping(words) ? words : {})
      .flatMap(([key, hint]) => typeof hint === "string" ? [[key, hint] as const] : [])
  )
}

/** What may have been meant: a key that belongs here, or one that belongs elsewhere. */
const suggestion = (
  key: string,
  known: ReadonlyArray<string>,
  strays: ReadonlyArray<readonly [name: string, place: string]>
): string => {
  const near = nearest(key, [...known, ...strays.map(([name]) => name)])
  if (near === undefined) return `known here: ${list(known, "and")}`
  const place = known.includes(near) ? undefined : strays.find(([name]) => name === near)?.[1]
  return place === undefined ? `did you mean \`${near}\`?` : `did you mean \`${near}\`? ${place}`
}

export const unknownKey = (ast: AST.AST, key: string, context: Context): Finding => {
  const path = [...context.path, key]
  const base = bare(ast)
  const parameter = AST.isTypeLiteral(base) ? base.indexSignatures[0]?.parameter : undefined
  if (parameter !== undefined) {
    const hint = textOf(parameter, Hint)
    return {
      path,
      at: "key",
      message: `\`${key}\` is not a name for ${subject(context.path)}: names are ${
        textOf(parameter, Expected) ?? "texts"
      }`,
      ...(hint === undefined ? {} : { hint })
    }
  }
  const kinds = context.elsewhere?.get(key)
  const misplaced = misplacedIn(base)
  const place = misplaced.get(key)
  if (kinds !== undefined) {
    return { path, at: "key", message: `\`${key}\` goes with ${list(kinds, "or")}`, hint: place ?? "take it out" }
  }
  if (place !== undefined) return { path, at: "key", message: `\`${key}\` does not belong here`, hint: place }
  const strays = [
    ...[...context.elsewhere ?? []].map(([name, kinds]) => [name, `it goes with ${list(kinds, "or")}`] as const),
    ...misplaced
  ]
  return {
    path,
    at: "key",
    message: `unknown key \`${key}\``,
    hint: key === "<<" ? "YAML 1.2 has no merge keys: write the keys out" : suggestion(key, propertyNames(ast), strays)
  }
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, "")

export const missing = (issue: ParseResult.Missing, key: PropertyKey, context: Context): Finding => {
  const description = Option.getOrUndefined(AST.getDescriptionAnnotation(issue.ast))
  return {
    path: context.path,
    message: `\`${String(key)}\` is missing`,
    ...(description === undefined ? {} : { hint: `add \`${String(key)}\`: ${lowerFirst(description)}` })
  }
}
