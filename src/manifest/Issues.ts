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
  isMapping,
  list,
  missing,
  propertyNames,
  textOf,
  unknownKey,
  wrongType
} from "./IssueWords.ts"
import { Choice, type ChoiceWords, Expected, KeyRule } from "./Words.ts"

type Issue = ParseResult.ParseIssue

const issuesOf = (issues: ParseResult.SingleOrNonEmpty<Issue>): ReadonlyArray<Issue> =>
  "_tag" in issues ? [issues] : issues

const choiceOf = (ast: AST.AST): ChoiceWords | undefined => {
  const value = ast.annotations[Choice]
  return isMapping(value) && typeof value["noun"] === "string" && Array.isArray(value["keys"])
    ? { noun: value["noun"], keys: value["keys"].map(String) }
    : undefined
}

const requires = (ast: AST.AST, key: string): boolean => {
  const base = bare(ast)
  return AST.isTypeLiteral(base)
    && base.propertySignatures.some((property) => property.name === key && !property.isOptional)
}

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

/** A mapping that can be of several kinds: the key that is there says which one was meant. */
const chosen = (
  ast: AST.Union,
  choice: ChoiceWords,
  actual: { readonly [key: string]: unknown },
  issues: ReadonlyArray<Issue>,
  context: Context
): ReadonlyArray<Finding> => {
  const given = choice.keys.filter((key) => key in actual)
  const [first, second] = given
  if (first === undefined) {
    const known = new Set(ast.types.flatMap(propertyNames))
    const near = Object.keys(actual).flatMap((key) => {
      const name = known.has(key) ? undefined : nearest(key, choice.keys)
      return name === undefined
        ? []
        : [{ path: [...context.path, key], at: "key" as const, hint: `did you mean \`${name}\`?` }]
    })[0]
    return [{ path: context.path, message: `${choice.noun} needs ${list(choice.keys, "or")}`, ...near }]
  }
  if (second !== undefined) {
    return [{
      path: [...context.path, second],
      at: "key",
      message: `${choice.noun} has either \`${first}\` or \`${second}\`, not both`,
      hint: "take one of them out"
    }]
  }
  const member = ast.types.find((type) => requires(type, first))
  const own = member === undefined ? [] : propertyNames(member)
  const elsewhere = new Map(
    choice.keys.flatMap((key) => {
      const other = ast.types.find((type) => requires(type, key))
      return other === undefined
        ? []
        : propertyNames(other).filter((name) => !own.includes(name)).map((name) => [name, key] as const)
    })
  )
  return issues.filter((issue) => "ast" in issue && issue.ast === member)
    .flatMap((issue) => walk(issue, { path: context.path, elsewhere }))
}

const union = (
  ast: AST.Union,
  actual: unknown,
  issues: ReadonlyArray<Issue>,
  context: Context
): ReadonlyArray<Finding> => {
  const choice = choiceOf(ast)
  if (choice !== undefined && isMapping(actual)) return chosen(ast, choice, actual, issues, context)
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
      return issues.flatMap((inner) =>
        inner._tag === "Pointer" ? pointer(inner, issue.ast, context) : walk(inner, context)
      )
    }
    case "Refinement":
      return refinement(issue, context)
    case "Type":
      return issue.message === undefined
        ? [wrongType(issue.ast, issue.actual, context)]
        : [{ path: context.path, message: issue.message }]
    case "Missing":
    case "Unexpected":
    case "Forbidden":
    case "Transformation":
      return [{ path: context.path, message: "not acceptable" }]
  }
}

/** Everything that a failed decoding says, in plain words. */
export const findingsOf = (issue: Issue): ReadonlyArray<Finding> => walk(issue, { path: [] })
