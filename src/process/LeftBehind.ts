/**
 * The attempts that a killed pawl left behind: from the launcher's record and the logs to their ends.
 *
 * Owns reading what is left in a spool, and giving its logs their place. Must not end anything. The
 * surprise: it may be done twice for the same attempt, where pawl is killed again in the middle of it;
 * what has its place already stays there.
 */
import { Effect, Schedule } from "effect"
import { closeSync, constants, existsSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from "node:fs"
import { dirname, join } from "node:path"
import { isFlockHeld } from "../checkpoint/Flock.ts"
import { StateError } from "../run/StateError.ts"
import { words } from "./AttemptEnd.ts"
import { bootLine, endingLine, parseRecords, type RecordedAttempt } from "./AttemptRecords.ts"
import { lengthOf, readTail } from "./LogFile.ts"
import { RECORDS, SPOOL } from "./LogSpool.ts"
import { readOutputs } from "./OutputFile.ts"
import type { LeftAttempt, LeftExit, ProcessId } from "./ProcessRunner.ts"
import { bootId, isAlive } from "./ProcessTable.ts"

const orUndefined = <A>(read: () => A): A | undefined => {
  try {
    return read()
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined
    throw cause
  }
}

/** The end of one log, from the spool or from its place; nothing where it was deleted. */
const readLog = (spooled: string, place: string, start: number, keep: number) => {
  if (existsSync(spooled)) {
    mkdirSync(dirname(place), { recursive: true, mode: 0o700 })
    renameSync(spooled, place)
  }
  const own = orUndefined(() => openSync(place, "r"))
  if (own === undefined) return { text: "", truncated: false }
  try {
    const log = { own, child: -1, start }
    return readTail(log, lengthOf(log), keep)
  } finally {
    closeSync(own)
  }
}

const nothing = { text: "", truncated: false }

const takeExit = (
  spool: string,
  { beganAt, ended, err, files, isSilent, out }: RecordedAttempt & {
    readonly ended: NonNullable<RecordedAttempt["ended"]>
  },
  log: string,
  keep: { readonly stdout: number; readonly stderr: number }
): LeftExit => {
  const { at, ...end } = ended
  const stdout = isSilent ? nothing : readLog(join(spool, `${files}.out`), `${log}.out`, out, keep.stdout)
  const stderr = isSilent ? nothing : readLog(join(spool, `${files}.err`), `${log}.err`, err, keep.stderr)
  const outputs = isSilent ? undefined : readOutputs(join(spool, `${files}.outputs`))
  return {
    ...end,
    timedOut: false,
    durationMs: at - beganAt,
    endedAt: at,
    stdout: stdout.text,
    stderr: stderr.text,
    truncated: { stdout: stdout.truncated, stderr: stderr.truncated },
    ...(outputs === undefined ? {} : { outputs })
  }
}

/** Records that pawl is ending what a process of that run began: how that ends is no end of its own. Throws. */
export const recordEnding = (runDir: string, { pid }: ProcessId): void => {
  const path = join(runDir, "logs", SPOOL, RECORDS)
  const fd = orUndefined(() => openSync(path, constants.O_WRONLY | constants.O_APPEND | constants.O_NOFOLLOW))
  if (fd === undefined) return
  try {
    writeSync(fd, endingLine(pid))
  } finally {
    closeSync(fd)
  }
}

/** The records of a run; none where they mean nothing any more. Throws the system's error. */
const readRecords = (spool: string): ReadonlyArray<RecordedAttempt> => {
  const text = orUndefined(() => readFileSync(join(spool, RECORDS), "utf8"))
  // Nothing here is synced. What a power cut has left of it may be the end of an attempt without its output.
  return text?.startsWith(bootLine(bootId())) === true ? parseRecords(text) : []
}

/**
 * Whether an attempt has ended by itself, and its launcher, which may be alive, has not recorded yet how. Throws the
 * system's error.
 */
const isRecordDue = (runDir: string): boolean =>
  readRecords(join(runDir, "logs", SPOOL)).some(({ ended, id, isEnding }) =>
    ended === undefined && !isEnding && !isAlive(id)
  )

/** What was begun in the run of that directory by a pawl that did not come to its end. Throws the system's error. */
const leftBehind = (runDir: string): ReadonlyArray<LeftAttempt> => {
  const spool = join(runDir, "logs", SPOOL)
  return readRecords(spool).map((recorded): LeftAttempt => {
    const { attempt, definition, files, id, invocation, masked, path, target } = recorded
    // What it wrote is in clear, and what expressions made of secrets is not known here.
    const isUnsafe = masked === true && !recorded.isSilent && existsSync(join(spool, `${files}.outputs`))
    const ended = isUnsafe ? undefined : recorded.ended
    return {
      target,
      path,
      attempt,
      ...(invocation === 0 ? {} : { origin: { invocation, definition } }),
      id,
      ...(masked === undefined ? {} : { masked }),
      ...(ended === undefined ? {} : { take: (log, keep) => takeExit(spool, { ...recorded, ended }, log, keep) })
    }
  })
}

const unreadable = (runDir: string) => (cause: unknown): StateError =>
  new StateError({
    message: `what a killed pawl left in ${runDir} could not be read: ${words(cause)}`,
    hint: "mend permissions, then run the same command again: nothing durable was lost",
    path: runDir
  })

const stillBeginning = (runDir: string): StateError =>
  new StateError({
    message: `a killed pawl's \`step launcher\` may still start a step of ${runDir}, and does not come to it`,
    hint:
      "continue or kill that process, which may be stopped, then run the same command again: nothing durable was lost",
    path: runDir
  })

/** Whether a killed pawl's launcher may still begin something in the run of that directory. Throws the system's error. */
const isBeginning = (runDir: string): boolean => {
  const fd = orUndefined(() => openSync(join(runDir, "logs", SPOOL), constants.O_RDONLY | constants.O_DIRECTORY))
  if (fd === undefined) return false
  try {
    return isFlockHeld(fd)
  } finally {
    closeSync(fd)
  }
}

/** How long a launcher on a busy machine is given to record an end that it has not come to yet: 15 times 20 ms. */
const patience = Schedule.intersect(Schedule.spaced(20), Schedule.recurs(15))

/** How long a process that a killed pawl has let go is waited for, which the system has not run since: 1,000 times 5 ms. */
const longPatience = Schedule.intersect(Schedule.spaced(5), Schedule.recurs(1000))

/** What was begun in the run of that directory, once the launcher has had its time to record begins and ends of it. */
export const findLeftBehind = (runDir: string): Effect.Effect<ReadonlyArray<LeftAttempt>, StateError> => {
  const look = <A>(look: (runDir: string) => A) => Effect.try({ try: () => look(runDir), catch: unreadable(runDir) })
  const begun = look(isBeginning).pipe(
    Effect.repeat({ schedule: longPatience, while: (isBeginning) => isBeginning }),
    Effect.zipRight(look(isBeginning)),
    Effect.filterOrFail((isBeginning) => !isBeginning, () => stillBeginning(runDir))
  )
  const ended = Effect.repeat(look(isRecordDue), { schedule: patience, while: (isDue) => isDue })
  return Effect.zipRight(Effect.zipRight(begun, ended), look(leftBehind))
}
