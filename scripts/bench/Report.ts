/**
 * Turns samples into figures, and figures into a table.
 *
 * Owns which figure is held to which bound. The surprise: a bound that is missed is marked and reported,
 * and ends nothing: a benchmark says how things are.
 */
import { BenchError, median, type Samples } from "./Measure.ts"

export interface Comparison {
  readonly what: string
  /** Names of contenders. */
  readonly of: string
  readonly against: string
  /** How many times as often the other does it. */
  readonly times?: number
  /** The most the ratio may be; absent means it is only of interest. */
  readonly atMost?: number
}

/** What one contender may take at the most, whatever the others take. */
export interface Limit {
  readonly of: string
  readonly wallMs?: number
  readonly peakMiB?: number
}

const of = (samples: Samples, name: string): ReadonlyArray<{ readonly wallMs: number; readonly peakMiB: number }> => {
  const found = samples.get(name)
  if (found === undefined) throw new BenchError(`${name} was never measured`)
  return found
}

const format = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)

const row = (cells: ReadonlyArray<string>): string => `| ${cells.join(" | ")} |`

const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = head.map((cell, column) =>
    Math.max(cell.length, 1, ...rows.map((cells) => (cells[column] ?? "").length))
  )
  const line = (cells: ReadonlyArray<string>): string =>
    row(cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)))
  return [line(head), row(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n")
}

/** What each contender took: the median over the rounds, the least and the most, and its peak of memory. */
export const timesTable = (samples: Samples): string =>
  table(
    ["what", "median ms", "min–max ms", "peak MiB"],
    [...samples].map(([name, runs]) => {
      const walls = runs.map(({ wallMs }) => wallMs)
      const range = `${format(Math.min(...walls))}–${format(Math.max(...walls))}`
      return [name, format(median(walls)), range, format(median(runs.map(({ peakMiB }) => peakMiB)))]
    })
  )

/** The ratio in each round, of two runs that stood next to each other: load that comes and goes hits both. */
const ratios = (samples: Samples, { against, of: name, times = 1 }: Comparison): ReadonlyArray<number> => {
  const floor = of(samples, against)
  return of(samples, name).map(({ wallMs }, round) => (times * wallMs) / (floor[round]?.wallMs ?? Number.NaN))
}

/** The median of the rounds' ratios, the least and the most of them, and the verdict where there is a bound. */
export const ratiosTable = (samples: Samples, comparisons: ReadonlyArray<Comparison>): string =>
  table(
    ["ratio", "median", "min–max", "at most", ""],
    comparisons.filter(({ against }) => samples.has(against)).map((comparison) => {
      const { atMost, what } = comparison
      const found = ratios(samples, comparison)
      const ratio = median(found)
      const range = `${Math.min(...found).toFixed(2)}–${Math.max(...found).toFixed(2)}`
      const verdict = atMost === undefined ? "" : ratio <= atMost ? "met" : "MISSED"
      return [what, `${ratio.toFixed(2)} ×`, range, atMost === undefined ? "" : `${atMost.toFixed(2)} ×`, verdict]
    })
  )

/** The medians of contenders that have bounds of their own, with the verdict. */
export const limitsTable = (samples: Samples, limits: ReadonlyArray<Limit>): string => {
  const rows = limits.flatMap(({ of: name, peakMiB, wallMs }) => {
    const runs = of(samples, name)
    const row = (unit: string, found: number, atMost: number) => [
      name,
      `${format(found)} ${unit}`,
      `${atMost} ${unit}`,
      found <= atMost ? "met" : "MISSED"
    ]
    return [
      ...(wallMs === undefined ? [] : [row("ms", median(runs.map((run) => run.wallMs)), wallMs)]),
      ...(peakMiB === undefined ? [] : [row("MiB", median(runs.map((run) => run.peakMiB)), peakMiB)])
    ]
  })
  return table(["what", "median", "at most", ""], rows)
}

const [start, end] = ["<!-- bench:start -->", "<!-- bench:end -->"]

/** The document with `block` between the markers; what stands around them stays. */
export const replaceBlock = (document: string, block: string): string => {
  const [from, to] = [document.indexOf(start), document.indexOf(end)]
  const generated = `${start}\n\n${block}\n\n${end}`
  return from < 0 || to < from
    ? `${document.trimEnd()}\n\n${generated}\n`.trimStart()
    : `${document.slice(0, from)}${generated}${document.slice(to + end.length)}`
}
