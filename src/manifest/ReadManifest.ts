/**
 * Text to manifest, or everything that is wrong with it.
 *
 * Owns the order of the checks. Must not read files. The surprise: a document is decoded only when it
 * is wrong, to tell all that is; a manifest that is right, the usual one, pays for one quick pass.
 */
import { Array, Either, Option, Schema } from "effect"
import type { Names } from "../expression/Names.ts"
import type { Value } from "../expression/Value.ts"
import { accepts } from "./Accept.ts"
import { secretArguments } from "./CheckArguments.ts"
import { checkManifest, sameTargetIds, tooDeep } from "./CheckManifest.ts"
import { checkTexts } from "./CheckTexts.ts"
import { diagnose } from "./Diagnose.ts"
import type { Finding, Findings, Source } from "./Finding.ts"
import { findingsOf } from "./Issues.ts"
import { readJson } from "./JsonDocument.ts"
import { Manifest } from "./Manifest.ts"
import type { ManifestError } from "./ManifestError.ts"
import { withoutRepeats } from "./Repeats.ts"
import { parseYaml } from "./YamlDocument.ts"
import { readPlain } from "./YamlLists.ts"
import { yamlValue } from "./YamlValue.ts"

const isManifest = accepts(Manifest)

const nothing: Findings = [{
  path: [],
  message: "there is nothing in it but comments",
  hint: "`pawl init` writes a manifest to start from"
}]

/** The document as a manifest, or what is wrong with its shape. */
const shaped = (value: Value): Either.Either<Manifest, ReadonlyArray<Finding>> => {
  if (isManifest(value)) return Either.right(value)
  const decode = Schema.decodeUnknownEither(Manifest, { onExcessProperty: "error", errors: "all" })
  const decoded = decode(withoutRepeats(value))
  // All that is wrong may stand where something was cut.
  return Either.mapLeft(Either.isLeft(decoded) ? decoded : decode(value), ({ issue }) => findingsOf(issue))
}

/** A manifest, and what is known of its expressions. */
export interface ReadManifest {
  readonly manifest: Manifest
  /** What each expression mentions, by its text without the white space around it. */
  readonly names: ReadonlyMap<string, Names>
}

const manifestOf = (value: Value): Either.Either<ReadManifest, Findings> => {
  if (value === null) return Either.left(nothing)
  const deep = tooDeep(value)
  if (deep !== undefined) return Either.left(deep)
  const shape = shaped(value)
  const names = new Map<string, Names>()
  const findings = [
    ...Either.match(shape, { onLeft: (found) => found, onRight: () => [] }),
    ...checkTexts(value, (expression) => names.set(expression.source, expression.names)),
    ...checkManifest(value),
    ...secretArguments(value)
  ]
  if (Either.isRight(shape) && findings.length === 0) return Either.right({ manifest: shape.right, names })
  const all = [...findings, ...sameTargetIds(value)]
  return Either.left(
    Array.isNonEmptyReadonlyArray(all) ? all : [{ path: [], message: "this is not a manifest" }]
  )
}

/**
 * A text in YAML or JSON to its value; diagnostics have places.
 *
 * The quick ways take what is plain; all that is wrong is left to the one that knows places.
 */
export const readDocument = (source: Source): Either.Either<Value, ManifestError> =>
  Option.match(Option.orElse(readJson(source.text), () => readPlain(source.text)), {
    onSome: Either.right,
    onNone: () =>
      Either.mapLeft(
        Either.flatMap(parseYaml(source.text), (document) => yamlValue(document)),
        (findings) => diagnose(source, findings)
      )
  })

/** A manifest from its text, with what its expressions mention; on the left every error at once. */
export const readManifestAndNames = (source: Source): Either.Either<ReadManifest, ManifestError> =>
  Either.flatMap(
    readDocument(source),
    (value) => Either.mapLeft(manifestOf(value), (findings) => diagnose(source, findings))
  )

/** A manifest from its text; on the left every error at once. */
export const readManifest = (source: Source): Either.Either<Manifest, ManifestError> =>
  Either.map(readManifestAndNames(source), ({ manifest }) => manifest)
