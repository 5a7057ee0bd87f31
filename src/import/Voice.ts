/**
 * What an expression means in the language that it comes from, as far as the two that are imported differ.
 *
 * Owns those differences as data, and the gathering of what is to be said about an expression.
 */
import type { Fault, Range } from "./Tree.ts"

export interface Voice {
  /** Who runs the other language. */
  readonly runner: string
  /** How true and false look within a text. */
  readonly truth: readonly [yes: string, no: string]
  /** Whether any value can stand where something is true or false. */
  readonly takesAnyForTrue: boolean
  /** Whether a list or a mapping within a text is JSON. */
  readonly writesJson: boolean
  /** Whether `default` also replaces an empty text. */
  readonly defaultsEmptyText: boolean
}

/** An expression on its way into a manifest. */
export interface Writing {
  readonly voice: Voice
  readonly faults: Array<Fault>
  /** Sentences for a comment where the expression stands. */
  readonly remarks: Set<string>
  /** Sentences for a comment at the head of the file. */
  readonly generalities: Set<string>
}

/** An expression in a language, nothing said of it yet. */
export const startWriting = (voice: Voice): Writing => ({
  voice,
  faults: [],
  remarks: new Set(),
  generalities: new Set()
})

/** Says what can't be carried over. */
export const refuse = ({ faults }: Writing, { end, start }: Range, message: string, hint?: string): void => {
  faults.push({ start, end, message, ...(hint === undefined ? {} : { hint }) })
}

export const specKit: Voice = {
  runner: "Spec Kit",
  truth: ["True", "False"],
  takesAnyForTrue: true,
  writesJson: false,
  defaultsEmptyText: true
}

export const taskRunner: Voice = {
  runner: "Task Runner",
  truth: ["true", "false"],
  takesAnyForTrue: false,
  writesJson: true,
  defaultsEmptyText: false
}
