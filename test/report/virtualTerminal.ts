/**
 * What a person sees of the bytes that go to a terminal: its rows, and those that have scrolled off.
 *
 * Owns the sequences that pawl uses, and refuses all others. The surprise: a narrower window breaks its rows as
 * most terminals do now, and a wider one joins them again.
 */

interface Row {
  /** One entry a column; the second column of a wide character is empty. */
  readonly cells: ReadonlyArray<string>
  /** Broken off the row before by the width. */
  readonly isWrapped: boolean
}

export interface VirtualTerminal {
  readonly feed: (text: string) => void
  readonly resize: (columns: number, rows: number) => void
  /** All rows that were ever written and are still there, those that have scrolled off first; without blank ends. */
  readonly lines: () => ReadonlyArray<string>
  /** The rows of the window that hold something. */
  readonly screen: () => ReadonlyArray<string>
  readonly isCursorShown: () => boolean
  /** Column of the cursor, from 0. */
  readonly column: () => number
  /** The beginnings of lines that were broken by the width as they were written. */
  readonly wraps: () => ReadonlyArray<string>
  /** What was written in one piece, each time, without its control sequences. */
  readonly frames: () => ReadonlyArray<string>
}

const segments = new Intl.Segmenter()
const blank: Row = { cells: [], isWrapped: false }
const textOf = ({ cells }: Row): string => cells.join("").trimEnd()

export const virtualTerminal = (columns: number, rows: number): VirtualTerminal => {
  let size = { columns, rows }
  let all: Array<Row> = [blank]
  let top = 0
  let at = { row: 0, column: 0 }
  let isShown = true
  const wraps: Array<string> = []
  let held = ""
  let frame: string | undefined
  const frames: Array<string> = []

  const row = (): Row => all[at.row] ?? blank
  const setRow = (value: Row): void => {
    while (all.length <= at.row) all.push(blank)
    all[at.row] = value
  }
  const down = (): void => {
    at = { ...at, row: at.row + 1 }
    setRow(row())
    top = Math.max(top, at.row - size.rows + 1)
  }
  const put = (character: string): void => {
    const wide = Math.max(1, Bun.stringWidth(character))
    if (at.column + wide > size.columns) {
      wraps.push(textOf(row()))
      down()
      at = { ...at, column: 0 }
      setRow({ cells: [], isWrapped: true })
    }
    const cells = [...row().cells]
    while (cells.length < at.column) cells.push(" ")
    cells.splice(at.column, wide, character, ...Array.from({ length: wide - 1 }, () => ""))
    setRow({ ...row(), cells })
    at = { ...at, column: at.column + wide }
  }
  const erase = (kind: string): void => {
    setRow({ ...row(), cells: row().cells.slice(0, at.column) })
    if (kind === "J") all = all.slice(0, at.row + 1)
  }
  const obey = (parameters: string, kind: string): void => {
    if (kind === "m") return
    if (kind === "A") at = { ...at, row: Math.max(top, at.row - Number(parameters || "1")) }
    else if ((kind === "K" || kind === "J") && (parameters === "" || parameters === "0")) erase(kind)
    else if (parameters === "?25") isShown = kind === "h"
    else if (parameters === "?2026") {
      if (kind === "h") frame = ""
      else if (frame !== undefined) frames.push(frame)
      if (kind === "l") frame = undefined
    } else throw new Error(`a terminal was told ${JSON.stringify(parameters + kind)}`)
  }
  const feed = (more: string): void => {
    let text = held + more
    held = ""
    while (text !== "") {
      const [control] = /^\u001b\[([?\d;]*)([A-Za-z])/.exec(text) ?? []
      if (control !== undefined) {
        obey(control.slice(2, -1), control.slice(-1))
        text = text.slice(control.length)
      } else if (/^\u001b\[?[?\d;]*$/.test(text)) {
        held = text
        return
      } else if (text.startsWith("\r")) {
        at = { ...at, column: 0 }
        text = text.slice(1)
      } else if (text.startsWith("\n")) {
        down()
        text = text.slice(1)
      } else {
        const [run = text.slice(0, 1)] = /^[^\u001b\r\n]+/.exec(text) ?? []
        for (const { segment } of segments.segment(run)) put(segment)
        if (frame !== undefined) frame += run
        text = text.slice(run.length)
      }
    }
  }
  const resize = (toColumns: number, toRows: number): void => {
    const cursor = all.slice(0, at.row + 1)
    const reflow = (before: ReadonlyArray<Row>): Array<Row> => {
      const joined: Array<Array<string>> = []
      for (const { cells, isWrapped } of before) {
        const last = joined.at(-1)
        if (isWrapped && last !== undefined) last.push(...cells)
        else joined.push([...cells])
      }
      return joined.flatMap((cells) => {
        const parts: Array<Row> = []
        for (let from = 0; from === 0 || from < cells.length; from += toColumns) {
          parts.push({ cells: cells.slice(from, from + toColumns), isWrapped: from > 0 })
        }
        return parts
      })
    }
    const above = reflow(cursor)
    all = [...above, ...reflow(all.slice(at.row + 1))]
    size = { columns: toColumns, rows: toRows }
    at = { row: above.length - 1, column: Math.min(at.column, toColumns - 1) }
    top = Math.max(0, at.row - toRows + 1)
  }
  const visible = (from: number): ReadonlyArray<string> => {
    const lines = all.slice(from).map(textOf)
    while (lines.at(-1) === "") lines.pop()
    return lines
  }
  return {
    feed,
    resize,
    lines: () => visible(0),
    screen: () => visible(top),
    isCursorShown: () => isShown,
    column: () => at.column,
    wraps: () => wraps,
    frames: () => frames
  }
}
