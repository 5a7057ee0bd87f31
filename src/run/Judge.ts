/**
 * What the end of an attempt means: success, or a failure with one reason.
 *
 * Owns the reading of exit codes, of JSON output and of the `$PAWL_OUTPUT` file. Pure. The
 * surprise: a command that exits 0 fails all the same where its promised output is not there.
 */
import { Either } from "effect"
import { parseJson, UnfitJson, type Value, type ValueObject } from "../expression/Value.ts"
import { isValue } from "../manifest/Inputs.ts"
import type { Exit } from "../process/ProcessRunner.ts"
import type { FailureReason } from "./EventShape.ts"
import type { StepOutput } from "./StepOutput.ts"

export interface Failure {
  readonly reason: FailureReason
  /** What a person reads in the morning, lower-case. */
  readonly message: string
  readonly exitCode?: number
  readonly signal?: string
}

export interface Verdict {
  readonly output: StepOutput
  readonly failure?: Failure
}

/** The last 16 KiB of a stream are kept in the record of a step. */
export const KEPT_BYTES = 16 * 1024
/** With `outputs: json` the whole of standard output is read, up to this. */
export const JSON_BYTES = 1024 * 1024

/** A duration in the words of a message: `90 s` is `1.5 min`. */
export const shortDuration = (milliseconds: number): string => {
  const total = milliseconds / 1000
  if (total < 60) return `${total} s`
  return total < 3600 ? `${Math.round(total / 6) / 10} min` : `${Math.round(total / 360) / 10} h`
}

const key = /^[A-Za-z_][A-Za-z0-9_-]*$/

const isObject = (value: Value): value is ValueObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Why a text is no JSON that pawl takes; `unfit` where it is JSON all the same. */
interface BadJson {
  readonly unfit: boolean
  readonly message: string
}

const badJson = (cause: unknown): BadJson => ({
  unfit: cause instanceof UnfitJson,
  message: cause instanceof Error ? cause.message : String(cause)
})

const parse = (text: string): Either.Either<Value, BadJson> =>
  Either.try({ try: () => parseJson(text), catch: badJson }).pipe(
    Either.filterOrLeft(isValue, () => ({ unfit: true, message: "a number that JSON can't hold" }))
  )

/** Reads `key=value` lines and lines that are one JSON object each; later ones win. */
export const parseOutputFile = (text: string): Either.Either<Readonly<Record<string, Value>>, string> => {
  const values = new Map<string, Value>()
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue
    if (line.startsWith("{")) {
      const object = parse(line)
      if (Either.isLeft(object) && object.left.unfit) {
        return Either.left(`line ${index + 1} holds ${object.left.message}`)
      }
      if (Either.isLeft(object) || !isObject(object.right)) return Either.left(`line ${index + 1} is not a JSON object`)
      for (const [name, value] of Object.entries(object.right)) values.set(name, value)
      continue
    }
    const equals = line.indexOf("=")
    const name = line.slice(0, Math.max(equals, 0))
    if (!key.test(name)) return Either.left(`line ${index + 1} is not key=value`)
    values.set(name, line.slice(equals + 1))
  }
  return Either.right(Object.fromEntries(values))
}

const endFailure = (exit: Exit, timeoutMs: number | undefined): Failure | undefined => {
  if (exit.timedOut) {
    return { reason: "timed-out", message: `no end after ${shortDuration(timeoutMs ?? exit.durationMs)}` }
  }
  if (exit.signal !== undefined) {
    return { reason: "signal", message: `ended by ${exit.signal}`, signal: exit.signal }
  }
  if (exit.exitCode === 0) return undefined
  return {
    reason: "exit-code",
    message: `exit code ${exit.exitCode}`,
    ...(exit.exitCode === undefined ? {} : { exitCode: exit.exitCode })
  }
}

const bad = (message: string): Failure => ({ reason: "bad-output", message, exitCode: 0 })

/** The end of an output that goes into the record, when more of it was read for its JSON or its secrets. */
export const cutOutput = (output: StepOutput): StepOutput =>
  output.stdout.length <= KEPT_BYTES && output.stderr.length <= KEPT_BYTES
    ? output
    : { ...output, stdout: output.stdout.slice(-KEPT_BYTES), stderr: output.stderr.slice(-KEPT_BYTES), truncated: true }

/** Judges the end of an attempt. `timeoutMs` is only for the message. */
export const judge = (exit: Exit, outputs: "text" | "json", timeoutMs?: number): Verdict => {
  const truncated = exit.truncated.stdout || exit.truncated.stderr
  const output: StepOutput = {
    ...(exit.exitCode === undefined || exit.timedOut ? {} : { exit_code: exit.exitCode }),
    stdout: exit.stdout,
    stderr: exit.stderr,
    ...(truncated ? { truncated } : {})
  }
  const failure = endFailure(exit, timeoutMs)
  if (failure !== undefined) return { output, failure }

  if (exit.outputs?.tooLong === true) return { output, failure: bad("$PAWL_OUTPUT is longer than 1 MiB") }
  const values = exit.outputs === undefined ? undefined : parseOutputFile(exit.outputs.text)
  if (values !== undefined && Either.isLeft(values)) {
    return { output, failure: bad(`$PAWL_OUTPUT: ${values.left}`) }
  }
  const withValues = values === undefined ? output : { ...output, values: values.right }
  if (outputs === "text") return { output: withValues }

  if (exit.truncated.stdout) {
    return { output: withValues, failure: bad("standard output is longer than the 1 MiB allowed for JSON") }
  }
  const json = parse(exit.stdout)
  if (Either.isRight(json)) return { output: { ...withValues, json: json.right } }
  const said = json.left.unfit ? `holds ${json.left.message}` : `is not JSON: ${json.left.message}`
  return { output: withValues, failure: bad(`standard output ${said}`) }
}
