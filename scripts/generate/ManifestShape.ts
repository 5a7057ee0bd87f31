/**
 * The schema of the manifest, walked: which mappings there are, and what is known of each key.
 *
 * Owns the reading of annotations. Must not write Markdown beyond code and links. The surprise:
 * it reads the definitions that decode, not the JSON Schema, since only those hold the words
 * that pawl itself uses in its errors.
 */
import { Option, SchemaAST as AST } from "effect"
import { Manifest } from "../../src/manifest/Manifest.ts"
import { Choice, Expected } from "../../src/manifest/Words.ts"
import { anchor, code } from "./Markdown.ts"

export interface Key {
  readonly name: string
  readonly required: boolean
  /** What it takes, in words, with a link where that has a section of its own. */
  readonly takes: string
  readonly description: string
  readonly default?: string
  readonly examples: ReadonlyArray<string>
}

export interface Section {
  readonly heading: string
  readonly description: string
  /** The keys of a mapping; of one that comes in kinds, those of all kinds. */
  readonly keys: ReadonlyArray<Key>
  /** Links to kinds that have a section of their own. */
  readonly kinds: ReadonlyArray<string>
  /** The keys that tell kinds without a section of their own apart. */
  readonly either: ReadonlyArray<string>
  /** A link to what holds the keys that this kind shares with all others of its thing. */
  readonly beside?: string
}

/** Section headings, as people call these things. */
const headings: Readonly<Record<string, string>> = {
  Manifest: "The batch",
  Input: "An input",
  Run: "`run`",
  Failure: "`failure`",
  StepFailure: "`failure` of a step",
  Retries: "`retries`",
  RetryOn: "`retries.on`",
  CircuitBreaker: "`circuitBreaker`",
  Target: "A target",
  ForEach: "`forEach`",
  Step: "A step",
  RunStep: "A `run` step",
  CommandStep: "A `command` step",
  GateStep: "A `gate` step",
  GateFailure: "`failure` of a gate",
  Gate: "`gate`",
  PolicyCheck: "The check of a policy",
  IfStep: "An `if` step",
  SwitchStep: "A `switch` step",
  MapStep: "A `map` step",
  MapOver: "`map`",
  ParallelStep: "A `parallel` step",
  Parallel: "`parallel`",
  LoopStep: "A `loop` step",
  Loop: "`loop`",
  RateLimit: "`rateLimit`",
  Check: "A check"
}

const link = (identifier: string): string => {
  const heading = headings[identifier]
  if (heading === undefined) throw new Error(`scripts/generate/ManifestShape.ts has no heading for ${identifier}`)
  return `[${heading.replace(/^[A-Z]/, (letter) => letter.toLowerCase())}](#${anchor(heading)})`
}

const text = (annotation: Option.Option<string>): string => Option.getOrElse(annotation, () => "")
const expected = (ast: AST.AST): string | undefined => Option.getOrUndefined(AST.getAnnotation<string>(Expected)(ast))

/** What stands for itself further down. */
const resolved = (ast: AST.AST): AST.AST => (AST.isSuspend(ast) ? ast.f() : ast)

/** The mapping, or the union of its kinds, below refinements. */
const bare = (ast: AST.AST): AST.AST => {
  if (AST.isRefinement(ast)) return bare(ast.from)
  return AST.isDeclaration(ast) ? Option.getOrElse(AST.getSurrogateAnnotation(ast), () => ast) : ast
}

const identifierOf = (ast: AST.AST): string => text(AST.getIdentifierAnnotation(ast))

const hasSection = (ast: AST.AST): boolean => {
  const inner = bare(ast)
  return identifierOf(ast) !== ""
    && ((AST.isTypeLiteral(inner) && inner.propertySignatures.length > 0) || AST.isUnion(inner))
}

/** A rule on top of a rule says what is wrong, not what is right: the innermost words are the plain ones. */
const plainWords = (ast: AST.AST): string | undefined =>
  (AST.isRefinement(ast) ? plainWords(ast.from) : undefined) ?? expected(ast)

const takes = (outer: AST.AST): string => {
  const ast = resolved(outer)
  if (hasSection(ast)) return link(identifierOf(ast))
  const [rest] = AST.isTupleType(ast) ? ast.rest : []
  if (rest !== undefined && hasSection(resolved(rest.type))) return `a list; each ${takes(rest.type)}`
  const mapping = bare(ast)
  const [index] = AST.isTypeLiteral(mapping) ? mapping.indexSignatures : []
  if (index !== undefined && (hasSection(index.type) || AST.isTupleType(index.type))) {
    const each = takes(index.type)
    if (each.includes("](#")) return `names, each with ${each}`
  }
  const words = plainWords(ast)
  if (words !== undefined) return words
  if (rest !== undefined) return `a list; each ${takes(rest.type)}`
  if (AST.isStringKeyword(ast)) return "a text"
  if (AST.isBooleanKeyword(ast)) return "`true` or `false`"
  throw new Error(`scripts/generate/ManifestShape.ts has no words for ${String(ast)}`)
}

const sample = (value: unknown): string => code(typeof value === "string" ? value : JSON.stringify(value))

const keyOf = (property: AST.PropertySignature): Key => {
  const fallBack = AST.getDefaultAnnotation(property)
  return {
    name: String(property.name),
    required: !property.isOptional,
    takes: takes(property.type),
    description: text(AST.getDescriptionAnnotation(property)),
    ...(Option.isSome(fallBack) ? { default: sample(fallBack.value) } : {}),
    examples: Option.getOrElse(AST.getExamplesAnnotation(property), () => []).map(sample)
  }
}

const keysOf = (ast: AST.AST): ReadonlyArray<Key> => {
  const inner = bare(ast)
  return AST.isTypeLiteral(inner) ? inner.propertySignatures.map(keyOf) : []
}

const unique = (keys: ReadonlyArray<Key>): ReadonlyArray<Key> =>
  keys.filter((key, index) => keys.findIndex(({ name }) => name === key.name) === index)

const requires = (keys: ReadonlyArray<Key>, wanted: string): boolean =>
  keys.some(({ name, required }) => name === wanted && required)

const same = (one: Key, other: Key): boolean => JSON.stringify(one) === JSON.stringify(other)

/** Keys that every kind of a thing has, as most of them have it; which of all kinds is the one that differs tells its own. */
const shared = (kinds: ReadonlyArray<ReadonlyArray<Key>>): ReadonlyArray<Key> =>
  (kinds[0] ?? []).filter((key) => kinds.every((keys) => keys.some(({ name }) => name === key.name)))

const isChoice = (value: unknown): value is { readonly keys: ReadonlyArray<string> } =>
  typeof value === "object" && value !== null && "keys" in value

const sectionOf = (ast: AST.AST, common: ReadonlyArray<Key>, beside: string | undefined): Section => {
  const inner = bare(ast)
  const kinds = AST.isUnion(inner) ? inner.types : []
  const apart = kinds.filter(hasSection)
  const together = kinds.filter((kind) => !hasSection(kind)).map(keysOf).filter((keys) => keys.length > 0)
  const choice = ast.annotations[Choice]
  const own = apart.length > 1
    ? shared(apart.map(keysOf))
    // A key that tells one kind from the others must not be there with another kind.
    : together.length > 1
    ? unique(together.flat()).map((key) => ({ ...key, required: together.every((keys) => requires(keys, key.name)) }))
    : [...keysOf(ast), ...together.flat()]
  return {
    heading: headings[identifierOf(ast)] ?? "",
    description: text(AST.getDescriptionAnnotation(ast)),
    keys: own.filter((key) => !common.some((each) => same(each, key))),
    kinds: apart.map((kind) => link(identifierOf(kind))),
    either: together.length > 1 && isChoice(choice) ? choice.keys : [],
    ...(beside === undefined ? {} : { beside })
  }
}

const below = (outer: AST.AST): ReadonlyArray<AST.AST> => {
  const ast = bare(resolved(outer))
  if (AST.isUnion(ast)) return ast.types
  if (AST.isTupleType(ast)) return [...ast.elements, ...ast.rest].map(({ type }) => type)
  if (!AST.isTypeLiteral(ast)) return []
  return [...ast.propertySignatures, ...ast.indexSignatures].map(({ type }) => type)
}

/** Every section, each once, in the order in which a reader of the manifest meets them. */
export const manifestSections = (): ReadonlyArray<Section> => {
  const found = new Map<string, Section>()
  const visit = (outer: AST.AST, common: ReadonlyArray<Key>, beside: string | undefined): void => {
    const ast = resolved(outer)
    const identifier = identifierOf(ast)
    const isSection = hasSection(ast)
    if (isSection && found.has(identifier)) return
    if (isSection) found.set(identifier, sectionOf(ast, common, beside))
    const inner = bare(ast)
    const apart = AST.isUnion(inner) ? inner.types.filter(hasSection) : []
    // What all kinds of a thing have is told once, where the thing is.
    const kinds = isSection && apart.length > 1
    for (const each of below(ast)) {
      if (kinds) visit(each, shared(apart.map(keysOf)), link(identifier))
      else visit(each, [], undefined)
    }
  }
  visit(Manifest.ast, [], undefined)
  return [...found.values()]
}
