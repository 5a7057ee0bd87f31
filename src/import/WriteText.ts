/**
 * The texts of an imported file as texts of a manifest: templates, conditions, lists.
 *
 * Owns that every hole in a text is read, found and written, and that all that is wrong is told.
 * Must not know the fields that texts stand in. Scripts have more to them: see `WriteScript.ts`.
 */
import { Either } from "effect"
import { tightness, within } from "./CelText.ts"
import { cutText, type Hole } from "./Holes.ts"
import type { Kind, Term } from "./Term.ts"
import { type Fault, mapLeaves, type PathLeaf, type Range, type SourceTree } from "./Tree.ts"
import { refuse, startWriting, type Voice, type Writing } from "./Voice.ts"
import { defaultFilter, type Parts, type Use, writeParts } from "./WriteHole.ts"

/** A language, at a place in a file. */
export interface Tongue {
  readonly voice: Voice
  readonly read: (
    text: string,
    start: number,
    end: number
  ) => { readonly tree?: SourceTree; readonly faults: ReadonlyArray<Fault> }
  /** What a name leads to from here. */
  readonly find: (leaf: PathLeaf) => Either.Either<Term, Omit<Fault, "start" | "end">>
}

export interface WrittenText {
  readonly text: string
  readonly kind: Kind
  readonly faults: ReadonlyArray<Fault>
  /** Sentences for a comment where the text stands. */
  readonly remarks: ReadonlySet<string>
  /** Sentences for a comment at the head of the file. */
  readonly generalities: ReadonlySet<string>
}

interface WrittenHole {
  readonly hole: Hole
  /** Braces included. */
  readonly text: string
  readonly kind: Kind
  readonly isWord: boolean
}

const nothing: Term = { kind: "literal", value: null, start: 0, end: 0 }

/** One hole in its parts; nothing where any of it is at fault. */
const partsOf = (writing: Writing, tongue: Tongue, text: string, hole: Hole, use: Use): Parts | undefined => {
  const { faults, tree } = tongue.read(text, hole.inner.start, hole.inner.end)
  writing.faults.push(...faults)
  const before = writing.faults.length
  const term = tree === undefined ? undefined : mapLeaves<PathLeaf, Extract<Term, { readonly kind: "leaf" }>>(
    tree,
    (leaf) =>
      Either.getOrElse(tongue.find(leaf), (fault) => {
        writing.faults.push({ ...fault, start: leaf.start, end: leaf.end })
        return nothing
      })
  )
  // What is not found makes no sense in a comparison either.
  return term === undefined || writing.faults.length > before ? undefined : writeParts(writing, term, use)
}

/** The filters of an expression, with the `default` that ends it. */
const filtersOf = ({ filters, otherwise }: Parts): ReadonlyArray<string> => {
  const last = otherwise === undefined ? undefined : defaultFilter(otherwise)
  return last === undefined || filters.at(-1) === last ? filters : [...filters, last]
}

const writeOne = (writing: Writing, tongue: Tongue, text: string, hole: Hole, use: Use): WrittenHole => {
  const parts = partsOf(writing, tongue, text, hole, use)
  return parts === undefined
    ? { hole, text: "", kind: "any", isWord: true }
    : { ...parts, hole, text: `{{ ${[parts.cel.text, ...filtersOf(parts)].join(" | ")} }}` }
}

/** Every hole of a text, written for a use. */
export const writeHoles = (writing: Writing, tongue: Tongue, text: string, use: Use): ReadonlyArray<WrittenHole> => {
  const { faults, holes } = cutText(text)
  writing.faults.push(...faults)
  return holes.map((hole) => writeOne(writing, tongue, text, hole, use))
}

const none: ReadonlySet<string> = new Set()

/** A text, and what there is to say about it. */
export const finish = ({ faults, generalities, remarks }: Writing, text: string, kind: Kind): WrittenText => ({
  text,
  kind,
  faults,
  remarks,
  generalities
})

/** A text with its holes replaced. */
export const fillIn = (text: string, holes: ReadonlyArray<{ readonly hole: Range; readonly text: string }>): string => {
  let filled = ""
  let from = 0
  for (const { hole, text: inside } of holes) {
    filled += text.slice(from, hole.start) + inside
    from = hole.end
  }
  return filled + text.slice(from)
}

/** A text with values in it; where it is one hole alone and the `use` is not text, it keeps the kind of its value. */
export const writeText = (tongue: Tongue, text: string, use: Use = "text"): WrittenText => {
  const writing = startWriting(tongue.voice)
  const isLone = cutText(text).lone !== undefined
  const holes = writeHoles(writing, tongue, text, isLone ? use : "text")
  const [only] = holes
  const kind = isLone && only !== undefined ? only.kind : "text"
  const filled = isLone && use !== "text" ? only?.text ?? "" : fillIn(text, holes)
  return finish(writing, filled, kind)
}

const whole = (text: string, message: string, hint: string): WrittenText => ({
  text,
  kind: "bool",
  faults: [{ start: 0, end: Math.max(1, text.length), message, hint }],
  remarks: none,
  generalities: none
})

const plainly = (text: string): WrittenText => ({ text, kind: "bool", faults: [], remarks: none, generalities: none })

/** What a condition is, where it needs no expression; otherwise its only hole, or what is wrong with it. */
const settled = ({ voice: { runner } }: Tongue, condition: string | boolean): boolean | Hole | WrittenText => {
  const word = String(condition).trim().toLowerCase()
  if (word === "true" || word === "false" || word === "") return word === "true"
  const { faults, holes, lone, text } = cutText(String(condition))
  if (lone !== undefined) return lone
  if (faults.length > 0) return { ...plainly(text), faults }
  return holes.length === 0
    ? whole(
      text,
      `a condition without braces: ${runner} takes it for a text, not for an expression`,
      "write it as `{{ … }}`"
    )
    : whole(
      text,
      `a condition with text around its braces: ${runner} takes it for a text, not for an expression`,
      "put all of it between one `{{` and `}}`"
    )
}

/** A condition: a text that is one hole, or true or false itself. */
export const writeCondition = (tongue: Tongue, condition: string | boolean): WrittenText => {
  const known = settled(tongue, condition)
  if (typeof known === "boolean") return plainly(`{{ ${String(known)} }}`)
  return "inner" in known ? writeText(tongue, String(condition), "condition") : known
}

/** The condition of a loop that ends by itself after `most` rounds: `while` before each, `until` after each. */
export const writeLoop = (
  tongue: Tongue,
  condition: string | boolean,
  most: number,
  kind: "while" | "until"
): WrittenText => {
  const known = settled(tongue, condition)
  const cap = kind === "while" ? `iteration < ${most}` : `iteration >= ${most - 1}`
  if (typeof known === "boolean") return plainly(`{{ ${known ? cap : String(kind === "until")} }}`)
  if (!("inner" in known)) return known
  const writing = startWriting(tongue.voice)
  const parts = partsOf(writing, tongue, String(condition), known, "condition")
  if (parts !== undefined && parts.filters.length > 0) {
    refuse(writing, known.inner, "a filter in the condition of a loop can't be carried over", "compare without it")
  }
  const cel = parts?.cel ?? { text: "false", tight: tightness.member }
  const text = kind === "while"
    ? `${cap} && ${within(cel, tightness.and)}`
    : `${cap} || !${within(cel, tightness.unary)}`
  const otherwise = parts?.otherwise === undefined
    ? ""
    : ` | ${defaultFilter((parts.otherwise === true) === (kind === "while"))}`
  return finish(writing, `{{ ${text}${otherwise} }}`, "bool")
}

/** A list that an expression gives. */
export const writeList = (tongue: Tongue, text: string): WrittenText =>
  cutText(text).lone === undefined
    ? whole(text, "a text, where a list or one `{{ … }}` that gives a list belongs", "for example `items: [a, b]`")
    : writeText(tongue, text, "list")
