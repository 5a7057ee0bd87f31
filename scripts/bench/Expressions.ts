/**
 * What an expression costs beside what it is there for: starting a process.
 *
 * Owns how often each is done. The surprise: so that a start of the measuring program does not count, evaluations
 * are measured by the million and processes by the thousand.
 */
import type { Part, Programs } from "./Part.ts"
import type { Scope } from "./Scope.ts"

const often = { processes: 1_000, conditions: 1_000_000, items: 100 }

const names = {
  processes: "1,000 processes, /bin/true",
  conditions: "1,000,000 conditions",
  items: "100 filters over 10,000 items"
} as const

/** The loop in C that only starts processes, and the expressions. */
export const expressionPart = ({ evaluate, floor }: Programs, { evaluations: rounds }: Scope): Part => ({
  name: "expressions",
  about: "Expressions: a condition on the exit code of a step and on an input, and a filter over what the 10,000 items "
    + "of a map came to. The processes are started and awaited by the C program, which syncs nothing here",
  rounds,
  warmUp: true,
  contenders: [
    { name: names.processes, command: () => [floor, "exec", String(often.processes), "-"] },
    { name: names.conditions, command: () => [evaluate, "condition", String(often.conditions)] },
    { name: names.items, command: () => [evaluate, "items", String(often.items)] }
  ],
  comparisons: [
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
})
