/**
 * What an expression can see at the place where it stands, before there are values.
 *
 * Owns the shape alone; whoever checks a manifest fills it in. The surprise: what is absent
 * here says why, since the same word means something elsewhere in the manifest.
 */
import type { Root } from "./Names.ts"
import type { Known, Shown } from "./Fact.ts"
import type { Type, Wrong } from "./Type.ts"

/** A name that means nothing here. */
export interface Absent {
  readonly absent: Wrong
}

export interface TypeScope {
  readonly root: (name: Root) => Type | Absent
  /** What is known to be so wherever this expression is evaluated. */
  readonly facts: Known
  /** Tells one `item`, `index` and `iteration` from another of the same name further out. */
  readonly place: string
}

/** A value as far as it is known, and by which names facts refer to it. */
export interface Seen {
  readonly type: Type
  /** What facts call it; absent where it is no path from a step. */
  readonly id?: string
  /** The nearest step on the path to it. */
  readonly step?: { readonly id: string; readonly implies: () => ReadonlyArray<Shown> }
}

/** A mistake at a place of the template, in UTF-16 units. */
export interface TypeProblem {
  readonly offset: number
  readonly length: number
  readonly message: string
  readonly hint?: string | undefined
}
