/**
 * An area at the bottom of a terminal that is drawn over, and lines that scroll above it.
 *
 * Owns the control sequences. Pure. The surprise: the cursor is never hidden and always left on the line
 * below the area, so that whatever ends pawl, even SIGKILL, there is nothing to put right. And a window that
 * became narrower has broken the old lines into more rows than were written.
 */
import { width } from "./Printable.ts"

/** Lines that are on the screen, each narrower than it was then. */
export interface Drawn {
  readonly lines: ReadonlyArray<string>
  readonly columns: number
  readonly rows: number
}

/** A terminal that knows these shows all that is between them at once; others pass over them. */
const begin = "\u001b[?2026h"
const end = "\u001b[?2026l"

const up = (rows: number): string => rows === 0 ? "" : `\u001b[${rows}A`

/** Brings the cursor to where the old lines began and clears from there. */
export const wipe = (lines: ReadonlyArray<string>, columns: number): string => {
  if (lines.length === 0) return ""
  const rows = lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(width(line) / Math.max(1, columns))), 0)
  return `\r${up(rows)}\u001b[0J`
}

const whole = (lines: ReadonlyArray<string>): string => lines.map((line) => `${line}\n`).join("")

/** Writes only the lines that differ. */
const changes = (before: ReadonlyArray<string>, after: ReadonlyArray<string>): string => {
  const first = before.findIndex((line, row) => line !== after[row])
  const from = first === -1 ? before.length : first
  const lines = after.slice(from).map((line, row) => line === before[from + row] ? "\n" : `${line}\u001b[K\n`)
  return `\r${up(before.length - from)}${lines.join("")}${after.length < before.length ? "\u001b[0J" : ""}`
}

/** What brings the screen from one area to the next, with lines that come above it; empty where nothing changes. */
export const redraw = (before: Drawn, after: Drawn, above: ReadonlyArray<string>): string => {
  const isSame = before.columns === after.columns && before.rows === after.rows
  if (isSame && above.length === 0) {
    if (before.lines.length === after.lines.length && after.lines.every((line, row) => line === before.lines[row])) {
      return ""
    }
    return begin + changes(before.lines, after.lines) + end
  }
  const text = wipe(before.lines, after.columns) + whole(above) + whole(after.lines)
  return text === "" ? "" : begin + text + end
}
