/**
 * What the functions and methods of the language take and give.
 *
 * Owns reading their signatures, which are CEL's own: no table is kept beside it. Pure. The surprise: a call
 * is right only if some overload takes each kind of value that the arguments can have.
 */
import { languageFunctions, lazy } from "./Language.ts"
import { alternatives, dyn, inWords, listOf, mapOf, type OneType, type Type, union, type Wrong } from "./Type.ts"

interface Overload {
  readonly receiver?: string
  readonly parameters: ReadonlyArray<string>
  readonly result: Type
  /** For people. */
  readonly signature: string
}

const simple: Readonly<Record<string, OneType>> = {
  null: { kind: "null" },
  bool: { kind: "bool" },
  int: { kind: "int" },
  double: { kind: "double" },
  uint: { kind: "uint" },
  bytes: { kind: "bytes" },
  type: { kind: "type" },
  string: { kind: "string" },
  "google.protobuf.Timestamp": { kind: "timestamp" },
  "google.protobuf.Duration": { kind: "duration" }
}

/** The type that CEL calls so; `dyn` where it says nothing. */
export const typeNamed = (name: string): Type => {
  const known = Object.hasOwn(simple, name) ? simple[name] : undefined
  if (known !== undefined) return known
  const [, list] = /^list<(.*)>$/.exec(name) ?? []
  if (list !== undefined) return listOf(typeNamed(list))
  const [, value] = /^map<\w+, (.*)>$/.exec(name) ?? []
  return value === undefined ? dyn : mapOf(typeNamed(value))
}

/** `a, map<b, c>` in its parts. */
const parametersOf = (text: string): ReadonlyArray<string> => text.match(/[^,<\s]+(?:<[^>]*>)?/g) ?? []

const shape = /^(?:(.+)\.)?(\w+)\(([^)]*)\): (.+)$/

const overloads = lazy((): ReadonlyMap<string, ReadonlyArray<Overload>> => {
  const all = new Map<string, Array<Overload>>()
  for (const { name, signature } of languageFunctions()) {
    const [, receiver, , parameters = "", result = "dyn"] = shape.exec(signature) ?? []
    const overload = {
      ...(receiver === undefined ? {} : { receiver }),
      parameters: parametersOf(parameters),
      result: typeNamed(result),
      signature
    }
    all.set(name, [...all.get(name) ?? [], overload])
  }
  return all
})

const takes = (parameter: string, type: OneType): boolean => {
  const wanted = typeNamed(parameter)
  if (wanted.kind === "dyn" || type.kind === "dyn") return true
  if (wanted.kind === "map") return type.kind === "map" || type.kind === "record"
  if (wanted.kind !== "list" || type.kind !== "list") return wanted.kind === type.kind
  const { of } = wanted
  return of.kind === "dyn" || alternatives(type.of).every(({ kind }) => kind === of.kind || kind === "dyn")
}

/** More combinations than this are not looked at. */
const most = 64

const combinations = (types: ReadonlyArray<Type>): ReadonlyArray<ReadonlyArray<OneType>> | undefined => {
  const count = types.reduce((product, type) => product * alternatives(type).length, 1)
  return count > most ? undefined : types.reduce<ReadonlyArray<ReadonlyArray<OneType>>>(
    (all, type) => all.flatMap((one) => alternatives(type).map((each) => [...one, each])),
    [[]]
  )
}

const phrase = (types: ReadonlyArray<Type>): string => types.map(inWords).join(" and ")

const listed = (signatures: ReadonlyArray<string>): string =>
  `it is ${signatures.slice(0, 4).map((signature) => `\`${signature}\``).join(" or ")}${
    signatures.length > 4 ? " and so on" : ""
  }`

/** The type of `name(…)`, or with `receiver` of `receiver.name(…)`. */
export const typeOfCall = (name: string, receiver: Type | undefined, given: ReadonlyArray<Type>): Type | Wrong => {
  const known = overloads().get(name)?.filter((each) => (each.receiver === undefined) === (receiver === undefined))
    ?? []
  const fitting = known.filter(({ parameters }) => parameters.length === given.length)
  // What CEL's own check let through without a signature is a macro that nobody here knows.
  if (fitting.length === 0) return dyn
  const all = combinations(receiver === undefined ? given : [receiver, ...given])
  if (all === undefined) return dyn
  const results: Array<Type> = []
  for (const types of all) {
    const matching = fitting.filter(({ parameters, receiver: own }) =>
      [...(own === undefined ? [] : [own]), ...parameters].every((parameter, at) => {
        const type = types[at]
        return type === undefined || takes(parameter, type)
      })
    )
    if (matching.length === 0) {
      const on = receiver === undefined ? "" : ` on ${inWords(receiver)}`
      const takesWhat = given.length === 0 ? "" : ` with ${phrase(given)}`
      return {
        message: `there is no \`${name}\`${on}${takesWhat}`,
        hint: listed(fitting.map(({ signature }) => signature))
      }
    }
    results.push(...matching.map(({ result }) => result))
  }
  return results.length === 0 ? dyn : union(results)
}

/** How a function is called, for a hint; undefined for one that nobody knows. */
export const signaturesOf = (name: string): string | undefined => {
  const known = overloads().get(name)
  return known === undefined ? undefined : listed(known.map(({ signature }) => signature))
}
