/**
 * What a person does next with a run, as commands that can be typed.
 *
 * Owns which command fits which ending, and the quoting. Must not show the value of a secret
 * input. The surprise: a stored run does not know where its manifest is (no path of a machine
 * is kept), so that a view of it says `BATCH` where a person puts the file.
 */
import { Schema } from "effect"
import type { Summary } from "./Summary.ts"

export const NextStep = Schema.Struct({
  /** What the command is for. */
  why: Schema.String,
  /** To be typed as it is, but for `BATCH`, which stands for the manifest. */
  command: Schema.String
})
export type NextStep = typeof NextStep.Type

/** One word of a command line as a POSIX shell takes it. */
export const shellWord = (word: string): string =>
  /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`

/** The call that goes on with a run: its manifest, what else decides the plan, and how it is run. */
export interface Invocation {
  readonly manifest: string
  readonly input: ReadonlyArray<string>
  readonly inputs?: string
  readonly stateDir?: string
  readonly secrets: ReadonlyArray<string>
  readonly autoAdvance?: boolean
  readonly maxParallel?: number
}

/** `pawl run …` for the same plan in the same state directory and manner. The value of a secret input becomes `…`. */
export const sameRun = (
  { autoAdvance, input, inputs, manifest, maxParallel, secrets, stateDir }: Invocation
): string => {
  const masked = input.map((text) => {
    const name = text.split("=", 1)[0] ?? ""
    return secrets.includes(name) ? `${name}=…` : text
  })
  return [
    "pawl",
    "run",
    manifest,
    ...masked.flatMap((text) => ["--input", text]),
    ...(inputs === undefined ? [] : ["--inputs", inputs]),
    ...(stateDir === undefined ? [] : ["--state-dir", stateDir]),
    ...(autoAdvance === undefined ? [] : [autoAdvance ? "--auto-advance" : "--no-auto-advance"]),
    ...(maxParallel === undefined ? [] : ["-j", String(maxParallel)])
  ].map(shellWord).join(" ")
}

const several = (count: number, what: string): string => `the ${count === 1 ? "" : `${count} `}${what}`

/** What may be done now, most useful first; nothing for a run that is through or that is live. */
export const nextSteps = (
  run: Pick<Summary, "counts" | "runId" | "targets"> & { readonly haltReason: string | null },
  base: string,
  extra = ""
): ReadonlyArray<NextStep> => {
  const { blocked, errored, pending } = run.counts
  const steps: Array<NextStep> = []
  const stuck = run.targets.find((target) => target.step !== undefined)
  if (stuck?.step !== undefined) {
    const step = stuck.steps.find(({ path }) => path === stuck.step)
    steps.push({
      why: blocked + errored === 1 ? "see why it is stuck" : "see why the first is stuck",
      command: `pawl logs ${shellWord(run.runId)} ${shellWord(`${stuck.id}/${stuck.step}`)}${
        step?.errorLog === undefined ? "" : " --stderr"
      }${extra}`
    })
  }
  if (pending > 0) {
    steps.push({ why: `go on with ${several(pending, "pending")}`, command: base })
    if (run.haltReason === "TargetBlocked") {
      steps.push({ why: "go on past blocked targets", command: `${base} --auto-advance` })
    }
  }
  if (blocked > 0) steps.push({ why: `try ${several(blocked, "blocked")} again`, command: `${base} --retry-blocked` })
  if (errored > 0) steps.push({ why: `try ${several(errored, "errored")} again`, command: `${base} --retry-errors` })
  return steps
}
