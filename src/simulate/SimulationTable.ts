/**
 * The preview as people read it: what the run is, then a tree of targets and steps.
 *
 * Owns its lines. Must not print, and must not know a terminal but for its width. The surprise: targets
 * that go the same way are one tree, so that a hundred thousand of them take a handful of lines.
 */
import { stringifyJson } from "../expression/Value.ts"
import { fit, printable } from "../report/Printable.ts"
import type { Style } from "../report/Style.ts"
import { type Cell, table } from "../report/Table.ts"
import type { Preview, PreviewedTarget } from "./Preview.ts"
import { makeTally } from "./PreviewDocument.ts"
import { fixed, type Group, type Line, makeGroups, namesOf, type Row } from "./PreviewRow.ts"
import { stepRows } from "./PreviewRows.ts"
import { retryWords, several, timeoutWords } from "./PreviewWords.ts"
import type { Simulation, SimulationTarget } from "./Simulation.ts"

export interface SimulationTableOptions {
  readonly style: Style
  /** Of the terminal; absent where the text does not go to one, and nothing is cut. */
  readonly columns?: number
}

const runWords = ({ autoAdvance, cap, maxBlocked, maxParallel, order, strict }: Simulation["options"]): string =>
  [
    `${several(maxParallel, "target")} at a time`,
    autoAdvance ? "goes on past blocked targets" : "halts at the first blocked target",
    ...(maxBlocked === null
      ? []
      : [`at most ${"count" in maxBlocked ? maxBlocked.count : `${maxBlocked.percent}%`} blocked`]),
    ...(strict ? ["strict"] : []),
    ...(cap === null ? [] : [`at most ${several(cap, "step")} started`]),
    ...(order === "manifest" ? [] : ["longest first by earlier runs, which are not looked at here"])
  ].join("; ")

const failureWords = ({ circuitBreaker, retries, timeoutMs }: Simulation["failure"]): string =>
  [
    retryWords(retries),
    timeoutWords(timeoutMs),
    circuitBreaker === false ? "no breaker" : `breaker at ${circuitBreaker.threshold} in a row`
  ].join("; ")

const counted = (counts: Readonly<Record<string, number>>, names: ReadonlyArray<readonly [string, string]>): string =>
  names.flatMap(([key, word]) => {
    const count = counts[key] ?? 0
    return count === 0 ? [] : [`${count} ${word}`]
  }).join(", ")

const targetNames = [
  ["pending", "pending"],
  ["skipped", "skipped"],
  ["blocked", "blocked"],
  ["paused", "paused"]
] as const
const stepNames = [
  ["pending", "pending"],
  ["skipped", "skipped"],
  ["requiresApproval", "requires-approval"],
  ["requiresPolicy", "requires-policy"],
  ["conditional", "conditional"]
] as const

const countLines = ({ steps, targets }: Simulation["counts"], filteredOut: number): ReadonlyArray<string> => [
  `${several(targets.total, "target")}: ${counted(targets, targetNames)}${
    filteredOut === 0 ? "" : ` (${filteredOut} not selected)`
  }`,
  ...(steps.total === 0
    ? []
    : [`${several(steps.total, "step")}: ${counted({ ...steps, pending: steps.pending }, stepNames)}`])
]

const headLines = ({ head, plan }: Preview, style: Style): ReadonlyArray<string> => [
  `${style.bold(printable(plan.batch))}  ${plan.hash}`,
  ...Object.entries(plan.inputs).map(([name, value]) =>
    `input ${printable(name)} = ${fit(printable(stringifyJson(value)), 200)}`
  ),
  ...plan.secrets.map((name) => `input ${printable(name)} is secret`),
  `run: ${runWords(head.options)}`,
  `failure: ${failureWords(head.failure)}`
]

/** What is said of a target beside its steps. */
const aboutTarget = ({ message, needs, status, step }: SimulationTarget): Line => {
  if (message !== undefined) {
    const at = step === undefined ? "" : `at ${step}: `
    return {
      shown: at + message,
      written: status === "blocked" ? "sure to be blocked" : "a target that it needs does not complete"
    }
  }
  return needs.length === 0
    ? fixed("")
    : {
      shown: `needs ${needs.length > 10 ? several(needs.length, "target") : needs.join(", ")}`,
      written: "needs other targets"
    }
}

const paintOf = (status: string, style: Style): (text: string) => string => {
  switch (status) {
    case "requires-approval":
    case "requires-policy":
    case "paused":
      return style.yellow
    case "blocked":
      return style.red
    case "skipped":
      return style.dim
    default:
      return (text) => text
  }
}

type Cells = ReadonlyArray<Cell>

/** The rows below `lead`, which is what stands before the branches of the tree. */
const treeCells = (rows: ReadonlyArray<Row>, lead: string, style: Style): ReadonlyArray<Cells> =>
  rows.flatMap((row, index) => {
    const isLast = index === rows.length - 1
    const inner = `${lead}${isLast ? "   " : "│  "}`
    const beside = row.children.length === 0 ? inner : `${inner}│`
    return [
      [
        { text: `${lead}${isLast ? "└─" : "├─"} ${printable(row.name)}` },
        { text: row.status, paint: paintOf(row.status, style) },
        { text: printable(row.what.shown), ...(row.status === "skipped" ? { paint: style.dim } : {}) }
      ],
      ...row.notes.map(({ shown }): Cells => [
        { text: beside.trimEnd() },
        { text: "" },
        { text: `  ${printable(shown)}`, paint: style.dim }
      ]),
      ...treeCells(row.children, inner, style)
    ]
  })

const groupCells = (group: Group<SimulationTarget>, style: Style): ReadonlyArray<Cells> => {
  const { count, first, isUnbroken, last, rows, second, what } = group
  const about = [...(count > 2 ? [several(count, "target")] : []), ...(what.shown === "" ? [] : [what.shown])].join(
    "; "
  )
  return [
    [
      { text: printable(namesOf(first.id, second?.id, last.id, isUnbroken)), paint: style.bold },
      { text: first.status, paint: paintOf(first.status, style) },
      { text: printable(about) }
    ],
    ...treeCells(rows, "", style)
  ]
}

/** The lines of the report, without line ends. Goes through the targets once. */
export const simulationTable = (
  preview: Preview,
  { columns, style }: SimulationTableOptions
): ReadonlyArray<string> => {
  const { head, plan } = preview
  const { add: tally, counts } = makeTally()
  const { add, groups } = makeGroups<SimulationTarget>()
  let filteredOut = 0
  const take = ({ plan: { template }, target }: PreviewedTarget): void => {
    tally(target)
    if (target.reason === "filtered-out") {
      filteredOut++
      return
    }
    const rows = target.status === "skipped"
      ? []
      : stepRows(target.steps, plan.templates[template]?.steps ?? [], head.failure)
    const { id, labels, needs, status } = target
    add(
      `${template} ${status}`,
      { id, labels, needs, status, circuitBreaker: false, steps: [] },
      rows,
      aboutTarget(target)
    )
  }
  for (const each of preview.targets()) take(each)
  const cells = groups().flatMap((group, index) => [...(index === 0 ? [] : [[]]), ...groupCells(group, style)])
  const tree = cells.length === 0 ? [] : [
    "",
    ...table(["TARGET", "STATUS", "WHAT"], cells, { style, ...(columns === undefined ? {} : { columns }) })
  ]
  return [
    ...headLines(preview, style),
    ...countLines(counts(), filteredOut),
    ...tree,
    ...Object.entries(plan.outputs).flatMap(([name, text], index) => [
      ...(index === 0 ? ["", "outputs:"] : []),
      `  ${printable(name)} = ${printable(text)}`
    ])
  ].map((line) => (columns === undefined ? line : line))
}
