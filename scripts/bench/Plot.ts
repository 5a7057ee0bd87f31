/**
 * Draws what a target costs, over how many there are, as an SVG picture.
 *
 * Owns its geometry and colours. The surprise: both axes are logarithmic, and the colours follow the reader's
 * light or dark page by a media query in the picture itself.
 */
import { median } from "./Measure.ts"
import type { Measured } from "./Report.ts"
import { grouped } from "./Scope.ts"

export interface Line {
  readonly series: string
  /** In the order of `targets`. */
  readonly points: ReadonlyArray<{ readonly targets: number; readonly ms: number }>
}

/**
 * One line for each series that was measured at two counts or more, that of pawl first: the median cost of one
 * target at each count. Where two parts measured the same count, the later stands.
 */
export const linesOf = (all: ReadonlyArray<Measured>): ReadonlyArray<Line> => {
  const lines = new Map<string, Map<number, number>>()
  for (const { part, samples } of all) {
    for (const { name, point } of part.contenders) {
      const runs = samples.get(name)
      if (point === undefined || runs === undefined) continue
      const line = lines.get(point.series) ?? new Map<number, number>()
      line.set(point.targets, median(runs.map(({ wallMs }) => wallMs)) / point.targets)
      lines.set(point.series, line)
    }
  }
  return [...lines].filter(([, line]) => line.size > 1)
    .sort(([one], [other]) => Number(other === "pawl") - Number(one === "pawl"))
    .map(([series, line]) => ({
      series,
      points: [...line].map(([targets, ms]) => ({ targets, ms })).sort((one, other) => one.targets - other.targets)
    }))
}

const size = { width: 760, height: 420 }
const plot = { left: 64, right: 540, top: 40, bottom: 372 }
const inks = ["#d1490c", "#6b7280", "#2563eb", "#0f8a5f", "#9333ea", "#b8860b", "#db2777", "#0891b2", "#84603a"]

const style = `<style>
text { font: 12px system-ui, sans-serif; fill: #1f2328 } .faint { fill: #59636e } .grid { stroke: #d1d9e0 }
.line { fill: none; stroke-width: 2; stroke-linejoin: round } .title { font-size: 14px; font-weight: 600 }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .faint { fill: #9198a1 } .grid { stroke: #3d444d }
.line, circle { filter: brightness(1.35) } }
</style>`

const powers = (from: number, to: number): ReadonlyArray<number> =>
  Array.from({ length: to - from + 1 }, (_, index) => 10 ** (from + index))

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")

/** Places at least 16 apart, in the order given, as near as can be to where they want to be. */
const spread = (wanted: ReadonlyArray<number>): ReadonlyArray<number> => {
  const placed: Array<number> = []
  for (const y of wanted) placed.push(Math.max(y, (placed.at(-1) ?? Number.NEGATIVE_INFINITY) + 16))
  const over = Math.max(0, (placed.at(-1) ?? 0) - plot.bottom)
  return placed.map((y) => y - over)
}

/** The picture; each line has its name at its end. */
export const draw = (lines: ReadonlyArray<Line>): string => {
  const points = lines.flatMap((line) => line.points)
  const most = Math.max(1, Math.ceil(Math.log10(Math.max(...points.map(({ targets }) => targets)))))
  const lowest = Math.floor(Math.log10(Math.min(...points.map(({ ms }) => ms))))
  const highest = Math.max(lowest + 1, Math.ceil(Math.log10(Math.max(...points.map(({ ms }) => ms)))))
  const x = (targets: number): number => Math.round(plot.left + ((plot.right - plot.left) * Math.log10(targets)) / most)
  const y = (ms: number): number =>
    Math.round(plot.bottom - ((plot.bottom - plot.top) * (Math.log10(ms) - lowest)) / (highest - lowest))
  const columns = powers(0, most).map((targets) =>
    `<path class="grid" d="M${x(targets)} ${plot.top}V${plot.bottom}"/>`
    + `<text class="faint" x="${x(targets)}" y="${plot.bottom + 18}" text-anchor="middle">${grouped(targets)}</text>`
  )
  const rows = powers(lowest, highest).map((ms) =>
    `<path class="grid" d="M${plot.left} ${y(ms)}H${plot.right}"/>`
    + `<text class="faint" x="${plot.left - 8}" y="${y(ms) + 4}" text-anchor="end">${Number(ms.toPrecision(1))}</text>`
  )
  const inked = lines.map((line, index) => ({ ...line, ink: inks[index % inks.length] ?? "#000" }))
  const curves = inked.map(({ ink, points }) =>
    `<path class="line" stroke="${ink}" d="M${points.map(({ ms, targets }) => `${x(targets)} ${y(ms)}`).join("L")}"/>`
    + points.map(({ ms, targets }) => `<circle cx="${x(targets)}" cy="${y(ms)}" r="3" fill="${ink}"/>`).join("")
  )
  const ended = inked.map((line) => ({ ...line, end: y(line.points.at(-1)?.ms ?? 1) }))
    .sort((one, other) => one.end - other.end)
  const places = spread(ended.map(({ end }) => end))
  const legend = ended.map(({ ink, series }, index) => {
    const place = places[index] ?? 0
    return `<circle cx="${plot.right + 18}" cy="${place}" r="4" fill="${ink}"/>`
      + `<text x="${plot.right + 28}" y="${place + 4}">${escaped(series)}</text>`
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" role="img">`,
    `<title>Cost of a target, by the number of targets</title>`,
    style,
    `<text class="title" x="${plot.left}" y="22">Cost of a target, ms, one at a time</text>`,
    ...columns,
    ...rows,
    ...curves,
    ...legend,
    `<text class="faint" x="${(plot.left + plot.right) / 2}" y="${
      size.height - 8
    }" text-anchor="middle">targets</text>`,
    "</svg>\n"
  ].join("\n")
}
