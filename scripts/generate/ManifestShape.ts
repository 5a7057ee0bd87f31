/**
 * The schema of the manifest, walked: which mappings there are, and what is known of each key.
 *
 * Owns the reading of annotations. Must not write Markdown beyond code and links. The surprise:
 * it reads the definitions that decode, not the JSON Schema, since only those hold the words
 * that pawl itself uses in its errors.
 */
import { Option, SchemaAST as AST } from "effect"
import { Manifest } from "../../src/manifest/Manifest.ts"
import { Expected } from "../../src/manifest/Words.ts"
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
  CommandStep: "A `command` step"
}

const link = (identifier: string): string => {
  const heading = headings[identifier]
  if (heading === undefined) throw new Error(`scripts/generate/ManifestShape.ts has no heading for ${identifier}`)
  return `[${heading.replace(/^[A-Z]/, (letter) => letter.toLowerCase())}](#${anchor(heading)})`
}

const text = (annotation: Option.Option<string>): string => Option.getOrElse(annotation, () => "")
const expected = (ast: AST.AST): string | undefined => Option.getOrUndefined(AST.getAnnotation<string>(Expected)(ast))

/** The mapping below refinements. */
const bare = (ast: AST.AST): AST.AST => (AST.isRefinement(ast) ? bare(ast.from) : ast)

const hasSection = (ast: AST.AST): boolean => {
  const inner = bare(ast)
  return Option.isSome(AST.getIdentifierAnnotation(ast))
    && ((AST.isTypeLiteral(inner) && inner.propertySignatures.length > 0) || AST.isUnion(inner))
}

/** A rule on top of a rule says what is wrong, not what is right: the innermost words are the plain ones. */
const plainWords = (ast: AST.AST): string | undefined =>
  (AST.isRefinement(ast) ? plainWords(ast.from) : undefined) ?? expected(ast)

const takes = (ast: AST.AST): string => {
  if (hasSection(ast)) return link(text(AST.getIdentifierAnnotation(ast)))
  const [rest] = AST.isTupleType(ast) ? ast.rest : []
  if (rest !== undefined && hasSection(rest.type)) return `a list; each ${takes(rest.type)}`
  const [index] = AST.isTypeLiteral(ast) ? ast.indexSignatures : []
  if (index !== undefined && hasSection(index.type)) return `names, each with ${takes(index.type)}`
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

const sectionOf = (ast: AST.AST): Section => {
  const inner = bare(ast)
  const kinds = AST.isUnion(inner) ? inner.types : []
  const apart = kinds.filter(hasSection)
  const together = kinds.filter((kind) => !hasSection(kind)).map(keysOf).filter((keys) => keys.length > 0)
  return {
    heading: headings[text(AST.getIdentifierAnnotation(ast))] ?? "",
    description: text(AST.getDescriptionAnnotation(ast)),
    // A key that tells one kind from the others must not be there with another kind.
    keys: together.length > 1
      ? together.flat().map((key) => ({ ...key, required: false }))
      : [...keysOf(ast), ...together.flat()],
    kinds: apart.map((kind) => link(text(AST.getIdentifierAnnotation(kind))))
  }
}

const below = (ast: AST.AST): ReadonlyArray<AST.AST> => {
  if (AST.isRefinement(ast)) return below(ast.from)
  if (AST.isUnion(ast)) return ast.types
  if (AST.isTupleType(ast)) return [...ast.elements, ...ast.rest].map(({ type }) => type)
  if (!AST.isTypeLiteral(ast)) return []
  return [...ast.propertySignatures, ...ast.indexSignatures].map(({ type }) => type)
}

/** Every section, each once, in the order in which a reader of the manifest meets them. */
export const manifestSections = (): ReadonlyArray<Section> => {
  const found = new Map<string, Section>()
  const visit = (ast: AST.AST): void => {
    const identifier = text(AST.getIdentifierAnnotation(ast))
    if (hasSection(ast)) {
      if (found.has(identifier)) return
      found.set(identifier, sectionOf(ast))
    }
    for (const inner of below(ast)) visit(inner)
  }
  visit(Manifest.ast)
  return [...found.values()]
}
