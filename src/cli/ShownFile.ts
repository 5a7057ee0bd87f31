/**
 * The file that a gate shows, as lines for a terminal.
 *
 * Owns its bounds. Must not wait or fail: a file that isn't there, or is no file at all, is said so in
 * its place. The surprise: escape sequences are taken out whole, and what is left of control
 * characters is shown as what it is, so that a file can't draw a question of its own.
 */
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from "node:fs"
import { fit, printable } from "../report/Printable.ts"
import { why } from "./Why.ts"

const mostBytes = 64 * 1024
const mostLines = 100
const mostColumns = 400

interface Beginning {
  readonly text: string
  /** All of the file. */
  readonly isWhole: boolean
}

const read = (path: string): Beginning => {
  if (!statSync(path).isFile()) throw new Error("it is not a plain file")
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const bytes = new Uint8Array(mostBytes)
    let done = 0
    for (let count = -1; count !== 0 && done < bytes.length; done += count) {
      count = readSync(fd, bytes, done, bytes.length - done, null)
    }
    return {
      text: new TextDecoder().decode(bytes.subarray(0, done), { stream: true }),
      isWhole: fstatSync(fd).size <= done
    }
  } finally {
    closeSync(fd)
  }
}

const shownLine = (line: string): string =>
  fit(printable(line.replace(/\r$/, "").replaceAll("\t", "    ")), mostColumns)

const asItIs = (text: string): string => text

/** The lines of the beginning of a text, and whether there is more than they show. */
export const shownLines = ({ isWhole, text }: Beginning, mask = asItIs): ReadonlyArray<string> => {
  const lines = mask(Bun.stripANSI(text)).split("\n")
  if (lines.at(-1) === "" && isWhole) lines.pop()
  const isCut = !isWhole || lines.length > mostLines
  return [...lines.slice(0, mostLines).map(shownLine), ...(isCut ? ["… and more"] : [])]
}

/** The lines of a file, an absolute path, masked; or one that says why there are none. */
export const shownFile = (path: string, mask = asItIs): ReadonlyArray<string> => {
  try {
    const lines = shownLines(read(path), mask)
    return lines.length === 0 ? ["(it is empty)"] : lines
  } catch (cause) {
    return [`(it can't be shown: ${printable(why(cause))})`]
  }
}
