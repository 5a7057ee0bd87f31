/**
 * Small pieces of the expression language as they are written.
 *
 * Owns quoting and the need for parentheses. Must not know where a piece came from.
 */
import { isPlainMember } from "../expression/ExpressionScanner.ts"
import type { LiteralValue } from "./Tree.ts"

/** How tightly an expression holds together; the looser ones need parentheses within the tighter. */
export const tightness = { choice: 0, or: 1, and: 2, comparison: 3, unary: 4, member: 5 } as const
export type Tightness = (typeof tightness)[keyof typeof tightness]

export interface Written {
  readonly text: string
  readonly tight: Tightness
}

/** The expression in parentheses where it would fall apart otherwise. */
export const within = ({ text, tight }: Written, needed: Tightness): string => tight < needed ? `(${text})` : text

const escapes: Readonly<Record<string, string>> = { "\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t" }

/** A text in single quotes. */
export const celString = (text: string): string =>
  `'${text.replaceAll(/[\\'\n\r\t]/g, (char) => escapes[char] ?? char)}'`

/** A value as an expression. */
export const celLiteral = (value: LiteralValue): string => typeof value === "string" ? celString(value) : String(value)

/** A name after something: `.name`, or in brackets where it is no plain name. */
export const celKey = (key: string | number): string =>
  typeof key === "number" ? `[${key}]` : isPlainMember(key) ? `.${key}` : `[${celString(key)}]`

/** A text of a manifest in which `{{` stands for itself. */
export const escapeBraces = (text: string): string => text.replaceAll("{{", "{{ \"{{\" }}")

/** Whether the last name of a path leads anywhere. `has` takes no path with brackets in it. */
export const isThere = (cel: string): Written => {
  const dot = cel.lastIndexOf(".")
  return cel.includes("[")
    ? { text: `${celString(cel.slice(dot + 1))} in ${cel.slice(0, dot)}`, tight: tightness.comparison }
    : { text: `has(${cel})`, tight: tightness.member }
}
