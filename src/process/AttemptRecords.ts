/**
 * What the launcher recorded of the attempts it started: that each began, and how it ended.
 *
 * Owns the reading of these lines. Pure. The surprise: they are only looked at when pawl was killed. An
 * attempt that ended while nobody was there to hear of it is known by its last line, and is not made again.
 */
import { constants } from "node:os"
import type { Attempt, ProcessId } from "./ProcessRunner.ts"

/** Which attempt it is, and where its output is. */
export interface AttemptTag {
  readonly target: string
  readonly path: string
  readonly attempt: number
  /** Of the run, from 1; 0 where its end is of no use to a later pawl. */
  readonly invocation: number
  /** The hash of its target. */
  readonly definition: string
  /** The name that its files in the spool begin with. */
  readonly files: string
  /** Where its own output begins in each log, bytes. */
  readonly out: number
  readonly err: number
  /** Its output went through a mask, and what pawl had not read of it when it was killed is lost. */
  readonly masked?: true
}

export interface RecordedAttempt extends AttemptTag {
  readonly id: ProcessId
  /** Epoch milliseconds. */
  readonly beganAt: number
  /** How it ended by itself; absent where it still runs, or pawl was ending it. */
  readonly ended?: { readonly exitCode?: number; readonly signal?: string; readonly at: number }
  /** Pawl was ending it, or did. */
  readonly isEnding: boolean
  /** Its files were given to another attempt since, which only happens where it had printed nothing. */
  readonly isSilent: boolean
}

/** Who an attempt is, by the environment that it is started with; an attempt without a name has empty ones. */
export const identityOf = (
  { env, origin = { invocation: 0, definition: "" } }: Attempt
): Pick<AttemptTag, "target" | "path" | "attempt" | "invocation" | "definition"> => ({
  ...origin,
  target: env["PAWL_TARGET"] ?? "",
  path: env["PAWL_STEP"] ?? "",
  attempt: Number(env["PAWL_ATTEMPT"] ?? 0)
})

const signalNames = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]))

/** The status that `wait` gives, as exit code or signal. */
export const readStatus = (status: number): { readonly exitCode: number } | { readonly signal: string } => {
  const signal = status & 0x7f
  return signal === 0
    ? { exitCode: (status >> 8) & 0xff }
    : { signal: signalNames.get(signal) ?? `signal ${signal}` }
}

/** The line that says that pawl is ending what a process began: how that ends is no end of its own. */
export const endingLine = (pid: number): string => `\n${JSON.stringify({ ending: pid })}\n`

/** The line that a record begins with: in which start of the machine it is made. */
export const bootLine = (boot: string): string => `${JSON.stringify({ boot })}\n`

type Line = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Line => typeof value === "object" && value !== null && !Array.isArray(value)

/** A line that a power cut tore or garbled says nothing. */
const parseLine = (text: string): Line => {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}

const whole = (value: unknown): number => (typeof value === "number" && Number.isSafeInteger(value) ? value : -1)

const fileName = /^\d{1,15}$/

const readBegin = (line: Line, pid: number): RecordedAttempt | undefined => {
  const { definition, files, path, target } = line
  const { at, attempt: number, err: errStart, invocation: count, out: outStart, start: startTime } = line
  const [attempt, beganAt, err, invocation, out, start] = [number, at, errStart, count, outStart, startTime].map(whole)
  if (typeof target !== "string" || typeof path !== "string" || typeof files !== "string") return undefined
  if (typeof definition !== "string") return undefined
  if (attempt === undefined || beganAt === undefined || err === undefined || out === undefined) return undefined
  if (
    invocation === undefined || invocation < 0 || attempt < 1 || beganAt < 0 || err < 0 || out < 0
    || !fileName.test(files)
  ) return undefined
  const id = start === undefined || start <= 0 ? { pid } : { pid, pidStart: start }
  const masked = line["masked"] === 1 ? { masked: true as const } : {}
  return {
    target,
    path,
    attempt,
    invocation,
    definition,
    files,
    out,
    err,
    ...masked,
    id,
    beganAt,
    isEnding: false,
    isSilent: false
  }
}

/** The attempts of a record, in the order in which they began. Never throws, whatever the text is. */
export const parseRecords = (text: string): ReadonlyArray<RecordedAttempt> => {
  const attempts = new Map<number, RecordedAttempt>()
  const byFiles = new Map<string, number>()
  for (const raw of text.split("\n")) {
    const line = parseLine(raw)
    const pid = whole(line["pid"])
    const began = whole(line["began"])
    const ended = whole(line["ended"])
    const stopped = whole(line["ending"])
    // The id of a process that has ended may be given to another.
    for (const [slot, attempt] of stopped > 0 ? attempts : []) {
      if (attempt.id.pid === stopped && attempt.ended === undefined) attempts.set(slot, { ...attempt, isEnding: true })
    }
    if (began >= 0 && pid > 0) {
      const attempt = readBegin(line, pid)
      if (attempt === undefined) continue
      const before = byFiles.get(attempt.files)
      const earlier = before === undefined ? undefined : attempts.get(before)
      if (before !== undefined && earlier !== undefined) attempts.set(before, { ...earlier, isSilent: true })
      byFiles.set(attempt.files, began)
      attempts.set(began, attempt)
    }
    const attempt = ended >= 0 ? attempts.get(ended) : undefined
    const status = whole(line["status"])
    if (attempt?.id.pid === pid && status >= 0 && !attempt.isEnding) {
      attempts.set(ended, {
        ...attempt,
        ended: { ...readStatus(status), at: Math.max(attempt.beganAt, whole(line["at"])) }
      })
    }
  }
  return [...attempts.values()]
}
