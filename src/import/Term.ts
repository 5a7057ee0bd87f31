/**
 * An expression whose names are known: what each leads to here, and what it may be worth there.
 *
 * Owns the kinds of values as far as they are known before anything runs. Must not write anything.
 */
import type { Range, Tree } from "./Tree.ts"

export type Kind = "bool" | "int" | "number" | "text" | "list" | "null" | "any"

/** A name, found. */
export interface Ref extends Range {
  readonly kind: "leaf"
  /** The expression that stands for it. */
  readonly cel: string
  readonly is: Kind
  /** Where there is nothing, which is null over there and missing here. */
  readonly mayBeAbsent?: boolean
  /** An exit code that may be missing, and is -1 over there. */
  readonly mayHaveNoCode?: boolean
  /** Its possible texts over there, and what each is called here. */
  readonly words?: ReadonlyMap<string, string>
  /** A text without white space. */
  readonly isWord?: boolean
  /** The outputs of a map's items: how a key of one of them is reached from an item. */
  readonly itemKey?: (path: string) => ItemKey | undefined
  /** What stands for all of it, where that is more than the expression itself. */
  readonly whole?: string
}

export interface ItemKey {
  /** From an item on: names with dots between them. */
  readonly path: string
  /** The same as an expression writes it, with its first dot. */
  readonly cel: string
  /** What it is worth where an item lacks it. */
  readonly otherwise?: number
}

export type Term = Tree<Ref>

/** The kind of a value, as far as it is known. */
export const kindOf = (term: Term): Kind => {
  switch (term.kind) {
    case "leaf":
      return term.is
    case "literal": {
      const { value } = term
      if (value === null) return "null"
      if (typeof value === "string") return "text"
      if (typeof value === "boolean") return "bool"
      return Number.isInteger(value) && !/[.e]/i.test(term.digits ?? "") ? "int" : "number"
    }
    case "list":
      return "list"
    case "filter":
      return filtered(term.name, kindOf(term.operand), term.argument === undefined ? "text" : kindOf(term.argument))
    default:
      return "bool"
  }
}

const filtered = (name: string, operand: Kind, argument: Kind): Kind => {
  switch (name) {
    case "default":
      return operand === argument || operand === "int" || operand === "number" || operand === "bool" ? operand : "any"
    case "join":
      return "text"
    case "map":
      return "list"
    case "contains":
      return "bool"
    default:
      return "any"
  }
}

export const isNumber = (kind: Kind): kind is "int" | "number" => kind === "int" || kind === "number"

const words: Readonly<Record<Kind, string>> = {
  bool: "true or false",
  int: "a number",
  number: "a number",
  text: "text",
  list: "a list",
  null: "null",
  any: "something not known before it runs"
}

export const kindWords = (kind: Kind): string => words[kind]
