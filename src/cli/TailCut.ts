/**
 * The bytes that are added to a log → the lines of it, as they are shown while it grows.
 *
 * Owns where a line ends. Pure but for what it keeps between chunks: the beginning of a line, since a step
 * may print gigabytes without a line end. The surprise: of what a carriage return overwrites on a terminal
 * only the last is a line.
 */
import { printable } from "../report/Printable.ts"
import { isBanner } from "../run/Banner.ts"

/** A longer line is cut into several, UTF-16 units. */
const longest = 4096

export interface TailLine {
  readonly text: string
  /** It opens an attempt. */
  readonly isBanner: boolean
}

/** Nothing in it moves a cursor; tabs become spaces. */
const shown = (line: string): string => {
  const text = Bun.stripANSI(line.replace(/\r+$/, ""))
  return printable(text.slice(text.lastIndexOf("\r") + 1).replaceAll("\t", "    "))
}

const lineOf = (line: string): TailLine => ({ text: shown(line), isBanner: isBanner(line) !== undefined })

export interface TailCut {
  /** The lines that are whole now. */
  readonly push: (chunk: Uint8Array) => ReadonlyArray<TailLine>
  /** What is left of a line that has no end. */
  readonly rest: () => ReadonlyArray<TailLine>
  readonly hasRest: () => boolean
}

/** Cuts one log into lines. */
export const tailCut = (): TailCut => {
  const decoder = new TextDecoder()
  let held = ""
  return {
    push: (chunk) => {
      const parts = (held + decoder.decode(chunk, { stream: true })).split("\n")
      held = parts.pop() ?? ""
      while (held.length > longest) {
        parts.push(held.slice(0, longest))
        held = held.slice(longest)
      }
      return parts.map(lineOf)
    },
    rest: () => {
      const line = held
      held = ""
      return line === "" ? [] : [lineOf(line)]
    },
    hasRest: () => held !== ""
  }
}
