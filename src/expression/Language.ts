/**
 * The expression language: CEL, with its limits, its roots and the functions pawl adds.
 *
 * Owns the one CEL environment and the tables that documentation is made from. Must not see a
 * scope. The surprise: the library is loaded when the first expression needs it and not before,
 * since loading it costs more than the rest of `pawl --version`.
 */
import type * as Cel from "@marcbachmann/cel-js"
import type { ASTNode, Environment } from "@marcbachmann/cel-js"
import { posix } from "node:path"
import { Budget } from "./Budget.ts"
import type { CelValue } from "./CelMap.ts"
import { hasByIndex } from "./ExpressionScanner.ts"
import { refuseOtherKeys } from "./MapKeys.ts"
import { type Account, meter } from "./Meter.ts"
import { roots } from "./Names.ts"
import { boundsTypeNames, boundTypeNames } from "./TypeNames.ts"

/** Longer than anything a person writes; shorter than what could be used to stall a validation. */
export const maxSourceLength = 65_536

/** Of the library, by its own names. */
export const limits = {
  maxAstNodes: 5_000,
  maxDepth: 100,
  maxListElements: 1_000,
  maxMapEntries: 1_000,
  maxCallArguments: 32
}

export interface FunctionDoc {
  readonly name: string
  readonly signature: string
  /** One sentence, for the reference page. */
  readonly sentence: string
}

interface OwnFunction extends FunctionDoc {
  readonly apply: (text: string) => string | boolean
}

/** What pawl adds to CEL. All are functions of their arguments alone: no clock, no chance, no disk. */
export const ownFunctions: ReadonlyArray<OwnFunction> = [
  {
    name: "basename",
    signature: "basename(string): string",
    sentence: "The last part of a path: `basename('logs/a.tar.gz')` is `a.tar.gz`.",
    apply: (path) => posix.basename(path)
  },
  {
    name: "dirname",
    signature: "dirname(string): string",
    sentence: "A path without its last part: `dirname('logs/a.tar.gz')` is `logs`; of a bare name it is `.`.",
    apply: (path) => posix.dirname(path)
  },
  {
    name: "stem",
    signature: "stem(string): string",
    sentence: "The last part of a path without its last extension: `stem('logs/a.tar.gz')` is `a.tar`.",
    apply: (path) => posix.parse(path).name
  },
  {
    name: "matches",
    signature: "matches(string, string): bool",
    sentence: "Whether a pattern, in the syntax of RE2, is found in a text: `matches('v1.2', '[0-9]+')` is `true`, "
      + "and so is `'v1.2'.matches('[0-9]+')`.",
    // Never called: `Meter.ts` puts RE2 in the place of this and of CEL's method of the name.
    apply: () => false
  }
]

/** Makes a value once, when it is first asked for. */
export const lazy = <A>(make: () => A): () => A => {
  let made: { readonly value: A } | undefined
  return () => (made ??= { value: make() }).value
}

/** The library itself. */
export const library = lazy((): typeof Cel => require("@marcbachmann/cel-js"))

/** What a CEL macro is handed: passed on and not looked into. */
interface MacroTools {
  readonly check: (node: ASTNode, context: unknown) => unknown
  readonly getType: (name: string) => unknown
  readonly run: (node: ASTNode, context: unknown) => unknown
}

/** CEL's `has` for a path with `["…"]` in it: whether the last name of a path is there. */
const hasMacro = ({ args: [node] }: { readonly args: ReadonlyArray<ASTNode> }) => {
  const key = node?.op === "." ? node.args[1] : node?.op === "[]" && node.args[1].op === "value" ? node.args[1].args : 0
  if ((node?.op !== "." && node?.op !== "[]") || typeof key !== "string") {
    throw new (library().ParseError)({ code: "invalid_macro_argument", message: "has() needs a path, such as a.b" })
  }
  const [container] = node.args
  return {
    typeCheck: (checker: MacroTools, _macro: unknown, context: unknown) => {
      checker.check(container, context)
      return checker.getType("bool")
    },
    evaluate: (evaluator: MacroTools, _macro: unknown, context: unknown) => {
      const value = evaluator.run(container, context)
      return value instanceof Map && value.has(key)
    }
  }
}

const environment = lazy((): Environment => {
  const { Environment } = library()
  const made = new Environment({ homogeneousAggregateLiterals: false, limits })
  for (const root of roots) made.registerVariable(root, "dyn")
  for (const { apply, sentence, signature } of ownFunctions) {
    made.registerFunction(signature, apply, { description: sentence, async: false })
  }
  made.registerFunction(`${hasByIndex}(ast): bool`, hasMacro, { async: false })
  boundTypeNames(made)
  return made
})

/** A piece of CEL that was parsed and checked. */
export interface CompiledCel {
  readonly tree: ASTNode
  /** Throws the library's errors, and `OverBudget`. */
  readonly run: (context: ReadonlyMap<string, CelValue>, budget: Budget) => unknown
}

/** Compiles CEL. Throws the library's errors; `CelFailure.ts` reads them. */
export const compileCel = (source: string): CompiledCel => {
  const parsed = environment().parse(source)
  refuseOtherKeys(parsed.ast, library())
  const { error, valid } = parsed.check()
  if (!valid) throw error
  const account: Account = { budget: new Budget() }
  let metered = false
  const meterOnce = (): void => {
    if (metered) return
    meter(parsed.ast, { account, errors: library() })
    metered = true
  }
  // Most of a long manifest is checked and not evaluated; a pattern is looked at while it is checked.
  if (source.includes("matches")) meterOnce()
  return {
    tree: parsed.ast,
    run: (context, budget) => {
      meterOnce()
      account.budget = budget
      const result: unknown = parsed(context)
      if (budget.over !== undefined) throw budget.over
      return result
    }
  }
}

/** Of everything CEL can do here, each overload once: what the reference page lists and suggestions come from. */
export const languageFunctions = lazy((): ReadonlyArray<FunctionDoc> =>
  environment().getDefinitions().functions
    .filter(({ name, params }) =>
      name !== hasByIndex && name !== boundsTypeNames && !isZoneDependent(name, params.length)
    )
    .map(({ description, name, signature }) => ({ name, signature, sentence: description ?? "" }))
)

const zoned = /^get(Date|Day|FullYear|Hours|Milli|Minutes|Month|Seconds)/

/**
 * True for a method that would answer differently on another machine: the library works out
 * times of another zone, and the day of the year, by way of the machine's own zone.
 */
export const isZoneDependent = (method: string, argumentCount: number): boolean =>
  method === "getDayOfYear" || (argumentCount > 0 && zoned.test(method))
