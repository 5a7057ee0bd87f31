/**
 * The preview as people read it: what the run is, then a tree of targets and steps.
 *
 * Owns its lines. Must not print, and must not know a terminal but for its width. The surprise: targets
 * that go the same way are one tree, so that a hundred thousand of them take a handful of lines.
 */
import { PREFLIGHT } from "../plan/Preflight.ts"
import { printable, width } from "../report/Printable.ts"
import type { Style } from "../report/Style.ts"
import { type Cell, table } from "../report/Table.ts"
import type { Preview, PreviewedTarget } from "./Preview.ts"
import { makeTally } from "./PreviewDocument.ts"
import { broken, countLines, headLines, lineOf, type Look } from "./PreviewHead.ts"
import { type Group, makeGroups, namesOf, type Row } from "./PreviewRow.ts"
import { stepRows } from "./PreviewRows.ts"
import { several } from "./PreviewWords.ts"
import type { SimulationStep, SimulationTarget } from "./Simulation.ts"

/** The folder of all attempts of a target, where they have one in common. */
const sharedWorkdir = ({ steps }: SimulationTarget): string | undefined => {
  let shared: string | undefined
  let isFirst = true
  const look = (all: ReadonlyArray<SimulationStep>): boolean =>
    all.every(({ children = [], retries, workdir }) => {
      if (retries === undefined) return look(children)
      if (isFirst) shared = workdir
      isFirst = false
      return workdir === shared
    })
  return look(steps) ? shared : undefined
}

/** What is said of a target beside its steps. */
const aboutTarget = ({ message, needs, status, step }: SimulationTarget, workdir: string | undefined) => [
  ...(message === undefined ? [] : [{
    shown: step === undefined ? message : `at ${step}: ${message}`,
    written: status === "blocked" ? "a step of it is sure to fail" : "it needs another, which does not complete"
  }]),
  ...(message !== undefined || needs.length === 0 ? [] : [{
    shown: `needs ${needs.length > 10 ? several(needs.length, "target") : needs.join(", ")}`,
    written: "needs others"
  }]),
  ...(workdir === undefined ? [] : [{ shown: `in ${workdir}`, written: "in a folder of its own" }])
]

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

/** A row of the table before it is broken into lines. */
interface Entry {
  readonly name: string
  /** What stands in the place of the name where the entry takes more than one line. */
  readonly beside: string
  readonly status: string
  readonly what: string
  readonly notes: string
  readonly isTarget?: true
}

/** The rows below `lead`, which is what stands before the branches of the tree. */
const treeEntries = (rows: ReadonlyArray<Row>, lead: string): ReadonlyArray<Entry> =>
  rows.flatMap(({ children, name, notes, status, what }, index) => {
    const isLast = index === rows.length - 1
    const inner = `${lead}${isLast ? "   " : "│  "}`
    return [
      {
        name: `${lead}${isLast ? "└─" : "├─"} ${printable(name)}`,
        beside: (children.length === 0 ? inner : `${inner}│`).trimEnd(),
        status,
        what: printable(what.shown),
        notes: printable(notes.map(({ shown }) => shown).join("; "))
      },
      ...treeEntries(children, inner)
    ]
  })

const groupEntries = ({ about, count, first, isUnbroken, last, rows, second }: Group<SimulationTarget>) => [
  {
    name: printable(namesOf(first.id, second?.id, last.id, isUnbroken)),
    beside: rows.length === 0 ? "" : "│",
    status: first.status,
    what: printable(
      [...(count > 2 ? [several(count, "target")] : []), ...about.map(({ shown }) => shown)].join("; ")
    ),
    notes: "",
    isTarget: true as const
  },
  ...treeEntries(rows, "")
]

/** The checks of the preflight, as one tree before those of the targets. */
const checkEntries = ({ head: { failure, preflight }, plan }: Preview): ReadonlyArray<Entry> => {
  if (plan.preflight === undefined) return []
  const rows = stepRows(preflight, plan.preflight.steps, { failure, workdir: undefined, around: "the run" })
  const what = "before any target starts, and again when the run is gone on with"
  return [
    { name: PREFLIGHT, beside: "│", status: "pending", what, notes: "", isTarget: true },
    ...treeEntries(rows, "")
  ]
}

/** More lines than these of one text are for the document. */
const mostLines = 3

/** The lines of an entry; where there is a width, long texts are broken. */
const cellsOf = ({ beside, isTarget, name, notes, status, what }: Entry, room: number | undefined, style: Style) => {
  const [first = "", ...more] = room === undefined ? [what] : broken(what, room, mostLines)
  const below = notes === "" ? [] : room === undefined ? [notes] : broken(notes, room - 2, mostLines)
  const paint = status === "skipped" ? { paint: style.dim } : {}
  return [
    [
      { text: name, ...(isTarget === true ? { paint: style.bold } : {}) },
      { text: status, paint: paintOf(status, style) },
      { text: first, ...paint }
    ],
    ...more.map((text) => [{ text: beside }, { text: "" }, { text: `  ${text}`, ...paint }]),
    ...below.map((text) => [{ text: beside }, { text: "" }, { text: `  ${text}`, paint: style.dim }])
  ]
}

const header = ["TARGET", "STATUS", "WHAT"]

/** Less than this is no room for words. */
const leastRoom = 24

const treeTable = (
  checks: ReadonlyArray<Entry>,
  groups: ReadonlyArray<Group<SimulationTarget>>,
  look: Look
): ReadonlyArray<string> => {
  const entries = [...(checks.length === 0 ? [] : [checks]), ...groups.map(groupEntries)]
  if (entries.length === 0) return []
  const widest = (text: (entry: Entry) => string): number =>
    entries.reduce((most, group) => group.reduce((all, entry) => Math.max(all, width(text(entry))), most), 0)
  const { columns, style } = look
  const taken = columns === undefined ? 0 : widest(({ name }) => name) + widest(({ status }) => status) + 4
  const room = columns === undefined ? undefined : Math.max(leastRoom, columns - taken)
  const cells = entries.flatMap((group, index): ReadonlyArray<ReadonlyArray<Cell>> => [
    ...(index === 0 ? [] : [[]]),
    ...group.flatMap((entry) => cellsOf(entry, room, style))
  ])
  return ["", ...table(header, cells, look)]
}

/** The lines of the report, without line ends. Goes through the targets once. */
export const simulationTable = (preview: Preview, look: Look): ReadonlyArray<string> => {
  const { head: { failure }, plan } = preview
  const { add: tally, counts } = makeTally()
  const { add, groups } = makeGroups<SimulationTarget>()
  let filteredOut = 0
  const take = ({ plan: { template }, target }: PreviewedTarget): void => {
    tally(target)
    if (target.reason === "filtered-out") {
      filteredOut++
      return
    }
    const isSkipped = target.status === "skipped"
    const workdir = isSkipped ? undefined : sharedWorkdir(target)
    const written = plan.templates[template]?.steps ?? []
    const rows = isSkipped ? [] : stepRows(target.steps, written, { failure, workdir })
    const { id, labels, needs, status } = target
    const slim: SimulationTarget = { id, labels, needs, status, circuitBreaker: false, steps: [] }
    add(`${template} ${status}`, slim, rows, aboutTarget(target, workdir))
  }
  for (const each of preview.targets()) take(each)
  return [
    ...headLines(preview, look),
    ...countLines(counts(), filteredOut, look),
    ...treeTable(checkEntries(preview), groups(), look),
    ...Object.entries(plan.outputs).flatMap(([name, text], index) => [
      ...(index === 0 ? ["", "outputs:"] : []),
      lineOf(`  ${printable(name)} = ${printable(text)}`, look)
    ])
  ]
}
