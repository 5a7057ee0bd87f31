/**
 * What the status area of a terminal shows at one moment.
 *
 * Owns its lines: pure in progress, time and width. Must not draw. The surprise: every line is
 * one column narrower than the terminal, since a full last column makes some of them wrap.
 */
import { HashMap } from "effect"
import { countdown } from "./Duration.ts"
import { holdOf, holdWords } from "./Hold.ts"
import { fit, pad, printable, width } from "./Printable.ts"
import { endedOf, leftOf, type Progress, waitingWords } from "./Progress.ts"
import type { RunningStep, RunningTarget } from "./Running.ts"

/** Attempts that have a line of their own. */
const most = 8

export interface Viewport {
  readonly columns: number
  /** Lines that the area may take. */
  readonly rows: number
  /** Milliseconds since the epoch. */
  readonly now: number
}

const bar = (progress: Progress, room: number): string => {
  const share = (count: number): number => progress.total === 0 ? 0 : Math.floor((count * room) / progress.total)
  const done = share(progress.completed)
  const stuck = share(endedOf(progress)) - done
  return `[${"=".repeat(done)}${"!".repeat(stuck)}${" ".repeat(Math.max(0, room - done - stuck))}]`
}

const rate = (progress: Progress, now: number): string => {
  const seconds = (now - Date.parse(progress.startedAt)) / 1000
  if (progress.endedHere === 0 || !(seconds > 0)) return ""
  const each = progress.endedHere / seconds
  return each >= 1
    ? `${each.toFixed(1)}/s`
    : each * 60 >= 1
    ? `${(each * 60).toFixed(1)}/min`
    : `${(each * 3600).toFixed(1)}/h`
}

const summaryLine = (progress: Progress, { columns, now }: Viewport): string => {
  const words = [
    `${endedOf(progress)}/${progress.total}`,
    `${progress.completed} done`,
    ...(progress.blocked > 0 ? [`${progress.blocked} blocked`] : []),
    ...(progress.errored > 0 ? [`${progress.errored} errored`] : []),
    ...(progress.skipped > 0 ? [`${progress.skipped} skipped`] : []),
    `${leftOf(progress)} left`,
    ...[waitingWords(progress) ?? "", rate(progress, now)].filter((text) => text !== "")
  ].join("  ")
  const room = Math.min(30, columns - 1 - words.length - 4)
  return room < 6 ? words : `${bar(progress, room)}  ${words}`
}

interface Line {
  readonly target: string
  readonly since: string
  /** Absent between two steps. */
  readonly step?: RunningStep
  /** Which item of the outermost map it is in, where it is in one. */
  readonly item?: string
}

const itemOf = ({ items }: RunningTarget, path: string): string | undefined => {
  for (const [map, count] of items) {
    if (!path.startsWith(`${map}[`)) continue
    const index = Number.parseInt(path.slice(map.length + 1), 10)
    return `item ${index + 1}/${count}`
  }
  return undefined
}

const linesOf = (running: RunningTarget): ReadonlyArray<Line> => {
  const { since, steps, target } = running
  if (steps.length === 0) return [{ target, since }]
  return steps.map((step) => {
    const item = itemOf(running, step.path)
    return { target, since: step.since, step, ...(item === undefined ? {} : { item }) }
  })
}

const timing = (step: RunningStep, max: number | undefined, now: number): string => {
  const of = max === undefined ? `${step.attempt}` : `${step.attempt}/${max}`
  if (step.nextAttemptAt !== undefined) {
    const left = countdown(Date.parse(step.nextAttemptAt) - now)
    return step.isLoop === true ? `iteration ${step.attempt} in ${left}` : `attempt ${of} in ${left}`
  }
  const elapsed = countdown(now - Date.parse(step.since))
  return max === 1 ? elapsed : `attempt ${of}, ${elapsed}`
}

const runningLine = ({ item, step, target }: Line, max: number | undefined, now: number, columns: number): string => {
  const tail = step === undefined
    ? ""
    : [item, timing(step, max, now)].filter((text) => text !== undefined).join(", ")
  const name = printable(step === undefined ? target : `${target}/${step.path}`)
  // The name gives way before the timing does.
  const room = columns - width(tail) - 4
  return `  ${room < 8 ? name : pad(fit(name, room), Math.min(room, 32))}  ${tail}`
}

/** The lines of the area, each fitting into the width; `maxAttempts` is a step's limit, where it is known. */
export const progressLines = (
  progress: Progress,
  view: Viewport,
  maxAttempts: (target: string, path: string) => number | undefined
): ReadonlyArray<string> => {
  const columns = Math.max(1, view.columns - 1)
  const running = Array.from(HashMap.values(progress.running)).flatMap(linesOf)
    .sort((a, b) => (a.since < b.since ? -1 : a.since > b.since ? 1 : a.target < b.target ? -1 : 1))
  // Waits alone have lines of their own.
  const hold = holdOf(progress, view.now)
  const held = hold === undefined || hold.place !== undefined ? [] : [holdWords(hold, view.now)].slice(0, view.rows - 1)
  const room = Math.max(0, Math.min(most, view.rows - 2 - held.length))
  const shown = running.slice(0, room)
  const more = running.length - shown.length
  return [
    ...shown.map((each) => runningLine(each, each.step && maxAttempts(each.target, each.step.path), view.now, columns)),
    ...(more > 0 && room > 0 ? [`  and ${more} more`] : []),
    ...held,
    summaryLine(progress, view)
  ].map((line) => fit(line.trimEnd(), columns))
}
