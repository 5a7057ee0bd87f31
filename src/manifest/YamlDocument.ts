/**
 * Text to the syntax tree of one YAML 1.2 document (JSON is a part of YAML 1.2).
 *
 * Owns the settings of the `yaml` package and the words for its errors. Must not look at what
 * the document says. The surprise: the package's parser is driven by hand here, since that is
 * where nesting can be bounded before the recursive part of it runs out of stack.
 */
import { Array, Either } from "effect"
import type { CST, Document, YAMLError } from "yaml"
import { Composer, Lexer, Parser } from "yaml"
import { deepest as deepestSteps, deepestValue } from "../expression/Limits.ts"
import type { Finding, Findings } from "./Finding.ts"

/** Blocks and brackets inside each other: a `switch` takes three for each of the 50 steps that may hold each other. */
export const deepest = deepestValue

/** Errors after the first few are mostly echoes of them. */
const most = 5

const settings = {
  version: "1.2",
  schema: "core",
  // Looked at in `YamlValue.ts`: the package compares every key with every other.
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: "silent",
  resolveKnownTags: false
} as const

const words: { readonly [code: string]: { readonly message?: string; readonly hint?: string } } = {
  TAB_AS_INDENT: { message: "a tab stands where YAML takes spaces alone", hint: "indent with spaces" },
  BAD_INDENT: { hint: "keys of one mapping start in the same column" },
  BLOCK_AS_IMPLICIT_KEY: {
    message: "a second `key: value` on the same line",
    hint: "put it on its own line, or quote the value if `: ` is part of it"
  },
  MULTILINE_IMPLICIT_KEY: {
    message: "neither a `key: value` nor the rest of one",
    hint: "a colon with a space after it may be missing, or a quote"
  },
  BAD_SCALAR_START: { hint: "quote the value" },
  TAG_RESOLVE_FAILED: { hint: "tags have no meaning here: leave it out" },
  MISSING_CHAR: { hint: "close what was opened: a bracket or a brace" }
}

const expressionHint = "write it in quotes: `\"{{ … }}\"`"
export const unquotedExpression = {
  message: "an expression that is not quoted: YAML reads `{{` as the start of a mapping",
  hint: expressionHint
}

/** Where a `{{` outside quotes stands on the line of an offset, if one does. */
const unquotedAt = (text: string, offset: number): number | undefined => {
  const start = text.lastIndexOf("\n", offset - 1) + 1
  const end = text.indexOf("\n", offset)
  const line = text.slice(start, end === -1 ? undefined : end)
  const found = /^(?:[^"'#]|"(?:[^"\\]|\\.)*"|'[^']*')*?(?<=[:[{,-]\s*)\{\{/.exec(line)
  return found === null ? undefined : start + found[0].length - 2
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, "")

const marks = new Set(["\u0002", "\u0018", "\u001f"])

/** Where the quoted scalar that ends at an offset begins: an open quote is noticed only at the end of the file. */
const openedAt = (text: string, end: number): number | undefined => {
  let offset = 0
  for (const lexeme of new Lexer().lex(text)) {
    if (/^["']/.test(lexeme) && offset + lexeme.length >= end) return offset
    // The lexer's own marks stand for nothing in the text.
    if (!marks.has(lexeme)) offset += lexeme.length
  }
  return undefined
}

const friendly = (text: string, error: YAMLError): Finding => {
  const expression = unquotedAt(text, error.pos[0])
  if (expression !== undefined) return { path: [], range: [expression, expression + 2], ...unquotedExpression }
  const [at] = error.pos
  if (error.code === "UNEXPECTED_TOKEN" && text.slice(at - 1, at + 2).includes("{{")) {
    return {
      path: [],
      range: [at, at + 1],
      message: "an expression in a text that is not quoted as a whole, within braces or brackets",
      hint: "quote all of it, as in `run: 'echo \"{{ item }}\"'`, or give the key a line of its own"
    }
  }
  if (error.code === "MISSING_CHAR" && error.message.includes("quote")) {
    const start = openedAt(text, error.pos[0]) ?? error.pos[0]
    return {
      path: [],
      range: [start, start + 1],
      message: "a quote that is not closed",
      hint: "close it, or escape it"
    }
  }
  const { hint, message } = words[error.code] ?? {}
  return {
    path: [],
    range: error.pos,
    message: message ?? lowerFirst(error.message),
    ...(hint === undefined ? {} : { hint })
  }
}

/** The first error of each line; an unquoted expression confuses all that comes after it, so it is told alone. */
const leading = (text: string, errors: ReadonlyArray<YAMLError>): ReadonlyArray<Finding> => {
  const line = (finding: Finding) => text.lastIndexOf("\n", (finding.range?.[0] ?? 0) - 1)
  const found = Array.dedupeWith(
    errors.toSorted((a, b) => a.pos[0] - b.pos[0]).slice(0, 50).map((error) => friendly(text, error)),
    (a, b) => line(a) === line(b)
  )
  const expressions = found.filter((finding) => finding.message === unquotedExpression.message)
  return (expressions.length > 0 ? expressions : found).slice(0, most)
}

export const nestedTooDeep = `nested more than ${deepest} deep`

const tooDeep = (offset: number): Findings => [{
  path: [],
  range: [offset, offset + 1],
  message: nestedTooDeep,
  hint: `is a bracket not closed? steps may stand in each other ${deepestSteps} deep`
}]

/**
 * The tokens of a text. `each` is called after every lexeme with the collections that are open, outermost
 * first; where it says false the reading ends there, with what has been found.
 */
export const readTokens = (
  text: string,
  each: (open: ReadonlyArray<CST.Token>, lexeme: string) => boolean = () => true
): Either.Either<ReadonlyArray<CST.Token>, Findings> => {
  const parser = new Parser()
  const found: Array<CST.Token> = []
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) found.push(token)
    if (parser.stack.length > deepest) return Either.left(tooDeep(parser.offset))
    if (!each(parser.stack, lexeme)) return Either.right(found)
  }
  for (const token of parser.end()) found.push(token)
  return Either.right(found)
}

/** The documents that tokens make; one without content where there are none. `end` is the length of their text. */
export const compose = (tokens: Iterable<CST.Token>, end: number): ReadonlyArray<Document.Parsed> => [
  ...new Composer(settings).compose(tokens, true, end)
]

/** Parses a text that holds one document. Duplicate keys and aliases are looked at when its value is taken. */
export const parseYaml = (text: string): Either.Either<Document.Parsed, Findings> =>
  Either.flatMap(readTokens(text), (found): Either.Either<Document.Parsed, Findings> => {
    const [document, second] = compose(found, text.length)
    if (document === undefined) return Either.left([{ path: [], range: [0, 1], message: "there is no document in it" }])
    const problems = leading(text, [...document.errors, ...document.warnings])
    const all: ReadonlyArray<Finding> = second === undefined ? problems : [...problems, {
      path: [],
      range: [second.range[0], second.range[0] + 3],
      message: "a second document, where one is expected",
      hint: "put it into a file of its own, or take out the `---`"
    }]
    return Array.isNonEmptyReadonlyArray(all) ? Either.left(all) : Either.right(document)
  })
