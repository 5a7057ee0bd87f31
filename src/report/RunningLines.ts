/**
 * The lines of what is under way, each for one attempt or wait.
 *
 * Owns who has a line where there is not room for all. Pure. The surprise: every target has one line before
 * any has a second; a target with more attempts than lines says how many more.
 */
import { HashMap } from "effect"
import { countdown } from "./Duration.ts"
import { fitMiddle, pad, printable, width } from "./Printable.ts"
import { firstOf, type Running, type RunningStep, type RunningTarget } from "./Running.ts"

/** How many attempts a step may have, where that is known. */
export type MaxAttempts = (target: string, path: string) => number | undefined

/** A name that is shorter is filled up, so that what is beside it stands in a column. */
const nameColumns = 32

const itemOf = ({ items }: RunningTarget, path: string): string | undefined => {
  for (const [map, count] of items) {
    if (!path.startsWith(`${map}[`)) continue
    const index = Number.parseInt(path.slice(map.length + 1), 10)
    return `item ${index + 1}/${count}`
  }
  return undefined
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

const lineOf = (name: string, tail: string, columns: number): string => {
  // The name gives way before the timing does.
  const room = columns - width(tail) - 4
  return `  ${room < 8 ? name : pad(fitMiddle(name, room), Math.min(room, nameColumns))}  ${tail}`
}

/** The attempts under way before those that are waited for; where not all have a line the last one says so. */
const linesOf = (running: RunningTarget, most: number, maxAttempts: MaxAttempts, view: Look): ReadonlyArray<string> => {
  const { steps, target } = running
  const name = printable(target)
  if (steps.length === 0) return [lineOf(name, "", view.columns)]
  const isWaiting = ({ nextAttemptAt }: RunningStep): boolean => nextAttemptAt !== undefined
  const ordered = [...steps.filter((step) => !isWaiting(step)), ...steps.filter(isWaiting)]
  return ordered.slice(0, most).map((step, index) => {
    const hidden = index === most - 1 ? steps.length - most : 0
    const tail = [
      itemOf(running, step.path),
      timing(step, maxAttempts(target, step.path), view.now),
      hidden > 0 ? `+${hidden}` : undefined
    ]
    return lineOf(
      `${name}/${printable(step.path)}`,
      tail.filter((text) => text !== undefined).join(", "),
      view.columns
    )
  })
}

const moreLine = (running: Running, shown: number): ReadonlyArray<string> => {
  const active = HashMap.size(running.active)
  const waiting = HashMap.size(running.waiting) - Math.max(0, shown - active)
  const words = [
    ...(active > shown ? [`${active - shown} more`] : []),
    ...(waiting > 0 ? [`${waiting} that ${waiting === 1 ? "waits" : "wait"}`] : [])
  ]
  return words.length === 0 ? [] : [`  and ${words.join(", ")}`]
}

export interface Look {
  readonly columns: number
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** At most `rows` lines of what is under way, which may be wider than the columns. */
export const runningLines = (
  running: Running,
  rows: number,
  maxAttempts: MaxAttempts,
  look: Look
): ReadonlyArray<string> => {
  if (rows <= 0) return []
  const count = HashMap.size(running.active) + HashMap.size(running.waiting)
  const targets = firstOf(running, count <= rows ? rows : rows - 1)
  let spare = count <= rows ? rows - count : 0
  const lines = targets.flatMap((target) => {
    const more = Math.min(spare, Math.max(0, target.steps.length - 1))
    spare -= more
    return linesOf(target, 1 + more, maxAttempts, look)
  })
  return [...lines, ...moreLine(running, targets.length)]
}
