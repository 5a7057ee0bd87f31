/**
 * One round: a batch started, killed, started again, until it is through.
 *
 * Owns the order of things in a round. The surprise: what is broken does not end a round, so that all of it is
 * told together, and the folder of such a round stays.
 */
import { existsSync, readdirSync, readFileSync, renameSync } from "node:fs"
import { join } from "node:path"
import type { Dice } from "./Dice.ts"
import { secret } from "./KillBatch.ts"
import { brokenAtTheEnd, brokenInJournal, brokenInSteps, finished, lostAttempts, ranAgain, some } from "./KillChecks.ts"
import { type Course, prepare, read, readSummary, type Rehearsal, run } from "./KillCourse.ts"
import {
  currentRun,
  type Execution,
  keepRecords,
  readExecutions,
  readJournal,
  recordedEnded,
  RECORDS_KEPT,
  runFolders,
  saidEnded,
  succeeded
} from "./KillFacts.ts"
import { drawMoment, waitFor, writtenIn } from "./KillMoment.ts"
import { drawVictim, strike, untold } from "./KillStrike.ts"
import type { Stage } from "./Stage.ts"

/** Where a kill met the run. */
export const places = [
  "before the run",
  "at its first steps",
  "in the middle",
  "at its last steps",
  "after the halt"
] as const

export interface Round {
  readonly broken: ReadonlyArray<string>
  /** The folder, where something is broken. */
  readonly kept?: string
  readonly kills: ReadonlyArray<(typeof places)[number]>
  readonly attempts: number
  readonly ranAgain: number
  readonly lost: number
  /** Executions that a kill cut short, or that pawl ended before it made them again. */
  readonly cutShort: number
}

const READY_MS = 10_000

const placeOf = (stage: Stage, share: number): (typeof places)[number] => {
  const last = readJournal(currentRun(stage.path)).events.at(-1)
  if (last === undefined) return "before the run"
  if (last.type === "RunHalted") return "after the halt"
  return share < 0.1 ? "at its first steps" : share < 0.9 ? "in the middle" : "at its last steps"
}

/** What `pawl status` says, with the snapshot and then without it: the journal alone must tell the same. */
const brokenInStatus = async (stage: Stage, binary: string): Promise<ReadonlyArray<string>> => {
  const run = currentRun(stage.path)
  if (run === undefined || readJournal(run).events.length === 0) return []
  const ask = async (out: string): Promise<string> => {
    const code = await stage.start([binary, "status", "torture", "--format", "json"], { out, err: "status.err" }).ended
    return code === 0 ? read(stage, out) : `exit code ${code}: ${read(stage, "status.err")}`
  }
  const snapshot = join(run, "checkpoint.json")
  const one = await ask("status.1")
  if (!existsSync(snapshot)) return one.startsWith("{") ? [] : [`pawl status: ${one}`]
  renameSync(snapshot, `${snapshot}.aside`)
  const other = await ask("status.2")
  renameSync(`${snapshot}.aside`, snapshot)
  return one === other && one.startsWith("{") ? [] : [`pawl status says other things without checkpoint.json: ${other}`]
}

/** Steps that began again though the journal had had their success when pawl was killed. */
const brokenSince = (
  executions: ReadonlyArray<Execution>,
  durable: ReadonlySet<string>,
  from: number
): ReadonlyArray<string> =>
  some(
    "steps run after their success",
    executions.flatMap(({ from: at, step }) => at >= from && durable.has(step) ? [step] : [])
  )

/** A round of up to six kills. */
export const playRound = async (binary: string, rehearsal: Rehearsal, dice: Dice): Promise<Round> => {
  const { course } = rehearsal
  const stage = prepare(course)
  const broken: Array<string> = []
  const kills: Array<(typeof places)[number]> = []
  const ended = new Set<number>()
  const killed = new Set<number>()
  const excused = { ended, killed }
  const wishes = 1 + dice.below(6)
  let call = 0
  let end: number | string | undefined
  const steps = () => readExecutions(read(stage, "ran.txt"))
  const facts = () => ({ executions: steps(), journal: readJournal(currentRun(stage.path)) })
  const shareDone = (): number => finished(steps(), ended).length / rehearsal.attempts.size
  /** Who was ended by a call, by what it said of that, and by what it recorded of it before it was killed itself. */
  const hear = (): void => {
    for (const group of saidEnded(read(stage, `err.${call}`))) ended.add(group)
    for (const group of recordedEnded(read(stage, RECORDS_KEPT))) ended.add(group)
  }

  let isUnwatched = false
  const excuseUnwatched = (): void => {
    if (isUnwatched) { for (const group of untold(facts())) ended.add(group) }
    isUnwatched = false
  }

  for (; call < wishes && end === undefined; call++) {
    const moment = drawMoment(dice, rehearsal.pace, call === 0, wishes - call, writtenIn(stage.path))
    const victim = drawVictim(dice)
    const isQuietAfter = dice.below(2) === 0
    const durable = succeeded(readJournal(currentRun(stage.path)))
    const from = read(stage, "ran.txt").split("\n").length - 1
    excuseUnwatched()
    keepRecords(stage.path)
    const child = run(stage, binary, course, call)
    await waitFor(moment, stage.path, child.end)
    const place = placeOf(stage, shareDone())
    const struck = await strike(stage, child, victim, dice, facts)
    for (const group of struck.unknown) ended.add(group)
    for (const group of struck.killed) killed.add(group)
    isUnwatched = struck.isUnwatched
    const how = await child.ended
    hear()
    const isRobbed = victim === "its launcher" && how === 74
    if (how === "SIGKILL" || isRobbed) kills.push(isRobbed ? place : placeOf(stage, shareDone()))
    else end = how
    broken.push(...brokenInJournal(readJournal(currentRun(stage.path)).events))
    broken.push(...brokenSince(steps(), durable, from))
    if (isQuietAfter && (await stage.quiet(READY_MS)).length > 0) broken.push("a step does not end")
    if (isQuietAfter) broken.push(...await brokenInStatus(stage, binary))
  }
  if (end === undefined) {
    excuseUnwatched()
    keepRecords(stage.path)
    end = await run(stage, binary, course, call).ended
    hear()
    call++
  }
  if (end !== rehearsal.exitCode) {
    broken.push(
      `call ${call} ended with ${end}: ${read(stage, `err.${call - 1}`).trim().split("\n").slice(-3).join(" ")}`
    )
  } else {
    const { events, isTorn } = readJournal(currentRun(stage.path))
    if (isTorn) broken.push("the journal of a run that is through is torn")
    broken.push(...brokenInJournal(events), ...brokenAtTheEnd(events, readSummary(stage, call - 1), rehearsal))
    broken.push(...brokenInSteps(steps(), excused, rehearsal), ...await brokenInStatus(stage, binary))
    broken.push(...await brokenWhenRunAgain(stage, binary, course))
  }
  broken.push(...brokenSecret(stage))
  const left = await stage.quiet(1000)
  if (left.length > 0) broken.push(`left running: ${left.join(", ")}`)
  const executions = steps()
  const round = {
    // What was seen broken after several kills is told once, as it was seen last.
    broken: [...new Map(broken.map((what) => [what.split(":")[0], what])).values()],
    kills,
    attempts: new Set(executions.flatMap(({ attempt, to }) => to === undefined ? [] : [attempt])).size,
    ranAgain: ranAgain(executions, ended).length,
    lost: lostAttempts(executions, excused, rehearsal).length,
    cutShort: executions.length - finished(executions, ended).length
  }
  if (round.broken.length === 0) {
    stage.remove()
    return round
  }
  stage.keep()
  return { ...round, kept: stage.path }
}

const brokenSecret = ({ path }: Stage): ReadonlyArray<string> =>
  some(
    "files that hold the secret",
    readdirSync(path, { recursive: true, withFileTypes: true }).flatMap((entry) => {
      const file = join(entry.parentPath, entry.name)
      return entry.isFile() && readFileSync(file, "utf8").includes(secret) ? [file] : []
    })
  )

/** A run that is through does nothing more, and says the same. */
const brokenWhenRunAgain = async (stage: Stage, binary: string, course: Course): Promise<ReadonlyArray<string>> => {
  const before = read(stage, "ran.txt").length
  const first = await run(stage, binary, course, 99).ended
  const { exitCode } = readSummary(stage, 99)
  return [
    ...(first === exitCode ? [] : [`run again, it ends with ${first} and says ${exitCode}`]),
    ...(read(stage, "ran.txt").length === before ? [] : ["run again, it does something"]),
    ...(runFolders(stage.path).length === 0 ? ["there is no run"] : [])
  ]
}
