/**
 * A rehearsal as people read it: the events, the picture, the summary.
 *
 * Owns their order and bounds. Must not print. The surprise: where pawl is killed stands between
 * the events, though nobody could have recorded it.
 */
import { PREFLIGHT } from "../plan/Preflight.ts"
import { failedCheck } from "../report/CheckList.ts"
import { printable } from "../report/Printable.ts"
import { eventRow } from "../report/EventRow.ts"
import type { Style } from "../report/Style.ts"
import type { Summary } from "../report/Summary.ts"
import { summaryTable } from "../report/SummaryTable.ts"
import type { RunEvent } from "../run/RunEvent.ts"
import { offset } from "./Offset.ts"
import type { Violation } from "./InvariantsHeldAgainst.ts"
import type { RehearsalDocument } from "./RehearsalDocument.ts"
import { timeline } from "./Timeline.ts"

/** Events that are shown; of a longer run the beginning and the end. */
const mostEvents = 300
const lastEvents = 100
const mostBars = 50
/** Of the picture, where the text goes to no terminal. */
const usual = 80

export interface RehearsalTableOptions {
  readonly style: Style
  readonly columns?: number
}

const killsOf = ({ invocations }: RehearsalDocument): ReadonlyMap<number, number> =>
  new Map(
    invocations.flatMap(({ end, endedAt }, index) =>
      end === "killed" ? [[invocations[index + 1]?.after ?? 0, Date.parse(endedAt)] as const] : []
    )
  )

const eventLines = (
  events: ReadonlyArray<RunEvent>,
  kills: ReadonlyMap<number, number>,
  style: Style
): ReadonlyArray<string> => {
  const line = (event: RunEvent): ReadonlyArray<string> => [
    eventRow(event, style),
    ...(kills.has(event.seq)
      ? [`       ${style.red("pawl is killed")} as event ${event.seq} becomes durable, and called again`]
      : [])
  ]
  if (events.length <= mostEvents) return events.flatMap(line)
  const left = events.length - mostEvents
  return [
    ...events.slice(0, mostEvents - lastEvents).flatMap(line),
    `       … ${left} more; see them all with --format ndjson`,
    ...events.slice(-lastEvents).flatMap(line)
  ]
}

/** Nothing was run, so there is no log to look at. */
const withoutLogs = (summary: Summary): Summary => ({
  ...summary,
  preflight: summary.preflight.map(({ errorLog: _e, log: _l, ...check }) => check),
  targets: Array.from(summary.targets, (target) => ({
    ...target,
    steps: target.steps.map(({ errorLog: _e, log: _l, ...step }) => step)
  }))
})

/** The lines of the report, without line ends. */
export const rehearsalTable = (
  document: RehearsalDocument,
  { columns, style }: RehearsalTableOptions
): ReadonlyArray<string> => {
  const { durationMs, events, exitCode, invocations, summary } = document
  const kills = killsOf(document)
  const statuses = new Map<string, string>([
    [PREFLIGHT, failedCheck(summary.preflight) === undefined ? "" : "failed"],
    ...Array.from(summary.targets, ({ id, status }) => [id, status] as const)
  ])
  const picture = timeline(events, {
    columns: Math.max(40, columns ?? usual),
    kills: [...kills.values()],
    statusOf: (target) => statuses.get(target) ?? "",
    most: mostBars
  })
  return [
    ...eventLines(events, kills, style),
    "",
    ...picture,
    ...(picture.length === 0 ? [] : [""]),
    ...summaryTable(withoutLogs(summary), { style, next: [], ...(columns === undefined ? {} : { columns }) }),
    "",
    `${printable(document.batch)} would return exit code ${exitCode} after ${offset(durationMs)}`
    + (invocations.length === 1 ? "" : ` and ${invocations.length} calls`)
  ]
}

const mostBroken = 20

/** What is said where a run broke promises of pawl; `again` is the command that shows it again. */
export const brokenLines = (
  broken: ReadonlyArray<Violation>,
  again: string,
  style: Style
): ReadonlyArray<string> => [
  `${style.bold(style.red("error:"))} pawl would break ${broken.length} of its promises`,
  ...broken.slice(0, mostBroken).map(({ invariant, message, seq }) =>
    `  ${invariant}: ${printable(message)}${seq === undefined ? "" : `, at event ${seq}`}`
  ),
  ...(broken.length > mostBroken ? [`  and ${broken.length - mostBroken} more`] : []),
  "",
  `${style.bold(style.cyan("hint:"))} please report it with the manifest; it shows again with: ${printable(again)}`
]
