/**
 * What is known of a command without doing it, and the arguments that several have.
 *
 * Owns the shape of that data.
 */
import type { Flags } from "./Flag.ts"

export interface ArgumentData {
  /** As help shows it. */
  readonly name: string
  readonly required: boolean
  readonly description: string
  readonly choices?: ReadonlyArray<string>
  /** A shell completes file names for it. */
  readonly isFile?: boolean
}

export interface CommandData {
  readonly name: string
  /** One line. */
  readonly summary: string
  readonly arguments: ReadonlyArray<ArgumentData>
  /** What may follow the arguments, for help; after the first of them nothing is a flag. */
  readonly rest?: string
  /** Its own, then those that all have. */
  readonly flags: Flags
  /** Paragraphs under the usage. */
  readonly details: ReadonlyArray<string>
  readonly examples: ReadonlyArray<string>
}

export const batch: ArgumentData = {
  name: "BATCH",
  required: true,
  description: "the manifest: a YAML or JSON file, or - for standard input",
  isFile: true
}

export const run: ArgumentData = {
  name: "RUN",
  required: false,
  description: "a run id, the beginning of one, or a batch; the newest run if left out"
}
