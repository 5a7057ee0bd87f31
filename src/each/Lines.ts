/**
 * Bytes as they come → the lines of a list, each with its number.
 *
 * Owns what a line is, with and without -0. Must not know what is done with one. The surprise: text
 * is decoded many lines at once, and only where that fails line by line, so that a list of a million
 * lines costs little and the one that is not UTF-8 is still named.
 */

export type Line =
  | { readonly number: number; readonly text: string }
  | { readonly number: number; readonly problem: "encoding" | "nul" }
  | { readonly number: number; readonly problem: "length"; readonly bytes: number }

export interface LineOptions {
  /** Lines end with NUL and hold whatever else; otherwise they end with LF or CRLF. */
  readonly isNul: boolean
  /** Bytes that a line may have. */
  readonly longest: number
}

export interface LineReader {
  /** The lines that end in a chunk; blank ones are left out, and with NUL the empty ones. */
  readonly push: (chunk: Uint8Array) => ReadonlyArray<Line>
  /** The last line, where nothing ends it. */
  readonly end: () => ReadonlyArray<Line>
}

const newline = 10
const carriageReturn = 13
const mark = "\uFEFF"
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** UTF-8 to text with all that is in it; undefined where it is none. */
const decode = (bytes: Uint8Array): string | undefined => {
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}

/** Reads a list from its beginning to its end. */
export const lineReader = ({ isNul, longest }: LineOptions): LineReader => {
  const separator = isNul ? 0 : newline
  const character = isNul ? "\0" : "\n"
  let number = 0
  /** The beginning of a line whose end has not come. */
  let held: Array<Uint8Array> = []
  let heldBytes = 0
  let lastHeld: number | undefined

  /** A line without its end; undefined where it is left out. */
  const lineOf = (text: string): Line | undefined => {
    number += 1
    // Most lines are far from it, and no character is more than three bytes.
    const bytes = text.length * 3 > longest ? Buffer.byteLength(text) : 0
    if (bytes > longest) return { number, problem: "length", bytes }
    if (isNul) return text === "" ? undefined : { number, text }
    if (text.trim() === "") return undefined
    return text.includes("\0") ? { number, problem: "nul" } : { number, text }
  }

  const written = (text: string): Line | undefined => {
    if (isNul) return lineOf(text)
    const first = number === 0 && text.startsWith(mark) ? text.slice(1) : text
    return lineOf(first.endsWith("\r") ? first.slice(0, -1) : first)
  }

  const one = (bytes: Uint8Array): ReadonlyArray<Line> => {
    const text = decode(bytes)
    const line = text === undefined ? { number: ++number, problem: "encoding" as const } : written(text)
    return line === undefined ? [] : [line]
  }

  /** Whole lines, without the end of the last one. */
  const several = (bytes: Uint8Array): ReadonlyArray<Line> => {
    const text = decode(bytes)
    const lines: Array<Line> = []
    if (text !== undefined) {
      for (const each of text.split(character)) {
        const line = written(each)
        if (line !== undefined) lines.push(line)
      }
      return lines
    }
    for (let from = 0; from <= bytes.length;) {
      const found = bytes.indexOf(separator, from)
      const end = found < 0 ? bytes.length : found
      lines.push(...one(bytes.subarray(from, end)))
      from = end + 1
    }
    return lines
  }

  /** More than any line may have, with a mark before it and a carriage return after it. */
  const tooMany = longest + 5

  const hold = (bytes: Uint8Array): void => {
    heldBytes += bytes.length
    lastHeld = bytes.at(-1)
    // Of a line that is too long only the length is told.
    if (heldBytes < tooMany) held.push(bytes.slice())
    else held = []
  }

  /** What was held with the rest of its line. */
  const release = (rest: Uint8Array): ReadonlyArray<Line> => {
    const bytes = heldBytes + rest.length
    const parts = held
    held = []
    heldBytes = 0
    if (bytes < tooMany) return one(Buffer.concat([...parts, rest]))
    number += 1
    const last = rest.at(-1) ?? lastHeld
    return [{ number, problem: "length", bytes: !isNul && last === carriageReturn ? bytes - 1 : bytes }]
  }

  return {
    push: (chunk) => {
      const last = chunk.lastIndexOf(separator)
      if (last < 0) {
        hold(chunk)
        return []
      }
      const first = heldBytes === 0 ? -1 : chunk.indexOf(separator)
      const begun = heldBytes === 0 ? [] : release(chunk.subarray(0, first))
      const whole = first === last ? [] : several(chunk.subarray(first + 1, last))
      if (last + 1 < chunk.length) hold(chunk.subarray(last + 1))
      return [...begun, ...whole]
    },
    end: () => heldBytes === 0 ? [] : release(new Uint8Array(0))
  }
}
