/** Importing in tests: what comes of a file, and what its expressions are worth in both languages. */
import { Either } from "effect"
import { parseCondition, parseTemplate, renderBoolean, renderText } from "../../src/expression/Template.ts"
import type { Scope, StepRecord } from "../../src/expression/Scope.ts"
import { type Imported, importSource, type LanguageName } from "../../src/import/Import.ts"
import type { Manifest } from "../../src/manifest/Manifest.ts"
import { readManifest } from "../../src/manifest/ReadManifest.ts"
import { shown } from "../manifest/reading.ts"

/** What is wrong with a file, a line each: `line: marked characters: message (hint)`. */
export const refusals = (kind: LanguageName, text: string): ReadonlyArray<string> =>
  Either.match(importSource(kind, { file: "flow.yml", text }), {
    onLeft: ({ diagnostics }) => shown(diagnostics),
    onRight: () => []
  })

export const imported = (kind: LanguageName, text: string): Imported =>
  Either.getOrThrowWith(
    importSource(kind, { file: "flow.yml", text }),
    ({ diagnostics }) => new Error(shown(diagnostics).join("\n"))
  )

/** The manifest that a file comes to. */
export const manifestFrom = (kind: LanguageName, text: string): Manifest =>
  Either.getOrThrowWith(
    readManifest({ file: "batch.yaml", text: imported(kind, text).text }),
    ({ diagnostics }) => new Error(shown(diagnostics).join("\n"))
  )

/** The steps of the one target. */
export const stepsFrom = (kind: LanguageName, text: string) => manifestFrom(kind, text).targets[0]?.steps ?? []

/** The comments of a text, each on one line. */
export const commentsOf = (text: string): ReadonlyArray<string> =>
  text.split(/\n(?!\s*#)|(?<!#.*)\n/).flatMap((part) => {
    const lines = part.split("\n").filter((line) => /^\s*#/.test(line))
    return lines.length === 0 ? [] : [lines.map((line) => line.replace(/^\s*# ?/, "")).join(" ")]
  })

/** What a template comes to as text in a scope, or what went wrong. */
export const textIn = (template: string, scope: Scope): string =>
  parseTemplate(template).pipe(
    Either.mapLeft((errors) => `does not parse: ${errors.map(({ message }) => message).join("; ")}`),
    Either.flatMap((parsed) => Either.mapLeft(renderText(parsed, scope), ({ message }) => `fails: ${message}`)),
    Either.merge
  )

/** What a condition comes to in a scope, or what went wrong. */
export const truthIn = (condition: string, scope: Scope): boolean | string =>
  parseCondition(condition).pipe(
    Either.mapLeft((errors) => `does not parse: ${errors.map(({ message }) => message).join("; ")}`),
    Either.flatMap((parsed) => Either.mapLeft(renderBoolean(parsed, scope), ({ message }) => `fails: ${message}`)),
    Either.merge
  )

export const record = (status: StepRecord["status"], output: StepRecord["output"]): StepRecord => ({
  status,
  attempts: 1,
  output
})
