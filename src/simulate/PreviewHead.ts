/**
 * What the table says before its tree: the plan, the run's manner, and how much there is of what.
 *
 * Owns these lines. Must not know targets. The surprise: they are broken where they get long, and cut only on
 * a terminal.
 */
import { stringifyJson } from "../expression/Value.ts"
import { fit, printable, width } from "../report/Printable.ts"
import type { Style } from "../report/Style.ts"
import type { Preview } from "./Preview.ts"
import { brief, retryWords, several, timeoutWords } from "./PreviewWords.ts"
import type { Simulation } from "./Simulation.ts"

export interface Look {
  readonly style: Style
  /** Of the terminal; absent where the text does not go to one, and nothing is cut. */
  readonly columns?: number
}

const rateLimitWords = (limit: NonNullable<Simulation["rateLimit"]>): ReadonlyArray<string> => {
  const { exitCodes, maxWaitMs, onLimit, stderr } = limit
  const signs = [
    ...exitCodes.map((code) => `exit code ${code}`),
    ...(stderr === undefined ? [] : [`\`${stderr}\` on standard error`])
  ]
  return [signs.join(" or "), onLimit === "wait" ? `waits, at most ${brief(maxWaitMs)}` : "halts"]
}

/** A line as a terminal has room for it. */
export const lineOf = (text: string, { columns }: Look): string => (columns === undefined ? text : fit(text, columns))

/** Of an input's line, where there is no terminal: a list may have a hundred thousand elements. */
const mostOfInput = 200

/** Where a line ends that may end sooner. */
const usual = 80

const runWords = (options: Simulation["options"]): ReadonlyArray<string> => {
  const { autoAdvance, cap, halt, maxBlocked, maxParallel, noWait, order, strict } = options
  return [
    maxParallel === 0 ? "as many targets at a time as processors" : `${several(maxParallel, "target")} at a time`,
    autoAdvance ? "goes on past blocked targets" : "halts at the first blocked target",
    ...(maxBlocked === null
      ? []
      : [`at most ${"count" in maxBlocked ? maxBlocked.count : `${maxBlocked.percent}%`} blocked`]),
    ...(halt === "soon" ? [] : ["interrupts what runs where it halts for stuck targets"]),
    ...(strict ? ["strict"] : []),
    ...(noWait ? ["halts where it would wait for more than a minute"] : []),
    ...(cap === null ? [] : [`at most ${several(cap, "step")} started`]),
    ...(order === "manifest" ? [] : ["longest first by earlier runs, which are not looked at here"])
  ]
}

const failureWords = ({ circuitBreaker, retries, timeoutMs }: Simulation["failure"]): ReadonlyArray<string> => [
  retryWords(retries),
  timeoutWords(timeoutMs),
  circuitBreaker === false ? "no breaker" : `breaker at ${circuitBreaker.threshold}`
]

/** Pieces on as few lines of a width as they fit on; a piece that is longer is cut. */
const flowed = (pieces: ReadonlyArray<string>, columns: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let line = ""
  for (const piece of pieces) {
    if (line !== "" && width(line) + 1 + width(piece) > columns) {
      lines.push(line)
      line = piece
    } else line = line === "" ? piece : `${line} ${piece}`
  }
  return [...lines, line].map((each) => fit(each, columns))
}

/** A text on lines of a width, at most so many. */
export const broken = (text: string, columns: number, most: number): ReadonlyArray<string> => {
  const lines = flowed(text.split(" "), columns)
  return lines.length <= most ? lines : [...lines.slice(0, most - 1), fit(`${lines[most - 1] ?? ""} …`, columns)]
}

/** Parts on as few lines as they fit on, those after the first set in. */
const wrapped = (label: string, parts: ReadonlyArray<string>, columns: number): ReadonlyArray<string> => {
  const pieces = parts.map((part, index) => index === parts.length - 1 ? part : `${part};`)
  const [first = "", ...more] = flowed(pieces, columns - label.length - 1)
  return [`${label} ${first}`, ...more.map((line) => " ".repeat(label.length + 1) + line)]
}

const counted = (counts: ReadonlyArray<readonly [count: number, words: string]>): ReadonlyArray<string> =>
  counts.filter(([count]) => count > 0).map(([count, words]) => `${count} ${words}`)

/** How many of what there are. */
export const countLines = (
  { steps, targets }: Simulation["counts"],
  filteredOut: number,
  { columns = usual }: Look
): ReadonlyArray<string> => [
  ...wrapped(
    `${several(targets.total, "target")}:`,
    counted([
      [targets.pending, "pending"],
      [targets.skipped, filteredOut === 0 ? "skipped" : `skipped (${filteredOut} not selected)`],
      [targets.blocked, "blocked"],
      [targets.paused, "paused"]
    ]),
    columns
  ),
  ...(steps.total === 0 ? [] : wrapped(
    `${several(steps.total, "step")}:`,
    counted([
      [steps.pending, "pending"],
      [steps.skipped, "skipped"],
      [steps.requiresApproval, "requires-approval"],
      [steps.requiresPolicy, "requires-policy"],
      [steps.conditional, "of them conditional"]
    ]),
    columns
  ))
]

/** What the run is: its inputs, how it goes on, and what it does about failures. */
export const headLines = ({ head, plan }: Preview, look: Look): ReadonlyArray<string> => {
  const { columns = usual, style } = look
  return [
    `${style.bold(printable(plan.batch))}: what would happen`,
    `plan: ${plan.hash}`,
    ...Object.entries(plan.inputs).map(([name, value]) =>
      fit(`input ${printable(name)} = ${printable(stringifyJson(value))}`, look.columns ?? mostOfInput)
    ),
    ...plan.secrets.map((name) => `input ${printable(name)} is secret`),
    ...wrapped("run:", runWords(head.options), columns),
    ...wrapped("failure:", failureWords(head.failure), columns),
    ...(head.rateLimit === undefined
      ? []
      : wrapped("rate limit:", rateLimitWords(head.rateLimit).map(printable), columns))
  ]
}
