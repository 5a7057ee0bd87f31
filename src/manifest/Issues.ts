/**
 * What Schema finds wrong with a document, as findings.
 *
 * Owns the walk through an issue and the choice of what to tell where several kinds of a thing
 * are possible: of a union, only the kind that its author meant is spoken of. Must not check
 * anything itself.
 */
import { Array as Arr, Option, type ParseResult, SchemaAST as AST } from "effect"
import { nearest } from "../expression/Nearest.ts"
import type { Finding } from "./Finding.ts"
import {
  bare,
  type Context,
  type Elsewhere,
  isMapping,
  list,
  misplacedIn,
  missing,
  propertyNames,
  textOf,
  unknownKey,
  wrongType
} from "./IssueWords.ts"
import { choiceOf, kindsIn } from "./Kinds.ts"
import { type ChoiceWords, Expected, KeyRule } from "./Words.ts"

type Issue = ParseResult.ParseIssue
type Mapping = { readonly [key: string]: unknown }
type Kinds = ReadonlyMap<string, AST.AST>

const issuesOf = (issues: ParseResult.SingleOrNonEmpty<Issue>): ReadonlyArray<Issue> =>
  "_tag" in issues ? [issues] : issues

/** The member of a union that a value of this type can only be meant for. */
const meant = (ast: AST.Union, actual: unknown): AST.AST | undefined => {
  const fits = ast.types.filter((type) => {
    const base = bare(type)
    return (AST.isTupleType(base) && Array.isArray(actual))
      || (AST.isStringKeyword(base) && typeof actual === "string")
      || (AST.isNumberKeyword(base) && typeof actual === "number")
      || (AST.isTypeLiteral(base) && isMapping(actual))
  })
  return fits.length === 1 ? fits[0] : undefined
}

/** A mapping of which it can't be said what kind it is: it has none of the keys that would say so, or several. */
const undecided = (
  kinds: Kinds,
  { beside, keys, noun }: ChoiceWords,
  actual: Mapping,
  context: Context
): Finding => {
  const [first, second] = keys.filter((key) => Object.hasOwn(actual, key))
  if (first !== undefined && second !== undefined) {
    return {
      path: [...context.path, second],
      at: "key",
      message: `${noun} has either \`${first}\` or \`${second}\`, not both`,
      hint: beside?.[second] ?? beside?.[first] ?? "take one of them out"
    }
  }
  const message = `${noun} needs ${list(keys, "or")}`
  const members = [...kinds.values()]
  const known = new Set(members.flatMap(propertyNames))
  for (const key of Object.keys(actual)) {
    const at = { path: [...context.path, key], at: "key" } as const
    const place = members.flatMap((member) => misplacedIn(member).get(key) ?? [])[0]
    if (place !== undefined) return { ...at, message, hint: `\`${key}\` alone does not make it one: ${place}` }
    const near = known.has(key) ? undefined : nearest(key, keys)
    if (near !== undefined) return { ...at, message, hint: `did you mean \`${near}\`?` }
  }
  for (const key of Object.keys(actual)) {
    const owners = [...kinds].filter(([, member]) => propertyNames(member).includes(key)).map(([name]) => name)
    if (owners.length > 0 && owners.length < members.length) {
      return { path: [...context.path, key], at: "key", message, hint: `\`${key}\` goes with ${list(owners, "or")}` }
    }
  }
  return { path: context.path, message }
}

/** What the other kinds have that this one has not, with the kinds that have it. */
const elsewhereOf = (kinds: Kinds, kind: string): Elsewhere => {
  const own = kinds.get(kind)
  const known = new Set(own === undefined ? [] : propertyNames(own))
  const elsewhere = new Map<string, ReadonlyArray<string>>()
  for (const [other, member] of kinds) {
    for (const name of propertyNames(member)) {
      if (!known.has(name)) elsewhere.set(name, [...elsewhere.get(name) ?? [], other])
    }
  }
  return elsewhere
}

/** A mapping of one kind. */
const ofKind = (
  ast: AST.Declaration,
  actual: unknown,
  issues: ReadonlyArray<Issue>,
  context: Context
): ReadonlyArray<Finding> => {
  const keys = choiceOf(ast)?.keys ?? []
  const kind = isMapping(actual) ? keys.find((key) => Object.hasOwn(actual, key)) : undefined
  const elsewhere = kind === undefined ? undefined : elsewhereOf(kindsIn(ast), kind)
  const within = { path: context.path, ...(elsewhere === undefined ? {} : { elsewhere }) }
  return issues.flatMap((issue) => walk(issue, within))
}

const union = (
  ast: AST.Union,
  actual: unknown,
  issues: ReadonlyArray<Issue>,
  context: Context
): ReadonlyArray<Finding> => {
  const member = meant(ast, actual)
  const about = issues.filter((issue) => "ast" in issue && issue.ast === member)
  return about.length > 0
    ? about.flatMap((issue) => walk(issue, { path: context.path }))
    : [wrongType(ast, actual, context)]
}

const step = (context: Context, part: PropertyKey): Context => ({
  path: [...context.path, typeof part === "number" ? part : String(part)]
})

const pointer = (issue: ParseResult.Pointer, within: AST.AST | undefined, context: Context): ReadonlyArray<Finding> => {
  const parts = Arr.ensure<PropertyKey>(issue.path)
  const key: PropertyKey = parts.at(-1) ?? ""
  const parent = parts.slice(0, -1).reduce(step, context)
  if (issue.issue._tag === "Missing") {
    // What a list lacks is a first item: it is the list that is wrong.
    return typeof key === "number" && within !== undefined
      ? [wrongType(within, issue.actual, parent)]
      : [missing(issue.issue, key, parent)]
  }
  if (issue.issue._tag === "Unexpected" && within !== undefined) return [unknownKey(within, String(key), parent)]
  return walk(issue.issue, step(parent, key))
}

/** A rule over keys is about the key, not about what stands under it. */
const atKeys = (findings: ReadonlyArray<Finding>): ReadonlyArray<Finding> =>
  findings.map((finding) => ({ ...finding, at: "key" }))

const refinement = (issue: ParseResult.Refinement, context: Context): ReadonlyArray<Finding> => {
  const { actual, ast } = issue
  const words = textOf(ast, Expected) === undefined ? context : { ...context, words: ast }
  const keyRule = ast.annotations[KeyRule] === true
  if (issue.kind === "Predicate") return keyRule ? atKeys(walk(issue.issue, words)) : walk(issue.issue, words)
  const rule = keyRule && isMapping(actual) ? ast.filter(actual, {}, ast) : Option.none()
  return [
    ...walk(issue.issue, words),
    ...Option.match(rule, { onNone: () => [], onSome: (broken) => atKeys(walk(broken, words)) })
  ]
}

const walk = (issue: Issue, context: Context): ReadonlyArray<Finding> => {
  switch (issue._tag) {
    case "Pointer":
      return pointer(issue, undefined, context)
    case "Composite": {
      const issues = issuesOf(issue.issues)
      if (AST.isUnion(issue.ast)) return union(issue.ast, issue.actual, issues, context)
      if (AST.isDeclaration(issue.ast)) return ofKind(issue.ast, issue.actual, issues, context)
      return issues.flatMap((inner) =>
        inner._tag === "Pointer" ? pointer(inner, issue.ast, context) : walk(inner, context)
      )
    }
    case "Refinement":
      return refinement(issue, context)
    case "Type": {
      if (issue.message !== undefined) return [{ path: context.path, message: issue.message }]
      const choice = choiceOf(issue.ast)
      return choice !== undefined && isMapping(issue.actual)
        ? [undecided(kindsIn(issue.ast), choice, issue.actual, context)]
        : [wrongType(issue.ast, issue.actual, context)]
    }
    case "Missing":
    case "Unexpected":
    case "Forbidden":
    case "Transformation":
      return [{ path: context.path, message: "not acceptable" }]
  }
}

/** Everything that a failed decoding says, in plain words. */
export const findingsOf = (issue: Issue): ReadonlyArray<Finding> => walk(issue, { path: [] })
