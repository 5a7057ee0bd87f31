/**
 * The gates that wait for a person, as lines of a report.
 *
 * Owns their columns. Must not print. The surprise: a gate about which a decision was left stays
 * in the list until the run has taken it up, since until then nothing has changed.
 */
import { fit, printable } from "./Printable.ts"
import type { Style } from "./Style.ts"
import type { SummaryGate } from "./Summary.ts"
import { table } from "./Table.ts"

export interface ShownGate extends SummaryGate {
  readonly decision?: { readonly option: string; readonly by: string } | undefined
}

const header = ["GATE", "MESSAGE", "OPTIONS", "SINCE", "DECISION"]

const decided = ({ decision }: ShownGate): string =>
  decision === undefined ? "" : `${decision.option} by ${decision.by}, not taken up yet`

/** The lines, a heading first; none where nothing waits. `columns` are those of a terminal. */
export const gateTable = (
  gates: ReadonlyArray<ShownGate>,
  { columns, most, style }: { readonly style: Style; readonly columns?: number; readonly most: number }
): ReadonlyArray<string> => {
  if (gates.length === 0) return []
  const shown = gates.slice(0, most)
  const more = gates.length - shown.length
  const rows = shown.map((gate) =>
    [`${gate.target}/${gate.path}`, gate.message, gate.options.join(", "), gate.openedAt, decided(gate)].map((
      text,
      column
    ) => ({ text: printable(text), ...(column === 0 ? { paint: style.yellow } : {}) }))
  )
  const [heading = "", ...lines] = table(header, rows, { style, ...(columns === undefined ? {} : { columns }) })
  return [
    heading,
    ...shown.flatMap(({ show }, at) => {
      const look = show === undefined ? [] : [`  to look at: ${printable(show)}`]
      return [lines[at] ?? "", ...look.map((text) => style.dim(columns === undefined ? text : fit(text, columns)))]
    }),
    ...(more > 0 ? [`and ${more} more ${more === 1 ? "gate" : "gates"}`] : [])
  ]
}
