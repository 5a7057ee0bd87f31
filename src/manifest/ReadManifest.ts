/**
 * Text to manifest, or everything that is wrong with it.
 *
 * Owns the order of the checks. Must not read files. The surprise: a document is decoded
 * twice when it is wrong, first to learn that it is, stopping at once, then to tell it all;
 * a manifest that is right, the usual one, pays for one quick pass.
 */
import { Array, Either, Option, Schema } from "effect"
import type { Value } from "../expression/Value.ts"
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

const decode = Schema.decodeUnknownEither(Manifest, { onExcessProperty: "error" })
const decodeAll = Schema.decodeUnknownEither(Manifest, { onExcessProperty: "error", errors: "all" })

const nothing: Findings = [{
  path: [],
  message: "there is nothing in it but comments",
  hint: "`pawl init` writes a manifest to start from"
}]

const manifestOf = (value: Value): Either.Either<Manifest, Findings> => {
  if (value === null) return Either.left(nothing)
  const deep = tooDeep(value)
  if (deep !== undefined) return Either.left(deep)
  const decoded = decode(value)
  const others: ReadonlyArray<Finding> = [...checkTexts(value), ...checkManifest(value)]
  if (Either.isRight(decoded)) {
    return Array.isNonEmptyReadonlyArray(others)
      ? Either.left(Array.appendAll(others, sameTargetIds(value)))
      : Either.right(decoded.right)
  }
  const found = findingsOf(Either.match(decodeAll(withoutRepeats(value)), {
    onLeft: (all) => all.issue,
    onRight: () => decoded.left.issue
  }))
  const all = [...found, ...others, ...sameTargetIds(value)]
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

/** A manifest from its text; on the left every error at once. */
export const readManifest = (source: Source): Either.Either<Manifest, ManifestError> =>
  Either.flatMap(
    readDocument(source),
    (value) => Either.mapLeft(manifestOf(value), (findings) => diagnose(source, findings))
  )
