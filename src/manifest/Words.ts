/**
 * What a schema says to a person who got it wrong: annotations that `Issues.ts` reads.
 *
 * Owns the annotation keys and the small helpers that put fields together. Must not decode.
 * The surprise: a field's description is not only documentation, it is printed in the JSON
 * Schema of the language and in its reference page, so every field has one.
 */
import { Schema } from "effect"

/** What stands here when it is right, such as "true or false": completes "`x` must be …". */
export const Expected: unique symbol = Symbol.for("pawl/manifest/Expected")

/** How to write it, where the message alone does not say so. */
export const Hint: unique symbol = Symbol.for("pawl/manifest/Hint")

/** On a mapping that comes in kinds: what the thing is called, and the keys that tell its kinds apart. */
export const Choice: unique symbol = Symbol.for("pawl/manifest/Choice")

export interface ChoiceWords {
  /** With its article: "a step". */
  readonly noun: string
  readonly keys: ReadonlyArray<string>
  /** What its author may have wanted who wrote this key beside another of them. */
  readonly beside?: Readonly<Record<string, string>>
}

interface FieldWords<A> {
  readonly default?: A
  readonly examples?: readonly [A, ...Array<A>]
}

/** A key that may be left out. `description` is one sentence; `default` is what leaving it out means. */
export const optional = <A, I>(schema: Schema.Schema<A, I>, description: string, words: FieldWords<NoInfer<A>> = {}) =>
  Schema.optionalWith(schema, { exact: true }).annotations({ description, ...words })

/** A key that must be there. `description` is one sentence. */
export const required = <A, I>(schema: Schema.Schema<A, I>, description: string, words: FieldWords<NoInfer<A>> = {}) =>
  Schema.propertySignature(schema).annotations({ description, ...words })

/**
 * On a rule over a mapping's keys: it looks at nothing but which keys are there, so it is asked
 * even where other things in the mapping are wrong, and all is told at once.
 */
export const KeyRule: unique symbol = Symbol.for("pawl/manifest/KeyRule")

/** On a mapping: keys that people put there though they belong elsewhere, with what to do about each. */
export const Misplaced: unique symbol = Symbol.for("pawl/manifest/Misplaced")
