/**
 * Something wrong in a source text, before it has a line and a column.
 *
 * Owns the shape alone. `Diagnose.ts` turns findings into what people see.
 */
import type { Array } from "effect"

/** A text that came from somewhere. */
export interface Source {
  /** As the user named it; `-` is standard input. */
  readonly file: string
  readonly text: string
  /** Secrets may be in it: no line of it is shown. */
  readonly secret?: true
}

export type Path = ReadonlyArray<string | number>

export interface Finding {
  readonly path: Path
  /** Point at the key that `path` ends with instead of its value. */
  readonly at?: "key"
  /** A part of the text that `path` leads to, in UTF-16 units. */
  readonly within?: { readonly offset: number; readonly length: number }
  /** The place in the source where it is known already; goes before `path`. */
  readonly range?: readonly [start: number, end: number]
  /** Lower-case, without a full stop. */
  readonly message: string
  readonly hint?: string
  /** The cure is quotes: the hint shows what stands there, quoted. */
  readonly quote?: true
  /** The line that it stands on may hold a secret, and is not shown. */
  readonly secret?: true
}

export type Findings = Array.NonEmptyReadonlyArray<Finding>

const plainKey = /^[A-Za-z_$][A-Za-z0-9_$-]*$/

/** A path as people write it: `targets[3].steps[0].env.CI`. */
export const pathText = (path: Path): string =>
  path.reduce<string>(
    (text, part) =>
      typeof part === "number"
        ? `${text}[${part}]`
        : plainKey.test(part)
        ? text === "" ? part : `${text}.${part}`
        : `${text}[${JSON.stringify(part)}]`,
    ""
  )
