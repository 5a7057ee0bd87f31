/**
 * Progress where there is no terminal: one line for what needs attention, a count now and then.
 *
 * Owns how often. Must not read a clock: the time is that of the events themselves, or is given, so
 * that a rehearsed run reads as the real one would. The surprise: while everything waits or runs long there
 * are no events, and who watches asks with `remind` whether a word is due.
 */
import { type Context, HashMap } from "effect"
import type { Plan } from "../plan/Plan.ts"
import type { Selection } from "../plan/Selection.ts"
import type { Status } from "../run/Status.ts"
import { between, countdown } from "./Duration.ts"
import { countLine, eventLine } from "./EventLine.ts"
import { holdOf, holdWords } from "./Hold.ts"
import { printable } from "./Printable.ts"
import { type About, advance, nothing } from "./Progress.ts"
import { firstOf } from "./Running.ts"
import type { Style } from "./Style.ts"
import { rateWords, toGoWords } from "./ToGo.ts"

/** Between two count lines, milliseconds of the events' time. */
const interval = 10_000

/** Silence that somebody may take for the end of it, milliseconds. */
const patience = 300_000

export interface PlainProgress extends Context.Tag.Service<typeof Status> {
  /** Says what everything waits for or what runs, where nothing was said for five minutes; `now` is epoch milliseconds. */
  readonly remind: (now: number) => void
}

/** A watcher that hands whole lines, with their line ends, to `write`. */
export const progressPlain = (write: (text: string) => void, style: Style): PlainProgress => {
  let about: About | undefined
  let progress = nothing
  let counted = ""
  let saidAt = 0
  const say = (line: string, at: number): void => {
    saidAt = at
    write(`${line}\n`)
  }
  const sayHold = (now: number): boolean => {
    const hold = holdOf(progress, now)
    if (hold !== undefined) say(holdWords(hold, now), now)
    return hold !== undefined
  }
  const count = (now: number): string => countLine(progress, rateWords(progress, now), toGoWords(progress, now))
  const sayRunning = (now: number): void => {
    const [oldest] = firstOf(progress.running, 1)
    const runs = HashMap.size(progress.running.active)
    if (oldest === undefined || runs === 0) return
    const since = countdown(now - Date.parse(oldest.since))
    say(
      `${count(now)}; ${runs} running, ${runs > 1 ? "the longest " : ""}${printable(oldest.target)} for ${since}`,
      now
    )
  }
  return {
    begin: (plan: Plan, selection: Selection) => {
      about = { plan, selection }
    },
    observe: (event, state) => {
      progress = advance(progress, event, state, about)
      const line = eventLine(event, progress, style)
      if (line !== undefined) say(line, Date.parse(event.at))
      if (event.type === "RunResumed") sayHold(Date.parse(event.at))
      if (counted === "") counted = event.at
      if (event.type !== "RunHalted" && between(counted, event.at) >= interval) {
        counted = event.at
        say(count(Date.parse(event.at)), Date.parse(event.at))
      }
    },
    remind: (now) => {
      if (now - saidAt >= patience && !sayHold(now)) sayRunning(now)
    }
  }
}
