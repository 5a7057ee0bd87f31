/**
 * Whether a value is what a schema takes, asked quickly: the usual manifest is right, and may be long.
 *
 * Owns a yes or no. Must not say what is wrong: where this says no, Schema decodes, and tells. The
 * surprise: a value that is accepted need not be decoded at all, since no schema of the language
 * transforms anything; what is in memory is what the user wrote.
 */
import { Option, ParseResult, Schema, type SchemaAST as AST } from "effect"
import { kindsIn } from "./Kinds.ts"

type Accept = (value: unknown) => boolean

const isMapping = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const decodeOptions = { onExcessProperty: "error" } as const

const mapping = (ast: AST.TypeLiteral, of: (ast: AST.AST) => Accept): Accept => {
  const known = new Map(ast.propertySignatures.map(({ name, type }) => [String(name), of(type)]))
  const required = ast.propertySignatures.filter(({ isOptional }) => !isOptional).map(({ name }) => String(name))
  const others = ast.indexSignatures.map(({ parameter, type }) => [of(parameter), of(type)] as const)
  return (value) => {
    if (!isMapping(value)) return false
    for (const name of required) if (!Object.hasOwn(value, name)) return false
    for (const name in value) {
      const inner = value[name]
      const accept = known.get(name)
      if (accept === undefined ? !others.some(([key, each]) => key(name) && each(inner)) : !accept(inner)) return false
    }
    return true
  }
}

const list = (ast: AST.TupleType, of: (ast: AST.AST) => Accept): Accept => {
  const first = ast.elements.map(({ type }) => of(type))
  const rest = ast.rest[0] === undefined ? undefined : of(ast.rest[0].type)
  return (value) => {
    if (!Array.isArray(value) || value.length < first.length) return false
    for (let at = 0; at < value.length; at++) {
      const accept = first[at] ?? rest
      if (accept === undefined || !accept(value[at])) return false
    }
    return true
  }
}

const oneKind = (members: ReadonlyMap<string, AST.AST>, of: (ast: AST.AST) => Accept): Accept => {
  const kinds = [...members].map(([key, member]) => ({ key, accept: of(member) }))
  return (value) => {
    if (!isMapping(value)) return false
    // A second of these keys is one that the first kind does not know.
    const kind = kinds.find(({ key }) => Object.hasOwn(value, key))
    return kind !== undefined && kind.accept(value)
  }
}

const make = (ast: AST.AST, known: Map<AST.AST, Accept>): Accept => {
  const of = (inner: AST.AST): Accept => {
    const found = known.get(inner) ?? make(inner, known)
    known.set(inner, found)
    return found
  }
  switch (ast._tag) {
    case "StringKeyword":
      return (value) => typeof value === "string"
    case "NumberKeyword":
      return (value) => typeof value === "number"
    case "BooleanKeyword":
      return (value) => typeof value === "boolean"
    case "Literal":
      return (value) => value === ast.literal
    case "Suspend": {
      let inner: Accept | undefined
      return (value) => (inner ??= of(ast.f()))(value)
    }
    case "TypeLiteral":
      return mapping(ast, of)
    case "TupleType":
      return list(ast, of)
    case "Union": {
      const members = ast.types.map(of)
      return (value) => members.some((accept) => accept(value))
    }
    case "Refinement": {
      const from = of(ast.from)
      return (value) => from(value) && Option.isNone(ast.filter(value, decodeOptions, ast))
    }
    default: {
      const kinds = kindsIn(ast)
      return kinds.size === 0 ? ParseResult.is(Schema.make(ast)) : oneKind(kinds, of)
    }
  }
}

/** A test for what a schema without transformations decodes, unknown keys refused. It follows a value as deep as it goes. */
export const accepts = <A>(schema: Schema.Schema<A>): (value: unknown) => value is A => {
  let accept: Accept | undefined
  return (value): value is A => (accept ??= make(schema.ast, new Map()))(value)
}
