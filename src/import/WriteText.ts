/**
 * The texts of an imported file as texts of a manifest: templates, conditions, lists.
 *
 * Owns that every hole in a text is read, found and written, and that all that is wrong is told.
 * Must not know the fields that texts stand in. Scripts have more to them: see `WriteScript.ts`.
 */
import { Either } from "effect"
import { cutText, type Hole } from "./Holes.ts"
import type { Kind, Term } from "./Term.ts"
import { type Fault, mapLeaves, type PathLeaf, type SourceTree } from "./Tree.ts"
import type { Voice, Writing } from "./Voice.ts"
import { type Use, writeHole } from "./WriteHole.ts"

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
  /** Sentences for a comment. */
  readonly remarks: ReadonlySet<string>
}

interface WrittenHole {
  readonly hole: Hole
  /** Braces included. */
  readonly text: string
  readonly kind: Kind
}

const nothing: Term = { kind: "literal", value: null, start: 0, end: 0 }

const writeOne = (writing: Writing, tongue: Tongue, text: string, hole: Hole, use: Use): WrittenHole => {
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
  if (term === undefined || writing.faults.length > before) return { hole, text: "", kind: "any" }
  const { kind, text: inside } = writeHole(writing, term, use)
  return { hole, text: `{{ ${inside} }}`, kind }
}

/** Every hole of a text, written for a use. */
export const writeHoles = (writing: Writing, tongue: Tongue, text: string, use: Use): ReadonlyArray<WrittenHole> => {
  const { faults, holes } = cutText(text)
  writing.faults.push(...faults)
  return holes.map((hole) => writeOne(writing, tongue, text, hole, use))
}

export const startWriting = ({ voice }: Tongue): Writing => ({ voice, faults: [], remarks: new Set() })

/** A text with its holes replaced. */
export const fillIn = (text: string, holes: ReadonlyArray<Pick<WrittenHole, "hole" | "text">>): string => {
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
  const writing = startWriting(tongue)
  const holes = writeHoles(writing, tongue, text, use)
  const [only] = holes
  const isLone = cutText(text).lone !== undefined
  const kind = isLone && only !== undefined ? only.kind : "text"
  const filled = isLone && use !== "text" ? only?.text ?? "" : fillIn(text, holes)
  return { text: filled, kind, faults: writing.faults, remarks: writing.remarks }
}

const whole = (text: string, message: string, hint: string): WrittenText => ({
  text,
  kind: "bool",
  faults: [{ start: 0, end: Math.max(1, text.length), message, hint }],
  remarks: new Set()
})

/** A condition: a text that is one hole, or true or false itself. */
export const writeCondition = (tongue: Tongue, condition: string | boolean): WrittenText => {
  const word = String(condition).trim().toLowerCase()
  if (word === "true" || word === "false" || word === "") {
    return { text: `{{ ${String(word === "true")} }}`, kind: "bool", faults: [], remarks: new Set() }
  }
  const text = String(condition)
  const { faults, holes, lone } = cutText(text)
  if (lone !== undefined) return writeText(tongue, text, "condition")
  const { runner } = tongue.voice
  return holes.length === 0 && faults.length === 0
    ? whole(text, `a condition without braces: ${runner} takes it for a text, not for an expression`, "write it as `{{ … }}`")
    : whole(
      text,
      `a condition with text around its braces: ${runner} takes it for a text, not for an expression`,
      "put all of it between one `{{` and `}}`"
    )
}

/** A list that an expression gives. */
export const writeList = (tongue: Tongue, text: string): WrittenText =>
  cutText(text).lone === undefined
    ? whole(text, "a text, where a list or one `{{ … }}` that gives a list belongs", "for example `items: [a, b]`")
    : writeText(tongue, text, "list")
