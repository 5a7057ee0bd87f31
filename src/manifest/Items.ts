/**
 * The items that each `forEach` of a manifest stands for.
 *
 * Owns reading their sources. Must not know what a target is made of. The surprise: items come
 * out in the order of their source and nothing is dropped but blank lines; that an item stands
 * twice is for its id to tell.
 */
import { FileSystem, Path } from "@effect/platform"
import { Array, Effect, Either } from "effect"
import type { Value, ValueObject } from "../expression/Value.ts"
import { diagnose } from "./Diagnose.ts"
import type { Finding, Path as Place, Source } from "./Finding.ts"
import { reasonOf } from "./FileProblem.ts"
import { globPaths } from "./GlobPaths.ts"
import { jsonLinesOf, linesOf } from "./Lines.ts"
import type { Manifest } from "./Manifest.ts"
import type { ManifestError } from "./ManifestError.ts"
import { type Known, parsePublic, renderPublicText, renderPublicValue, type TextProblem } from "./PublicText.ts"
import { decodeUtf8 } from "./SourceText.ts"
import type { ForEach } from "./Targets.ts"

export interface ItemsRequest {
  readonly manifest: Manifest
  /** For the places of errors. */
  readonly source: Source
  readonly known: Known
  /** Absolute: what relative paths are relative to. */
  readonly folder: string
  /** What standard input holds; asked for only by `forEach: { stdin: true }`. */
  readonly stdin: Effect.Effect<Uint8Array, ManifestError>
}

type Items = ReadonlyArray<Value>
type Outcome<A> = Either.Either<A, Array.NonEmptyReadonlyArray<TextProblem>>
const problem = (message: string, hint?: string): Outcome<never> =>
  Either.left([{ message, ...(hint === undefined ? {} : { hint }) }])

const noTarget = "a `forEach` needs at least one item"

/** Combinations beyond this are a mistake, not a batch. */
const mostCombinations = 1_000_000

/** Every combination of the values, the first name varying slowest. */
export const combinations = (matrix: Readonly<Record<string, Items>>): ReadonlyArray<ValueObject> =>
  Object.entries(matrix).reduce<ReadonlyArray<ValueObject>>(
    (all, [name, values]) => all.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
    [{}]
  )

const matrixItems = (matrix: Readonly<Record<string, Items>>): Outcome<Items> => {
  const count = Object.values(matrix).reduce((product, values) => product * values.length, 1)
  if (Object.keys(matrix).length === 0 || count === 0) {
    return problem("`matrix` has no combinations", "give every name at least one value")
  }
  return count > mostCombinations
    ? problem(`\`matrix\` has ${count} combinations, more than ${mostCombinations}`, "split the batch")
    : Either.right(combinations(matrix))
}

const isList = (value: Value): value is Items => Array.isArray(value)

const listItems = (items: string | Items, known: Known): Outcome<Items> => {
  const value = typeof items !== "string" ? Either.right<Value>(items) : Either.flatMap(
    parsePublic(items, "a list of items", known),
    (template) => renderPublicValue(template, known)
  )
  if (Either.isLeft(value)) return Either.left([value.left])
  if (!isList(value.right)) return problem("`items` must give a list", "for example an input of type `array`")
  return value.right.length === 0 ? problem("`items` is an empty list", noTarget) : Either.right(value.right)
}

const textItems = (name: string, bytes: Uint8Array, read: (text: string) => Outcome<Items>): Outcome<Items> => {
  const text = decodeUtf8(bytes)
  if (Either.isLeft(text)) {
    return problem(`${name} is not a text in UTF-8: line ${text.left} is not`, "save it as UTF-8")
  }
  const items = read(text.right)
  return Either.isRight(items) && items.right.length === 0 ? problem(`${name} has no lines`, noTarget) : items
}

const lines = (text: string): Outcome<Items> => Either.right(linesOf(text))

const fileItems = Effect.fn("Items.fileItems")(function*(text: string, folder: string, json: boolean) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const name = `\`${text}\``
  const full = path.resolve(folder, text)
  const bytes = yield* Effect.either(fs.readFile(full))
  if (Either.isLeft(bytes)) {
    const { hint, message } = reasonOf(bytes.left)
    return problem(
      `${name} ${message}`,
      hint ?? (path.isAbsolute(text) ? undefined : "paths are relative to the manifest's folder")
    )
  }
  return textItems(
    name,
    bytes.right,
    json
      ? (content) =>
        Either.mapLeft(
          jsonLinesOf(content),
          Array.map((problem) => ({ ...problem, message: `${name} ${problem.message}` }))
        )
      : lines
  )
})

const globItems = Effect.fn("Items.globItems")(function*(pattern: string, folder: string) {
  const paths = yield* Effect.either(globPaths(pattern, folder))
  if (Either.isLeft(paths)) return problem(`\`${pattern}\` can't be looked up: ${paths.left.message}`)
  return paths.right.length === 0
    ? problem(
      `\`${pattern}\` matches no path`,
      pattern.startsWith("/") ? undefined : "patterns are relative to the manifest's folder"
    )
    : Either.right(paths.right)
})

const pathText = (text: string, known: Known): Outcome<string> =>
  Either.mapLeft(
    Either.flatMap(parsePublic(text, "a path", known), (template) => renderPublicText(template, known)),
    (one) => [one]
  )

const itemsOf = Effect.fn("Items.itemsOf")(function*(source: ForEach, request: ItemsRequest) {
  if ("items" in source) return listItems(source.items, request.known)
  if ("matrix" in source) return matrixItems(source.matrix)
  if ("stdin" in source) return textItems("standard input", yield* request.stdin, lines)
  const text = pathText("file" in source ? source.file : "glob" in source ? source.glob : source.jsonl, request.known)
  if (Either.isLeft(text)) return Either.left(text.left)
  return "glob" in source
    ? yield* globItems(text.right, request.folder)
    : yield* fileItems(text.right, request.folder, "jsonl" in source)
})

/**
 * For each entry under `targets`, its items, or `undefined` where it is one listed target.
 *
 * All entries are read before any problem is told, at the place of their `forEach`.
 */
export const resolveItems = Effect.fn("Items.resolveItems")(function*(request: ItemsRequest) {
  const findings: Array<Finding> = []
  const all: Array<Items | undefined> = []
  for (const [index, target] of request.manifest.targets.entries()) {
    if (target.forEach === undefined) {
      all.push(undefined)
      continue
    }
    const key = Object.keys(target.forEach)[0] ?? "items"
    const path: Place = ["targets", index, "forEach", key]
    const items = yield* itemsOf(target.forEach, request)
    if (Either.isRight(items)) all.push(items.right)
    else for (const one of items.left) findings.push({ path, ...one })
  }
  return Array.isNonEmptyReadonlyArray(findings)
    ? yield* diagnose(request.source, findings)
    : all
})
