/**
 * What is run in a round: a batch, how wide, and what it was like when nobody killed it.
 *
 * Owns the folder of a round and the call of pawl in it. The surprise: every call is the same one.
 */
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { batches, type BatchName, secret, step } from "./KillBatch.ts"
import { type Reference, statusesOf, type Summary } from "./KillChecks.ts"
import { readExecutions } from "./KillFacts.ts"
import { type Pace, waitFor, writtenIn } from "./KillMoment.ts"
import { makeStage, type Stage, type Started } from "./Stage.ts"

/** What is run, and how wide. */
export interface Course {
  readonly batch: BatchName
  readonly width: number
}

/** How a course goes when nobody kills it. */
export interface Rehearsal extends Reference {
  readonly course: Course
  readonly pace: Pace
}

export const read = (stage: Stage, name: string): string => {
  const path = join(stage.path, name)
  return existsSync(path) ? readFileSync(path, "utf8") : ""
}

export const prepare = ({ batch }: Course): Stage => {
  const stage = makeStage("kill")
  writeFileSync(join(stage.path, "batch.yaml"), batches[batch])
  writeFileSync(join(stage.path, "step.sh"), step)
  chmodSync(join(stage.path, "step.sh"), 0o755)
  return stage
}

export const run = (stage: Stage, binary: string, { width }: Course, call: number): Started =>
  stage.start([binary, "run", "batch.yaml", "--auto-advance", "-j", String(width), "--format", "json"], {
    out: `out.${call}`,
    err: `err.${call}`,
    env: { TORTURE_TOKEN: secret }
  })

export const readSummary = (stage: Stage, call: number): Summary => JSON.parse(read(stage, `out.${call}`))

/** Runs a course through once, to see what it does and how long that takes. */
export const rehearse = async (binary: string, course: Course): Promise<Rehearsal> => {
  const stage = prepare(course)
  const from = performance.now()
  const child = run(stage, binary, course, 0)
  await waitFor({ until: "journal", ms: 0 }, stage.path, child.end)
  const startMs = performance.now() - from
  const exitCode = await child.ended
  if (typeof exitCode !== "number") throw new Error(`the rehearsal of ${course.batch} ended by ${exitCode}`)
  const executions = readExecutions(read(stage, "ran.txt"))
  const rehearsal = {
    course,
    pace: { startMs, written: writtenIn(stage.path) },
    exitCode,
    attempts: new Set(executions.map(({ attempt }) => attempt)),
    statuses: statusesOf(readSummary(stage, 0))
  }
  stage.remove()
  return rehearsal
}
