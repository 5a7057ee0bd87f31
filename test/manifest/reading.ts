/** Reading manifests in tests: what a user is shown, as one text. */
import { Either } from "effect"
import type { Manifest } from "../../src/manifest/Manifest.ts"
import type { Diagnostic } from "../../src/manifest/ManifestError.ts"
import { readManifest } from "../../src/manifest/ReadManifest.ts"

/** The characters that the caret stands under. */
export const marked = ({ column = 1, endColumn = 1, text = "" }: Diagnostic): string =>
  [...text].slice(column - 1, endColumn - 1).join("")

export const diagnosticsOf = (text: string): ReadonlyArray<Diagnostic> =>
  Either.match(readManifest({ file: "batch.yaml", text }), {
    onLeft: (error) => error.diagnostics,
    onRight: () => []
  })

/** `line: marked characters: message (hint)`, a line each. */
export const shown = (diagnostics: ReadonlyArray<Diagnostic>): ReadonlyArray<string> =>
  diagnostics.map((each) =>
    `${each.line ?? "-"}: ${marked(each)}: ${each.message}${each.hint === undefined ? "" : ` (${each.hint})`}`
  )

export const mistakesIn = (text: string): ReadonlyArray<string> => shown(diagnosticsOf(text))

/** The manifest of a text that has to be one. */
export const manifestOf = (text: string): Manifest =>
  Either.getOrThrowWith(
    readManifest({ file: "batch.yaml", text }),
    (error) => new Error(mistakesIn(text).join("\n") || error.message)
  )
