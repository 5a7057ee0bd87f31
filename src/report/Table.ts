/**
 * Rows in columns as wide as what they hold.
 *
 * Owns the widths and, on a terminal, which column gives way. Must be given printable text.
 * The surprise: the widest columns are cut first and evenly, so that short ones stay whole.
 */
import { fit, pad, width } from "./Printable.ts"
import type { Style } from "./Style.ts"

export interface Cell {
  readonly text: string
  /** Colour, put on after the text has its final width. */
  readonly paint?: (text: string) => string
}

const gap = "  "
/** No column is cut narrower than this. */
const least = 6

/** Widths that fit into `columns`, taken from the widest first. */
const narrow = (widths: ReadonlyArray<number>, columns: number): ReadonlyArray<number> => {
  const result = [...widths]
  let excess = result.reduce((sum, each) => sum + each, 0) + gap.length * (result.length - 1) - columns
  while (excess > 0) {
    const widest = Math.max(...result)
    if (widest <= least) break
    const next = Math.max(least, ...result.filter((each) => each < widest))
    const those = result.flatMap((each, index) => each === widest ? [index] : [])
    const each = Math.max(1, Math.min(widest - next, Math.floor(excess / those.length)))
    for (const index of those) {
      if (excess <= 0) break
      result[index] = widest - each
      excess -= each
    }
  }
  return result
}

/** The lines of a table, a heading first. A column that is empty in every row is left out. */
export const table = (
  header: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<Cell>>,
  options: { readonly style: Style; readonly columns?: number }
): ReadonlyArray<string> => {
  const used = header.map((_, column) => column).filter((column) =>
    rows.some((row) => (row[column]?.text ?? "") !== "")
  )
  const wanted = used.map((column) =>
    rows.reduce((most, row) => Math.max(most, width(row[column]?.text ?? "")), width(header[column] ?? ""))
  )
  const widths = options.columns === undefined ? wanted : narrow(wanted, options.columns)
  const line = (cell: (column: number) => Cell): string =>
    used.map((column, position) => {
      const { paint = (text: string) => text, text } = cell(column)
      const room = widths[position] ?? 0
      const shown = fit(text, room)
      return position === used.length - 1 ? paint(shown) : paint(shown) + pad("", room - width(shown))
    }).join(gap).trimEnd()
  return [
    line((column) => ({ text: header[column] ?? "", paint: options.style.bold })),
    ...rows.map((row) => line((column) => row[column] ?? { text: "" }))
  ].map((text) =>
    options.columns === undefined || width(Bun.stripANSI(text)) <= options.columns
      ? text
      : fit(Bun.stripANSI(text), options.columns)
  )
}
