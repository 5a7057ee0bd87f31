/**
 * Text to manifest, or everything that is wrong with it.
 *
 * Owns the order of the checks. Must not read files. The surprise: a document is decoded
 * twice when it is wrong, first to learn that it is, stopping at once, then to tell it all;
 * a manifest that is right, the usual one, pays for one quick pass.
 */
import { Array, Either, Schema } from "effect"
import type { Value } from "../expression/Value.ts"
import { checkManifest } from "./CheckManifest.ts"
import { checkTexts } from "./CheckTexts.ts"
import { diagnose } from "./Diagnose.ts"
import type { Finding, Findings, Source } from "./Finding.ts"
import { findingsOf } from "./Issues.ts"
import { Manifest } from "./Manifest.ts"
import { ManifestError } from "./ManifestError.ts"
import { parseYaml } from "./YamlDocument.ts"
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
  const decoded = decode(value)
  const others: ReadonlyArray<Finding> = [...checkTexts(value), ...checkManifest(value)]
  if (Either.isRight(decoded)) {
    return Array.isNonEmptyReadonlyArray(others) ? Either.left(others) : Either.right(decoded.right)
  }
  const [first, ...rest] = findingsOf(Either.match(decodeAll(value), {
    onLeft: (all) => all.issue,
    onRight: () => decoded.left.issue
  }))
  return Either.left([first ?? { path: [], message: "this is not a manifest" }, ...rest, ...others])
}

/**
 * A text in YAML or JSON to its value; diagnostics have places.
 *
 * The syntax tree is let go: it takes many times the memory of the value.
 */
export const readDocument = (source: Source): Either.Either<Value, ManifestError> =>
  Either.mapLeft(
    Either.flatMap(parseYaml(source.text), yamlValue),
    (findings) => new ManifestError({ diagnostics: diagnose(source, findings) })
  )

/** A manifest from its text; on the left every error at once. */
export const readManifest = (source: Source): Either.Either<Manifest, ManifestError> =>
  Either.flatMap(readDocument(source), (value) =>
    Either.mapLeft(
      manifestOf(value),
      (findings) => new ManifestError({ diagnostics: diagnose(source, findings) })
    ))
