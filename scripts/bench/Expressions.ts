/**
 * What an expression costs beside what it is there for: starting a process.
 *
 * Owns how often each is done. The surprise: so that a start of the measuring program does not count, evaluations
 * are measured by the million and processes by the thousand.
 */
import type { Contender } from "./Measure.ts"
import type { Comparison } from "./Report.ts"

const often = { processes: 1_000, conditions: 1_000_000, items: 100 }

export const names = {
  processes: "1,000 processes, /bin/true",
  conditions: "1,000,000 conditions",
  items: "100 filters over 10,000 items"
} as const

/** The loop in C that only starts processes, and the expressions. */
export const evaluators = (
  executables: { readonly floor: string; readonly evaluate: string }
): ReadonlyArray<Contender> => [
  { name: names.processes, command: () => [executables.floor, "exec", String(often.processes), "-"] },
  { name: names.conditions, command: () => [executables.evaluate, "condition", String(often.conditions)] },
  { name: names.items, command: () => [executables.evaluate, "items", String(often.items)] }
]

export const comparisons: ReadonlyArray<Comparison> = [
  {
    what: "starting a process to evaluating a condition",
    of: names.processes,
    against: names.conditions,
    times: often.conditions / often.processes
  },
  {
    what: "starting a process to a filter over 10,000 items",
    of: names.processes,
    against: names.items,
    times: often.items / often.processes
  }
]
