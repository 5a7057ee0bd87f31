/**
 * A mapping that comes in kinds, told apart by the one key that says what it is: a step, a gate, a source of items.
 *
 * Owns the choice between the kinds. Must not word what is wrong (`Issues.ts` does). The surprise: it
 * is no union to the decoder, though it is one to who writes a schema or a page from it. A union
 * tries every kind, and several of them hold steps: telling all that is wrong would try each of them
 * anew at every depth.
 */
import { Array as Arr, Either, ParseResult, Schema, SchemaAST as AST } from "effect"
import { Choice, type ChoiceWords } from "./Words.ts"

type Members = Readonly<Record<string, Schema.Schema.AnyNoContext>>

interface Annotations extends Omit<ChoiceWords, "keys"> {
  readonly identifier: string
  readonly description: string
  /** What to say of a value that is no mapping: annotations of `Words.ts`. */
  readonly words: Readonly<Record<symbol, string>>
}

type Parse<A> = (input: unknown, options: AST.ParseOptions) => Either.Either<A, ParseResult.ParseIssue>

const isMapping = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Hands a mapping to the parser of its kind. */
const byKey =
  <A>(keys: ReadonlyArray<string>, parsers: ReadonlyArray<Parse<A>>) =>
  (input: unknown, options: AST.ParseOptions, ast: AST.AST): Either.Either<A, ParseResult.ParseIssue> => {
    let parse: Parse<A> | undefined
    for (let kind = 0; kind < keys.length && isMapping(input); kind++) {
      if (!Object.hasOwn(input, keys[kind] ?? "")) continue
      if (parse !== undefined) return Either.left(new ParseResult.Type(ast, input))
      parse = parsers[kind]
    }
    return parse === undefined
      ? Either.left(new ParseResult.Type(ast, input))
      : Either.mapLeft(parse(input, options), (issue) => new ParseResult.Composite(ast, input, issue))
  }

/**
 * A schema for one of `members`, by the key that each of them requires and that no other has.
 *
 * A mapping with none of the keys, or with several, is an issue of type `Type` about the whole; one
 * with one of them is decoded by that member alone, and its issue is within a `Composite` of the whole.
 */
export const kindsOf = <const Kinds extends Members>(
  members: Kinds,
  { beside, description, identifier, noun, words }: Annotations
): Schema.Schema<Schema.Schema.Type<Kinds[keyof Kinds]>> => {
  const keys = Object.keys(members)
  const all = Object.values(members)
  const choice: ChoiceWords = { noun, keys, ...(beside === undefined ? {} : { beside }) }
  return Schema.declare(all, {
    decode: (...kinds) => byKey(keys, kinds.map((kind) => ParseResult.decodeUnknownEither(kind))),
    encode: (...kinds) => byKey(keys, kinds.map((kind) => ParseResult.encodeUnknownEither(kind)))
  }, {
    [Choice]: choice,
    [AST.SurrogateAnnotationId]: AST.Union.make(all.map(({ ast }) => ast), {
      [AST.DescriptionAnnotationId]: description
    }),
    identifier,
    description,
    ...words
  })
}

const isChoice = (value: unknown): value is ChoiceWords =>
  typeof value === "object" && value !== null && "noun" in value && "keys" in value

/** What a schema that `kindsOf` made says of its kinds; undefined for any other. */
export const choiceOf = (ast: AST.AST): ChoiceWords | undefined => {
  const value = ast.annotations[Choice]
  return isChoice(value) ? value : undefined
}

/** The schema of each kind by its key, of what `kindsOf` made; none for any other. */
export const kindsIn = (ast: AST.AST): ReadonlyMap<string, AST.AST> =>
  new Map(AST.isDeclaration(ast) ? Arr.zip(choiceOf(ast)?.keys ?? [], ast.typeParameters) : [])
