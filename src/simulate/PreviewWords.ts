/**
 * What the table says of one step, in brief words.
 *
 * Owns the words. Must not know trees or terminals. The surprise: of retries and time-outs it says only what
 * differs from the batch's own, which stands once at the top.
 */
import { textOf } from "../expression/Text.ts"
import { canonicalJson } from "../expression/Value.ts"
import { isValue } from "../manifest/Inputs.ts"
import type { PlanStep, RetryPolicyData } from "../plan/Plan.ts"
import { duration } from "../report/Duration.ts"
import { shellWord } from "../report/NextSteps.ts"
import { fixed, type Line } from "./PreviewRow.ts"
import type { Simulation, SimulationStep } from "./Simulation.ts"

/** What is said further up already, and holds where a step says nothing else. */
export interface Said {
  readonly failure: Simulation["failure"]
  readonly workdir: string | undefined
  /** What goes on without a step that may fail; the target, where it is not said. */
  readonly around?: string
}

const line = (shown: string, written: string): Line => ({ shown, written })

export const several = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`

/** `2m05s`, without what is nought: `10m`, `2s`. */
export const brief = (ms: number): string => duration(ms).replace(/(?<=[mhd])00[smh]$/, "").replace(/\.0s$/, "s")

/** The first line of a script, and how many more there are. */
const firstLine = (script: string): string => {
  const [first = "", ...others] = script.split("\n").map((each) => each.trim()).filter((each) => each !== "")
  return others.length === 0 ? first : `${first} (and ${several(others.length, "line")} more)`
}

const wordsOf = (words: ReadonlyArray<string>): string =>
  words.map((word) => (/^[^\s'"\\$`&|;<>()]+$/.test(word) || word.startsWith("{{") ? word : shellWord(word))).join(" ")

export const retryWords = ({ backoffSeconds, factor, jitter, maxAttempts, maxBackoffSeconds, on }: RetryPolicyData) => {
  if (maxAttempts === 1) return "1 attempt"
  const wait = factor === 1
    ? `${brief(backoffSeconds * 1000)} apart`
    : `${brief(backoffSeconds * 1000)} apart, ×${factor} up to ${brief(maxBackoffSeconds * 1000)}`
  const only = on === undefined ? [] : [
    ...(on.exitCodes ?? []).map((code) => `exit code ${code}`),
    ...(on.timeout === true ? ["a time-out"] : [])
  ]
  return `up to ${maxAttempts} attempts, ${wait}${jitter ? ", varied" : ""}${
    only.length === 0 ? "" : `, only after ${only.join(" or ")}`
  }`
}

export const timeoutWords = (timeoutMs: number | null | undefined): string =>
  timeoutMs == null ? "no time-out" : `at most ${brief(timeoutMs)} each`

const itemText = (item: unknown): string => (isValue(item) ? textOf(item) : "")

const itemsWords = ({ items = [] }: SimulationStep): string => {
  const shown = items.slice(0, 20).map(itemText).join(", ")
  return `map over ${several(items.length, "item")}${items.length === 0 ? "" : `: ${shown}`}${
    items.length > 20 ? ", …" : ""
  }`
}

const gateWords = (
  gate: SimulationStep["gate"],
  written: Extract<PlanStep, { readonly kind: "gate" }>["gate"]
): Line => {
  switch (written.type) {
    case "approval":
      return line(`approval: ${gate?.message ?? ""}`, `approval: ${written.message}`)
    case "policy":
      return fixed(`policy${gate?.decision === undefined ? "" : `, ${gate.decision}`}: ${written.policy}`)
    case "check":
      return line(`check: ${firstLine(gate?.run ?? "")}`, `check: ${firstLine(written.run)}`)
  }
}

const workWords = (step: SimulationStep, written: PlanStep): Line => {
  switch (written.kind) {
    case "run":
      return line(`run: ${firstLine(step.run ?? "")}`, `run: ${firstLine(written.run)}`)
    case "command":
      return line(`command: ${wordsOf(step.command ?? [])}`, `command: ${wordsOf(written.command)}`)
    case "gate":
      return gateWords(step.gate, written.gate)
    case "if":
      return fixed(`if ${written.if}`)
    case "switch":
      return fixed(`switch ${written.switch}`)
    case "map":
      return line(
        step.items === undefined ? `map over ${step.over ?? "a list"}` : itemsWords(step),
        `map over ${typeof written.over === "string" ? written.over : several(written.over.length, "item")}`
      )
    case "parallel":
      return fixed("parallel")
    case "loop":
      return fixed(written.while === undefined ? `loop until ${written.until ?? ""}` : `loop while ${written.while}`)
  }
}

const reasons: { readonly [Reason in NonNullable<SimulationStep["reason"]>]: string } = {
  "when-false": "`when` is false",
  "branch-not-taken": "branch not taken",
  "no-items": "no items",
  "no-iterations": "no iterations",
  "gate-rejected": "left out, since a gate before it is rejected",
  "not-reached": "not reached",
  "parent-skipped": "",
  "target-skipped": ""
}

/** What a step is, or why it is not done. */
export const whatOf = (step: SimulationStep, written: PlanStep): Line => {
  if (step.status !== "skipped" || step.reason === undefined) return workWords(step, written)
  const reason = reasons[step.reason]
  if (reason === "") return workWords(step, written)
  return fixed(step.reason === "when-false" && step.when !== undefined ? `${reason}: ${step.when}` : reason)
}

const sameRetries = (a: RetryPolicyData, b: RetryPolicyData): boolean =>
  a.maxAttempts === b.maxAttempts
  && (a.maxAttempts === 1
    || (a.backoffSeconds === b.backoffSeconds && a.factor === b.factor && a.maxBackoffSeconds === b.maxBackoffSeconds
      && a.jitter === b.jitter && canonicalJson(a.on) === canonicalJson(b.on)))

const attemptNotes = (step: SimulationStep, { failure }: Said): ReadonlyArray<string> => {
  const { idempotent, retries, timeoutMs } = step
  if (retries === undefined) return []
  return [
    ...(sameRetries(retries, failure.retries) ? [] : [retryWords(retries)]),
    ...((timeoutMs ?? null) === failure.timeoutMs ? [] : [timeoutWords(timeoutMs)]),
    ...(idempotent === false ? ["never twice without a person"] : [])
  ]
}

const rejection: { readonly [On in "abort" | "skip" | "retry"]: ReadonlyArray<string> } = {
  abort: [],
  skip: ["a rejection leaves out the rest"],
  retry: ["a rejection asks again"]
}

const gateNotes = ({ gate }: SimulationStep): ReadonlyArray<string> => {
  if (gate === undefined) return []
  const { onReject, options = [], show, timeoutMs } = gate
  return [
    ...(options.length === 0 || options.join() === "approve,reject" ? [] : [`options: ${options.join(", ")}`]),
    ...(show === undefined ? [] : [`shows ${show}`]),
    ...(timeoutMs === undefined ? [] : [timeoutWords(timeoutMs)]),
    ...rejection[onReject]
  ]
}

const compositeNotes = (step: SimulationStep): ReadonlyArray<string> => [
  ...(step.maxParallel === undefined || (step.kind === "map" && step.maxParallel === 1)
    ? []
    : [`${step.maxParallel} at a time`]),
  ...(step.expanded === false ? ["too many steps to list them for each item"] : []),
  ...(step.kind !== "loop" || step.maxIterations === undefined ? [] : [
    step.iterations === undefined
      ? `at most ${several(step.maxIterations, "iteration")}`
      : several(step.iterations, "iteration"),
    ...(step.everyMs === undefined ? [] : [`${brief(step.everyMs)} apart`])
  ])
]

/** What else there is to know of a step that may be done. */
export const notesOf = (step: SimulationStep, said: Said): ReadonlyArray<Line> => {
  const { conditional, continueOnError, problem, status, when, workdir } = step
  if (status === "skipped") return []
  return [
    ...(conditional === true && when !== undefined ? [fixed(`when ${when}`)] : []),
    ...(problem === undefined ? [] : [line(`it will fail: ${problem}`, "it will fail")]),
    ...attemptNotes(step, said).map(fixed),
    ...gateNotes(step).map(fixed),
    ...compositeNotes(step).map(fixed),
    ...(continueOnError ? [fixed(`${said.around ?? "the target"} goes on if it fails`)] : []),
    ...(workdir === undefined || workdir === said.workdir ? [] : [line(`in ${workdir}`, "in a folder of its own")])
  ]
}

/** The status as the table has it. */
export const statusOf = ({ conditional, status }: SimulationStep): string =>
  status === "pending" && conditional === true ? "conditional" : status
