/**
 * A run as a picture: one bar for each target over the time that it took.
 *
 * Owns what is drawn where. Pure; it needs nothing but the events and draws with single characters,
 * so that it reads the same in a file. The surprise: whatever happened gets at least one character,
 * since after a night of waiting the attempts are what one looks for.
 */
import { fit, pad, printable, width as widthOf } from "../report/Printable.ts"
import { checkAsStep } from "../run/PreflightState.ts"
import type { RunEvent } from "../run/RunEvent.ts"
import { offset } from "./Offset.ts"

type Kind = "work" | "again" | "wait" | "gate"

/** What is drawn where several things fall on one character: the last of these. */
const kinds = [
  { kind: "wait", mark: "·", words: "waits to go on" },
  { kind: "gate", mark: "?", words: "waits for a person" },
  { kind: "work", mark: "█", words: "at work" },
  { kind: "again", mark: "▓", words: "trying again" }
] as const

const killed = { mark: "!", words: "pawl is killed" }

interface Segment {
  readonly kind: Kind
  /** Epoch milliseconds. */
  readonly from: number
  readonly to: number
}

export interface Bar {
  readonly target: string
  readonly segments: ReadonlyArray<Segment>
}

interface Open {
  readonly kind: Kind
  readonly from: number
  /** When it is over at the latest. */
  readonly until?: number
}

/** The bars of the targets to which anything happened, in the order in which it did. */
export const barsOf = (journal: ReadonlyArray<RunEvent>): ReadonlyArray<Bar> => {
  const segments = new Map<string, Array<Segment>>()
  const open = new Map<string, Map<string, Open>>()
  const close = (target: string, path: string, at: number): void => {
    const found = open.get(target)?.get(path)
    if (found === undefined) return
    open.get(target)?.delete(path)
    segments.get(target)?.push({ kind: found.kind, from: found.from, to: Math.min(at, found.until ?? at) })
  }
  const begin = (target: string, path: string, at: number, kind: Kind, until?: number): void => {
    close(target, path, at)
    const own = open.get(target) ?? new Map<string, Open>()
    own.set(path, { kind, from: at, ...(until === undefined ? {} : { until }) })
    open.set(target, own)
  }
  /** Pawl ended: nothing is at work any more, but what waits still waits. */
  const stop = (at: number): void => {
    for (const [target, own] of open) {
      for (const [path, { kind }] of own) if (kind === "work" || kind === "again") close(target, path, at)
    }
  }
  let now = 0
  for (const recorded of journal) {
    const event = "check" in recorded ? checkAsStep(recorded) : recorded
    if (event.type === "RunResumed") stop(now)
    now = Date.parse(event.at)
    if (event.type === "RunHalted") stop(now)
    if (!("target" in event)) continue
    const { target } = event
    if (!segments.has(target)) segments.set(target, [])
    if (!("path" in event)) {
      if (event.type !== "TargetStarted" && event.type !== "TargetPaused") {
        for (const path of open.get(target)?.keys() ?? []) close(target, path, now)
      }
      continue
    }
    switch (event.type) {
      case "StepStarted":
        begin(target, event.path, now, event.attempt === 1 ? "work" : "again")
        break
      case "AttemptFailed":
        begin(target, event.path, now, "wait", Date.parse(event.nextAttemptAt))
        break
      case "RateLimited":
        begin(target, event.path, now, "wait", Date.parse(event.until))
        break
      case "IterationEnded":
        if (event.nextAttemptAt !== undefined) begin(target, event.path, now, "wait", Date.parse(event.nextAttemptAt))
        break
      case "GateOpened":
        begin(target, event.path, now, "gate")
        break
      case "StepEntered":
      case "AttemptRecovered":
        break
      default:
        close(target, event.path, now)
    }
  }
  for (const [target, own] of open) for (const path of own.keys()) close(target, path, now)
  return [...segments].map(([target, all]) => ({ target, segments: all }))
}

export interface TimelineOptions {
  readonly columns: number
  /** When pawl was killed, epoch milliseconds. */
  readonly kills: ReadonlyArray<number>
  /** What each target came to. */
  readonly statusOf: (target: string) => string
  /** Bars at most. */
  readonly most: number
}

/** The names of targets take no more than this. */
const widestName = 24
const leastBar = 10

const draw = (segments: ReadonlyArray<Segment>, from: number, length: number, width: number) => {
  const cells: Array<number> = Array.from({ length: width }, () => -1)
  const cellAt = (time: number): number =>
    length === 0 ? 0 : Math.min(width - 1, Math.max(0, Math.floor(((time - from) / length) * width)))
  for (const segment of segments) {
    const rank = kinds.findIndex(({ kind }) => kind === segment.kind)
    const last = Math.max(cellAt(segment.from), cellAt(Math.max(segment.from, segment.to - 1)))
    for (let cell = cellAt(segment.from); cell <= last; cell++) cells[cell] = Math.max(cells[cell] ?? -1, rank)
  }
  return { cells, cellAt }
}

/** A line of marks, and which of the kinds are among them. */
export const timeline = (journal: ReadonlyArray<RunEvent>, options: TimelineOptions): ReadonlyArray<string> => {
  const { columns, kills, most, statusOf } = options
  const [first] = journal
  const last = journal.at(-1)
  const bars = barsOf(journal)
  if (first === undefined || last === undefined || bars.length === 0) return []
  const from = Date.parse(first.at)
  const length = Date.parse(last.at) - from
  const shown = bars.slice(0, most).map(({ segments, target }) => ({
    name: fit(printable(target), widestName),
    status: statusOf(target),
    segments
  }))
  const names = Math.max(...shown.map(({ name }) => widthOf(name)))
  const statuses = Math.max(...shown.map(({ status }) => status.length))
  const width = Math.max(leastBar, columns - names - statuses - 6)
  const used = new Set<number>()
  const lineOf = (name: string, status: string, bar: string): string =>
    `${pad(name, names)}  ${pad(status, statuses)}  ${bar}`.trimEnd()

  const lines = shown.map(({ name, segments, status }) => {
    const { cells } = draw(segments, from, length, width)
    for (const cell of cells) used.add(cell)
    return lineOf(name, status, `|${cells.map((cell) => kinds[cell]?.mark ?? " ").join("")}|`)
  })
  const { cellAt } = draw([], from, length, width)
  const at = new Set(kills.map(cellAt))
  const end = `t+${offset(length)}`
  const axis = ` t+0${" ".repeat(Math.max(1, width - 3 - end.length))}${end}`
  const legend = [
    ...kinds.filter((_, rank) => used.has(rank)),
    ...(at.size === 0 ? [] : [killed])
  ].map(({ mark, words }) => `${mark} ${words}`).join("   ")
  return [
    lineOf("", "", axis),
    ...(at.size === 0
      ? []
      : [lineOf("", "", ` ${Array.from({ length: width }, (_, cell) => at.has(cell) ? killed.mark : " ").join("")}`)]),
    ...lines,
    ...(bars.length > most ? [`and ${bars.length - most} more`] : []),
    ...(legend === "" ? [] : [legend])
  ]
}
