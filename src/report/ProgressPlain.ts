/**
 * Progress where there is no terminal: one line for what needs attention, a count now and then.
 *
 * Owns how often. Must not read a clock: the time is that of the events themselves, so that a
 * rehearsed run reads as the real one would.
 */
import type { Plan } from "../plan/Plan.ts"
import type { Selection } from "../plan/Selection.ts"
import type { Status } from "../run/Status.ts"
import { between } from "./Duration.ts"
import { countLine, eventLine } from "./EventLine.ts"
import { type About, advance, nothing } from "./Progress.ts"
import type { Style } from "./Style.ts"

/** Between two count lines, milliseconds of the events' time. */
const interval = 10_000

/** A watcher that hands whole lines, with their line ends, to `write`. */
export const progressPlain = (write: (text: string) => void, style: Style): Status["Type"] => {
  let about: About | undefined
  let progress = nothing
  let counted = ""
  return {
    begin: (plan: Plan, selection: Selection) => {
      about = { plan, selection }
    },
    observe: (event, state) => {
      progress = advance(progress, event, state, about)
      const line = eventLine(event, progress, style)
      if (line !== undefined) write(`${line}\n`)
      if (counted === "") counted = event.at
      if (event.type !== "RunHalted" && between(counted, event.at) >= interval) {
        counted = event.at
        write(`${countLine(progress)}\n`)
      }
    }
  }
}
