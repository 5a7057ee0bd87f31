/**
 * The places of a shell script, and which of them take a value.
 *
 * Owns the words for those that don't. Must not read scripts. The surprise: a place is closed not
 * only where a value would not be seen, but also where a shell would take it for more than data.
 */

/** Places a value can take: `bare` needs quotes around it, the others have them or need none. */
export type OpenPlace = "bare" | "double" | "here" | "comment"

/** Places a value can't take: a shell would not put it in, would change it, or would work it out. */
export type ClosedPlace =
  | "single"
  | "quoted-here"
  | "arithmetic"
  | "parameter"
  | "backtick"
  | "escaped"
  | "dollar"
  | "delimiter"
  | "tangled"

export type Place = OpenPlace | ClosedPlace

type Refusal = readonly [reason: string, hint: string]

/** Why a place takes no value, and what to write; `{{ x }}` stands for the expression. */
export const refusals: Readonly<Record<ClosedPlace, Refusal>> = {
  single: ["single quotes keep a shell from putting a value in", "use double quotes, \"…{{ x }}…\""],
  "quoted-here": [
    "a here-document with a quoted delimiter keeps a shell from putting a value in",
    "leave the delimiter unquoted, `<<EOF`, or print the line with \"{{ x }}\" in double quotes"
  ],
  arithmetic: [
    "a shell would work out what it finds here, and a value could become code",
    "work it out inside the braces, such as {{ x + 1 }}, or assign it to a variable and check that it is a number"
  ],
  parameter: [
    "a shell would not take a value here as plain data",
    "assign it to a variable first, x=\"{{ x }}\", and use the variable"
  ],
  backtick: ["backslashes change the quotes inside back-ticks", "use $(…) in place of `…`"],
  escaped: ["a backslash stands before it", "remove the backslash; a literal `{{` is written {{ \"{{\" }}"],
  dollar: ["a `$` stands before it", "write {{ x }} without `$`"],
  delimiter: ["the delimiter of a here-document takes no value", "write a fixed word after `<<`"],
  tangled: [
    "the script is too deeply nested to tell how a shell would read this",
    "assign it to a variable first, at the top"
  ]
}

export const isOpen = (place: Place): place is OpenPlace => !(place in refusals)
