/**
 * The one way in: a file of another language to the text of a manifest, or everything that is wrong.
 *
 * Owns telling the languages apart, and the last look at what was written. Must not read files.
 */
import { Array, Either } from "effect"
import type { Value, ValueObject } from "../expression/Value.ts"
import { diagnose } from "../manifest/Diagnose.ts"
import type { Source } from "../manifest/Finding.ts"
import { type ManifestError, manifestError } from "../manifest/ManifestError.ts"
import { readDocument, readManifest } from "../manifest/ReadManifest.ts"
import { type Draft, emptyDraft } from "./Draft.ts"
import { isObject } from "./Fields.ts"
import { fromSpecKit, isSpecKit } from "./SpecKit.ts"
import { fromTaskPack, isTaskPack } from "./TaskPack.ts"
import { manifestText } from "./WriteManifest.ts"

export interface Imported {
  /** A manifest in YAML, with comments. */
  readonly text: string
  /** How many comments say that something means something else here. */
  readonly notes: number
}

interface Language {
  readonly name: string
  /** With its article. */
  readonly noun: string
  /** As it is called where it can't be read. */
  readonly file: string
  readonly marks: string
  readonly is: (document: Value) => boolean
  readonly read: (draft: Draft, file: string, values: ValueObject) => ValueObject
}

export const languages = {
  "spec-kit": {
    name: "spec-kit",
    noun: "a Spec Kit workflow",
    file: "the workflow",
    marks: "one has `schema_version: \"1.0\"`, `workflow:` and `steps:`",
    is: isSpecKit,
    read: fromSpecKit
  },
  taskpack: {
    name: "taskpack",
    noun: "a Task Pack",
    file: "the pack",
    marks: "one has `apiVersion: stellaops.io/pack.v1` and `kind: TaskPack`",
    is: isTaskPack,
    read: fromTaskPack
  }
} as const satisfies Readonly<Record<string, Language>>

export type LanguageName = keyof typeof languages

const foreign = (source: Source, document: Value, wanted: Language): ManifestError => {
  const other = Object.values<Language>(languages).find(({ is }) => is(document))
  const isManifest = isObject(document) && "targets" in document
  return manifestError(
    source.file,
    other === undefined ? `this is not ${wanted.noun}` : `this looks like ${other.noun}, not like ${wanted.noun}`,
    other === undefined
      ? isManifest ? "it looks like a manifest of pawl already: `pawl validate` checks it" : wanted.marks
      : `pawl import ${other.name} ${source.file}`
  )
}

/** Reads a file of a language. On the left everything that is wrong with it or that can't be carried over. */
export const importSource = (name: LanguageName, source: Source): Either.Either<Imported, ManifestError> =>
  Either.flatMap(readDocument(source), (document) => {
    const language = languages[name]
    if (!isObject(document) || !language.is(document)) return Either.left(foreign(source, document, language))
    const draft = emptyDraft()
    const manifest = language.read(draft, source.file, document)
    if (Array.isNonEmptyReadonlyArray(draft.problems)) return Either.left(diagnose(source, draft.problems))
    const text = manifestText(manifest, draft.notes)
    // What was written must be a manifest, whatever was read.
    return Either.map(
      readManifest({ file: `what ${source.file} comes to`, text }),
      () => ({ text, notes: draft.notes.filter(({ path }) => path.length > 0).length })
    )
  })
