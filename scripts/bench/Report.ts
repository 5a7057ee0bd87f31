/**
 * Turns samples into figures, and figures into tables.
 *
 * Owns which figure is held to which bound. The surprise: a bound that is missed is marked and reported,
 * and ends nothing: a benchmark says how things are. What was not measured is said too, and never met.
 */
import { BenchError, median, type Samples } from "./Measure.ts"
import type { Comparison, Limit, Part } from "./Part.ts"

/** A part and what came of it. */
export interface Measured {
  readonly part: Part
  readonly samples: Samples
  /** Why peers were left out that did not do what they were asked, by contender. */
  readonly failures: ReadonlyMap<string, string>
}

const of = (samples: Samples, name: string): ReadonlyArray<{ readonly wallMs: number; readonly peakMiB: number }> => {
  const found = samples.get(name)
  if (found === undefined) throw new BenchError(`${name} was never measured`)
  return found
}

const format = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)

const range = (values: ReadonlyArray<number>, show: (value: number) => string): string =>
  `${show(Math.min(...values))}–${show(Math.max(...values))}`

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
const timesTable = (samples: Samples): string =>
  table(
    ["what", "median ms", "min–max ms", "peak MiB"],
    [...samples].map(([name, runs]) => {
      const walls = runs.map(({ wallMs }) => wallMs)
      return [name, format(median(walls)), range(walls, format), format(median(runs.map(({ peakMiB }) => peakMiB)))]
    })
  )

/** The ratio in each round, of two runs that stood next to each other: load that comes and goes hits both. */
const ratios = (
  samples: Samples,
  { against, by = "wallMs", of: name, times = 1 }: Comparison
): ReadonlyArray<number> => {
  const others = of(samples, against)
  return of(samples, name).map((sample, round) => (times * sample[by]) / (others[round]?.[by] ?? Number.NaN))
}

const verdict = (found: number, atMost: number | undefined): string =>
  atMost === undefined ? "" : found <= atMost ? "met" : "MISSED"

const times = (value: number): string => value >= 0.1 ? value.toFixed(2) : value.toFixed(3)

/** The median of the rounds' ratios, the least and the most of them, and the verdict where there is a bound. */
const ratioRow = (samples: Samples, comparison: Comparison): ReadonlyArray<string> => {
  const { against, atMost, what } = comparison
  const bound = atMost === undefined ? "" : `${atMost.toFixed(2)} ×`
  if (!samples.has(against)) return [what, "", "", "0", bound, "not measured"]
  const found = ratios(samples, comparison)
  const ratio = median(found)
  return [what, `${times(ratio)} ×`, range(found, times), `${found.length}`, bound, verdict(ratio, atMost)]
}

/** The median of a contender that has bounds of its own, with the verdict. */
const limitRows = (samples: Samples, { of: name, peakMiB, wallMs }: Limit): ReadonlyArray<ReadonlyArray<string>> => {
  const row = (what: string, unit: string, values: ReadonlyArray<number>, atMost: number | undefined) => {
    if (atMost === undefined) return []
    const found = median(values)
    const shown = [`${what} of ${name}`, `${format(found)} ${unit}`, range(values, format), `${values.length}`]
    return [[...shown, `${atMost} ${unit}`, verdict(found, atMost)]]
  }
  const runs = of(samples, name)
  return [
    ...row("time", "ms", runs.map((run) => run.wallMs), wallMs),
    ...row("peak memory", "MiB", runs.map((run) => run.peakMiB), peakMiB)
  ]
}

const head = (last: ReadonlyArray<string>): ReadonlyArray<string> => ["what", "median", "min–max", "rounds", ...last]

/** Every figure that is held to a bound. */
export const figuresTable = (all: ReadonlyArray<Measured>): string =>
  table(
    head(["at most", ""]),
    all.flatMap(({ part, samples }) => [
      ...part.comparisons.filter(({ atMost }) => atMost !== undefined).map((held) => ratioRow(samples, held)),
      ...(part.limits ?? []).flatMap((limit) => limitRows(samples, limit))
    ])
  )

/** Lines of at most 120 characters. */
const wrapped = (text: string): string => text.replaceAll(/(.{1,120})(?: |$)/g, "$1\n").trimEnd()

/** What a part measured, what everyone took, and the ratios that are only of interest. */
export const partText = ({ failures, part, samples }: Measured): string => {
  const others = part.comparisons.filter(({ against, atMost }) => atMost === undefined && samples.has(against))
  const rounds = part.rounds === 1 ? "one round" : `${part.rounds} rounds in turn`
  return [
    `### ${part.name}`,
    wrapped(`${part.about}; ${rounds}.`),
    ...[...failures].map(([name, why]) => wrapped(`${name} is left out, it failed: ${why.split("\n").at(-1) ?? ""}`)),
    timesTable(samples),
    ...(others.length === 0
      ? []
      : [table(head([]), others.map((comparison) => ratioRow(samples, comparison).slice(0, 4)))])
  ].join("\n\n")
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
