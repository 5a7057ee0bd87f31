/**
 * What a person does next with a run, as commands that can be typed.
 *
 * Owns which command fits which ending, and the quoting. Must not show the value of a secret
 * input. The surprise: a gate can be decided while its run is live; everything else has to wait.
 */
import { Schema } from "effect"
import { PREFLIGHT } from "../plan/Preflight.ts"
import { failedCheck } from "./CheckList.ts"
import type { RunOptions } from "../run/RunOptions.ts"
import type { Summary, SummaryGate, SummaryTarget } from "./Summary.ts"
import type { TargetList } from "./TargetList.ts"

export const NextStep = Schema.Struct({
  /** What the command is for. */
  why: Schema.String,
  /** To be typed as it is. */
  command: Schema.String
})
export type NextStep = typeof NextStep.Type

/** One word of a command line as a POSIX shell takes it. */
export const shellWord = (word: string): string =>
  /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`

/** `pawl VERB RUN NAME` with flags, a blank before each: a name that looks like a flag stands behind `--`. */
const named = (verb: string, runId: string, name: string, flags: string): string =>
  name.startsWith("-")
    ? `pawl ${verb} ${shellWord(runId)}${flags} -- ${shellWord(name)}`
    : `pawl ${verb} ${shellWord(runId)} ${shellWord(name)}${flags}`

/** What a call that goes on with a run has beside its first words: what decides the plan, and how it is run. */
export interface Invocation {
  readonly input: ReadonlyArray<string>
  readonly inputs?: string
  readonly stateDir?: string
  readonly secrets: ReadonlyArray<string>
  readonly autoAdvance?: boolean
  readonly maxParallel?: number
  readonly order?: RunOptions["order"]
  readonly halt?: RunOptions["halt"]
  readonly load?: RunOptions["load"]
  readonly memfree?: RunOptions["memfree"]
}

const loadOf = (
  load: NonNullable<RunOptions["load"]>
): string => ("percent" in load ? `${load.percent}%` : String(load.average))

const callOf = (
  first: readonly [verb: string, word: string],
  { autoAdvance, halt, input, inputs, load, maxParallel, memfree, order, secrets, stateDir }: Invocation
): string => {
  const masked = input.map((text) => {
    const name = text.split("=", 1)[0] ?? ""
    return secrets.includes(name) ? `${name}=…` : text
  })
  return [
    "pawl",
    ...first,
    ...masked.flatMap((text) => ["--input", text]),
    ...(inputs === undefined ? [] : ["--inputs", inputs]),
    ...(stateDir === undefined ? [] : ["--state-dir", stateDir]),
    ...(autoAdvance === undefined ? [] : [autoAdvance ? "--auto-advance" : "--no-auto-advance"]),
    ...(maxParallel === undefined ? [] : ["-j", String(maxParallel)]),
    ...(order === undefined || order === "manifest" ? [] : ["--order", order]),
    ...(halt === undefined || halt === "soon" ? [] : ["--halt", halt]),
    ...(load === undefined ? [] : ["--load", loadOf(load)]),
    ...(memfree === undefined ? [] : ["--memfree", String(memfree)])
  ].map(shellWord).join(" ")
}

/** `pawl run …` for the same plan in the same state directory and manner. The value of a secret input becomes `…`. */
export const sameRun = ({ manifest, ...same }: Invocation & { readonly manifest: string }): string =>
  callOf(["run", manifest], same)

/** `pawl resume …` in the same state directory and manner. The value of a secret input becomes `…`. */
export const sameResume = ({ runId, ...same }: Invocation & { readonly runId: string }): string =>
  callOf(["resume", runId], same)

const several = (count: number, what: string): string => `the ${count === 1 ? "" : `${count} `}${what}`

/** What is known of a run where this is asked. */
export interface Standing extends Pick<Summary, "counts" | "preflight" | "runId" | "targets"> {
  readonly haltReason: string | null
  readonly gates: ReadonlyArray<SummaryGate & { readonly decision?: unknown }>
  /** Of a run that was rate-limited. */
  readonly retryAt?: string | null
  /** A process works on it now: a gate can be decided all the same. */
  readonly isLive?: boolean
}

/** How commands about a run are called. */
export interface Calls {
  /** The call that goes on with it. */
  readonly again: string
  /** Put after every other command: where the state is, if it was named. */
  readonly place?: string
}

/** Of a step whose attempt was in flight: what each option means. */
const inFlight: Readonly<Record<string, string>> = { "run-again": "run it again", done: "take it for done" }

const REJECT = "reject"

const decisions = ({ gates, runId }: Standing, place: string): ReadonlyArray<NextStep> => {
  const open = gates.filter(({ decision }) => decision === undefined)
  const [gate] = open
  if (gate === undefined) return []
  const name = `${gate.target}/${gate.path}`
  const first = open.length === 1 ? "" : `, the first of ${open.length} gates`
  const approving = gate.options.filter((option) => option !== REJECT)
  const command = (verb: string, option = "") => named(verb, runId, name, `${option}${place}`)
  const approve = approving.map((option, at): NextStep => ({
    why: (gate.about === "in-flight"
      ? `${inFlight[option] ?? option}: ${name}`
      : approving.length === 1
      ? `approve ${name}`
      : `choose ${option} for ${name}`) + (at === 0 ? first : ""),
    command: command("approve", approving.length === 1 ? "" : ` --option ${shellWord(option)}`)
  }))
  return [...approve, { why: "or reject it", command: command("reject") }]
}

const onceDecided = ({ gates }: Standing, again: string): ReadonlyArray<NextStep> => {
  if (gates.length === 0) return []
  const open = gates.filter(({ decision }) => decision === undefined).length
  const why = open === 0 ? "go on with what was decided" : `go on once ${open === 1 ? "it is" : "they are"} decided`
  return [{ why, command: again }]
}

const goOn = (
  { counts: { paused, pending }, gates, haltReason, retryAt }: Standing,
  again: string
): ReadonlyArray<NextStep> => {
  const steps: Array<NextStep> = []
  const isTold = gates.length > 0
  if (paused > 0 && !isTold) steps.push({ why: `ask about ${several(paused, "paused")} again`, command: again })
  if (pending === 0) return steps
  const when = retryAt == null ? "" : `, not before ${retryAt}`
  if (!isTold || retryAt != null) {
    steps.push({ why: `go on with ${several(pending, "pending")}${when}`, command: again })
  }
  if (haltReason === "TargetBlocked") {
    steps.push({ why: "go on past blocked targets", command: `${again} --auto-advance` })
  }
  if (haltReason === "AwaitingApproval" && paused > 0) {
    steps.push({ why: "go on with others meanwhile", command: `${again} --auto-advance` })
  }
  return steps
}

const firstStuck = (targets: TargetList): SummaryTarget | undefined => {
  for (const target of targets) {
    if (target.step !== undefined && (target.status === "blocked" || target.status === "errored")) return target
  }
  return undefined
}

/** What may be done now, most useful first; nothing for a run that is through, or that is live and waits for nobody. */
export const nextSteps = (run: Standing, { again, place = "" }: Calls): ReadonlyArray<NextStep> => {
  const { blocked, errored } = run.counts
  const steps = [...decisions(run, place)]
  if (run.isLive === true) return steps
  steps.push(...onceDecided(run, again))
  const check = failedCheck(run.preflight)
  if (check?.log !== undefined || check?.errorLog !== undefined) {
    steps.push({
      why: "see why the preflight failed",
      command: `pawl logs ${shellWord(run.runId)} ${shellWord(`${PREFLIGHT}/${check.path}`)}${
        check.errorLog === undefined ? "" : " --stderr"
      }${place}`
    })
  }
  const stuck = blocked + errored === 0 ? undefined : firstStuck(run.targets)
  if (stuck?.step !== undefined) {
    const step = stuck.steps.find(({ path }) => path === stuck.step)
    // A gate that was rejected has printed nothing.
    if (step?.log !== undefined || step?.errorLog !== undefined) {
      steps.push({
        why: blocked + errored === 1 ? "see why it is stuck" : "see why the first is stuck",
        command: named(
          "logs",
          run.runId,
          `${stuck.id}/${stuck.step}`,
          `${step.errorLog === undefined ? "" : " --stderr"}${place}`
        )
      })
    }
  }
  steps.push(...goOn(run, again))
  if (blocked > 0) steps.push({ why: `try ${several(blocked, "blocked")} again`, command: `${again} --retry-blocked` })
  if (errored > 0) steps.push({ why: `try ${several(errored, "errored")} again`, command: `${again} --retry-errors` })
  return steps
}
