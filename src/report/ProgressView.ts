/**
 * What the status area of a terminal shows at one moment.
 *
 * Owns its lines: pure in progress, time and size. Must not draw. The surprise: every line is one column
 * narrower than the terminal, since a full last column makes some of them wrap, and there is one line fewer
 * than rows, since the cursor stands below.
 */
import { holdOf, holdWords } from "./Hold.ts"
import { fit, width } from "./Printable.ts"
import { countOf, endedOf, leftOf, type Progress, waitingWords } from "./Progress.ts"
import { type MaxAttempts, runningLines } from "./RunningLines.ts"
import { rateWords, toGoWords } from "./ToGo.ts"

export interface Viewport {
  readonly columns: number
  /** Lines that the terminal has. */
  readonly rows: number
  /** Milliseconds since the epoch. */
  readonly now: number
  /** The run was asked to stop: nothing more starts. */
  readonly isStopping?: boolean
}

/** A wider bar says no more. */
const widest = 50

/** `=` for what completed, `!` for what ended in another way; one of many is seen, and all only when it is all. */
const bar = (progress: Progress, room: number): string => {
  const share = (count: number, most: number): number =>
    count === 0 ? 0 : Math.min(most, Math.max(1, Math.floor((count * room) / Math.max(1, progress.total))))
  const most = leftOf(progress) === 0 ? room : room - 1
  const stuck = share(endedOf(progress) - progress.completed, most)
  const done = share(progress.completed, most - stuck)
  return `[${"=".repeat(done)}${"!".repeat(stuck)}${" ".repeat(Math.max(0, room - done - stuck))}]`
}

const endedWords = (progress: Progress): string => `${endedOf(progress)}/${countOf(progress, progress.total)}`

const barLine = (progress: Progress, columns: number): string => {
  const words = endedWords(progress)
  const room = Math.min(widest, columns - words.length - 4)
  return room < 6 ? words : `${bar(progress, room)}  ${words}`
}

const counted = (count: number, word: string): string | undefined => count === 0 ? undefined : `${count} ${word}`

/** As many of the parts as fit, in their order; those of a low rank stay longest. */
const fitting = (parts: ReadonlyArray<readonly [rank: number, text: string | undefined]>, columns: number): string => {
  const there = parts.flatMap(([rank, text]) => text === undefined ? [] : [{ rank, text }])
  const joined = (most: number): string => there.filter(({ rank }) => rank <= most).map(({ text }) => text).join("  ")
  const ranks = there.map(({ rank }) => rank).sort((a, b) => b - a)
  return joined(ranks.find((most) => width(joined(most)) <= columns) ?? ranks.at(-1) ?? 0)
}

const wordsLine = (
  progress: Progress,
  { isStopping = false, now }: Viewport,
  columns: number,
  isAlone: boolean
): string =>
  fitting([
    [0, isAlone ? endedWords(progress) : undefined],
    [7, `${progress.completed} done`],
    [2, counted(progress.blocked, "blocked")],
    [3, counted(progress.errored, "errored")],
    [8, counted(progress.skipped, "skipped")],
    [5, `${countOf(progress, leftOf(progress))} left`],
    [4, waitingWords(progress)],
    [6, rateWords(progress, now)],
    [1, isStopping ? "stopping" : toGoWords(progress, now)]
  ], columns)

/** The lines of the area, each fitting into the width, all of them into the height. */
export const progressLines = (
  progress: Progress,
  view: Viewport,
  maxAttempts: MaxAttempts
): ReadonlyArray<string> => {
  const { now, rows } = view
  const columns = Math.max(1, view.columns - 1)
  const room = rows - 1
  if (room < 1) return []
  const isAlone = room === 1
  const hold = holdOf(progress, now)
  const foot = [
    // Waits alone have lines of their own.
    ...(hold === undefined || hold.place !== undefined || room < 3 ? [] : [holdWords(hold, now)]),
    ...(isAlone ? [] : [barLine(progress, columns)]),
    wordsLine(progress, view, columns, isAlone)
  ]
  return [...runningLines(progress.running, room - foot.length, maxAttempts, { columns, now }), ...foot]
    .map((line) => fit(line.trimEnd(), columns))
}
