/**
 * The report that people read at the end of a run and from `pawl status`.
 *
 * Owns its lines. Must not print, and must not know a terminal but for its width. The
 * surprise: what completed is only counted; the list is of what needs a person.
 */
import { stringifyJson } from "../expression/Value.ts"
import { PREFLIGHT } from "../plan/Preflight.ts"
import { activity, isWaiting } from "./Activity.ts"
import { duration } from "./Duration.ts"
import { gateTable, type ShownGate } from "./GateTable.ts"
import type { NextStep } from "./NextSteps.ts"
import { fit, printable } from "./Printable.ts"
import type { Style } from "./Style.ts"
import type { Summary, SummaryCheck, SummaryTarget } from "./Summary.ts"
import { type Cell, table } from "./Table.ts"

/** What the table needs of a summary or of a status document. */
export interface Report extends Pick<Summary, "batch" | "runId" | "durationMs" | "counts" | "targets"> {
  readonly status: string
  readonly haltReason: string | null
  readonly exitCode?: number
  readonly preflight?: ReadonlyArray<SummaryCheck>
  readonly gates?: ReadonlyArray<ShownGate>
  readonly live?: { readonly pid: number } | null
  readonly outputs?: Summary["outputs"]
  readonly error?: Summary["error"]
  readonly cancelled?: Summary["cancelled"]
  readonly rateLimits?: Summary["rateLimits"]
}

export interface TableOptions {
  readonly style: Style
  /** Of the terminal; absent where the text does not go to one, and nothing is cut. */
  readonly columns?: number
  readonly next: ReadonlyArray<NextStep>
  /** The run's directory, as the user may name it. */
  readonly directory?: string
  /** Rows shown at most. */
  readonly most?: number
}

const order = ["completed", "blocked", "errored", "skipped", "paused", "pending"] as const

const colourOf = (status: string, style: Style): (text: string) => string => {
  if (status === "completed") return style.green
  if (status === "blocked" || status === "errored" || status === "failed") return style.red
  return status === "skipped" || status === "pending" ? style.dim : style.yellow
}

const headline = (report: Report, style: Style): string =>
  [
    style.bold(printable(report.batch)),
    printable(report.runId),
    colourOf(report.status, style)(report.status)
    + (report.haltReason === null ? "" : ` (${report.haltReason})`),
    ...(report.exitCode === undefined ? [] : [`exit code ${report.exitCode}`]),
    ...(report.live == null ? [] : [`process ${report.live.pid}`]),
    duration(report.durationMs)
  ].join("  ")

/** Who cancelled a run, and why. */
export const cancelledLine = ({ by, note }: NonNullable<Summary["cancelled"]>): string =>
  `cancelled by ${printable(by)}${note === undefined ? "" : `: ${printable(note)}`}`

/** How often a run was turned away, and how long that held it up. */
const limitLines = ({ rateLimits }: Report, style: Style): ReadonlyArray<string> =>
  rateLimits === undefined || rateLimits.count === 0
    ? []
    : [style.dim(
      `rate-limited ${rateLimits.count === 1 ? "once" : `${rateLimits.count} times`}, ${
        duration(rateLimits.waitMs)
      } in all`
    )]

const isFilteredOut = (target: SummaryTarget): boolean => target.reason === "filtered-out"

const countLine = ({ counts, targets }: Report, style: Style): string => {
  let out = 0
  for (const target of counts.skipped === 0 ? [] : targets) if (isFilteredOut(target)) out += 1
  const parts = order.filter((status) => counts[status] > 0).map((status) =>
    colourOf(status, style)(`${counts[status]} ${status}`)
    + (status === "skipped" && out > 0 ? ` (${out} not selected)` : "")
  )
  return `${counts.total} ${counts.total === 1 ? "target" : "targets"}`
    + (parts.length === 0 ? "" : `: ${parts.join(", ")}`)
}

/** What waits for a person is told apart, gate by gate. */
const needsAttention = (target: SummaryTarget): boolean => {
  if (target.status === "completed" || isFilteredOut(target)) return false
  if (target.status === "pending") return isWaiting(target.steps)
  return target.status !== "paused" || target.reason === "policy-denied"
}

/** Below this a table of all columns can't be read: reason and log give way to the message. */
const roomy = 76

const row = (target: SummaryTarget, style: Style, isRoomy: boolean): ReadonlyArray<Cell> => {
  const busy = target.status === "running" || target.status === "pending" ? activity(target.steps) : undefined
  const at = target.step ?? busy?.step.path
  const step = target.steps.find((step) => step.path === at)
  return [
    { text: target.status, paint: colourOf(target.status, style) },
    { text: printable(target.id) },
    { text: printable(at ?? "") },
    { text: String((target.attempts ?? step?.attempts) || "") },
    { text: isRoomy ? printable(target.reason ?? busy?.step.reason ?? "") : "" },
    { text: printable(target.message ?? busy?.words ?? "") },
    { text: isRoomy ? printable(step?.errorLog ?? step?.log ?? "") : "" }
  ]
}

/** A check that keeps the targets from starting: it failed, is under way or waited for. */
const holdsUp = (check: SummaryCheck): boolean =>
  check.status === "failed" ? check.continued !== true : check.status === "running" || isWaiting([check])

const checkRow = (check: SummaryCheck, style: Style, isRoomy: boolean): ReadonlyArray<Cell> => [
  { text: check.status, paint: colourOf(check.status, style) },
  { text: PREFLIGHT },
  { text: check.path },
  { text: String(check.attempts || "") },
  { text: isRoomy ? check.reason ?? "" : "" },
  { text: printable(check.status === "failed" ? check.message ?? "" : activity([check])?.words ?? "") },
  { text: isRoomy ? check.errorLog ?? check.log ?? "" : "" }
]

const detailLine = (
  { lastError }: { readonly lastError?: string | undefined },
  { columns, style }: TableOptions
): ReadonlyArray<string> => {
  if (lastError === undefined) return []
  const text = printable(lastError)
  return [`  ${style.dim(columns === undefined ? text : fit(text, columns - 2))}`]
}

/** Rows of a table, where nothing else was said. */
const usual = 50

const header = ["STATUS", "TARGET", "STEP", "ATTEMPTS", "REASON", "MESSAGE", "LOG"]

const stuckLines = (report: Report, options: TableOptions): ReadonlyArray<string> => {
  const { columns, most = usual, style } = options
  const shown: Array<SummaryTarget> = []
  let found = 0
  // What completed needs nobody, and to make all of a long list once more takes its time.
  for (const target of report.counts.completed === report.counts.total ? [] : report.targets) {
    if (!needsAttention(target)) continue
    found++
    if (shown.length < most) shown.push(target)
  }
  const checks = (report.preflight ?? []).filter(holdsUp)
  if (found + checks.length === 0) return []
  const more = found - shown.length
  const isRoomy = columns === undefined || columns >= roomy
  const [heading = "", ...rows] = table(
    header,
    [
      ...checks.map((check) => checkRow(check, style, isRoomy)),
      ...shown.map((target) => row(target, style, isRoomy))
    ],
    { style, ...(columns === undefined ? {} : { columns }) }
  )
  return [
    "",
    heading,
    ...[...checks, ...shown].flatMap((each, at) => [rows[at] ?? "", ...detailLine(each, options)]),
    ...(more === 0
      ? []
      : [`and ${more} more; see them all with: pawl status ${printable(report.runId)} --format json`])
  ]
}

const outputLines = (outputs: Summary["outputs"] = {}): ReadonlyArray<string> => {
  const entries = Object.entries(outputs)
  if (entries.length === 0) return []
  return [
    "",
    "outputs:",
    ...entries.map(([name, value]) => `  ${printable(name)} = ${fit(printable(stringifyJson(value)), 200)}`)
  ]
}

const nextLines = (next: ReadonlyArray<NextStep>, style: Style): ReadonlyArray<string> => {
  if (next.length === 0) return []
  return [
    "",
    "next:",
    ...next.flatMap(({ command, why }) => [`  ${printable(why)}`, `    ${style.cyan(printable(command))}`])
  ]
}

/** The lines of the report, without line ends. Commands under "next" are never cut. */
export const summaryTable = (report: Report, options: TableOptions): ReadonlyArray<string> => {
  const { columns, directory, most = usual, next, style } = options
  const stuck = stuckLines(report, options)
  const gates = gateTable(report.gates ?? [], { style, most, ...(columns === undefined ? {} : { columns }) })
  return [
    headline(report, style),
    countLine(report, style),
    ...limitLines(report, style),
    ...(report.cancelled === undefined ? [] : [cancelledLine(report.cancelled)]),
    ...(report.error == null ? [] : [`${style.red("error:")} ${printable(report.error.message)}`]),
    ...stuck,
    ...(stuck.length === 0 || directory === undefined ? [] : [style.dim(`logs are under ${printable(directory)}`)]),
    ...(gates.length === 0 ? [] : ["", ...gates]),
    ...outputLines(report.outputs),
    ...nextLines(next, style)
  ]
}
