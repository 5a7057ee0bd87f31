/** Processes that only say how they would have ended, on whatever clock there is. */
import { Effect, Layer } from "effect"
import {
  type Attempt,
  CouldNotStart,
  type Exit,
  type LeftAttempt,
  ProcessRunner
} from "../../src/process/ProcessRunner.ts"

export interface Scripted {
  readonly exitCode?: number
  readonly durationMs?: number
  readonly stdout?: string
  readonly stderr?: string
  readonly timedOut?: boolean
  readonly couldNotStart?: string
}

export interface Started {
  readonly target: string
  readonly step: string
  readonly attempt: number
  readonly command: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string>>
  readonly workdir: string
}

export type Script = (started: Started) => Scripted

const startedOf = (attempt: Attempt): Started => ({
  target: attempt.env["PAWL_TARGET"] ?? "",
  step: attempt.env["PAWL_STEP"] ?? "",
  attempt: Number(attempt.env["PAWL_ATTEMPT"]),
  command: attempt.command,
  env: attempt.env,
  workdir: attempt.workdir
})

export const exitOf = (end: Scripted): Exit => ({
  ...(end.timedOut === true ? { signal: "SIGTERM" } : { exitCode: end.exitCode ?? 0 }),
  timedOut: end.timedOut ?? false,
  durationMs: end.durationMs ?? 0,
  stdout: end.stdout ?? "",
  stderr: end.stderr ?? "",
  truncated: { stdout: false, stderr: false }
})

/**
 * A runner that asks `script` for every end and remembers in `log` what was started; `left` is what an earlier
 * pawl left behind, `expect` is told what is likely to come next.
 */
export const layerScripted = (
  script: Script,
  log: Array<Started> = [],
  left: ReadonlyArray<LeftAttempt> = [],
  expect?: (attempt: Attempt) => void
): Layer.Layer<ProcessRunner> =>
  Layer.succeed(ProcessRunner, {
    leftBehind: () => Effect.succeed(left),
    ...(expect === undefined ? {} : { expect }),
    run: (attempt, onStart) =>
      Effect.gen(function*() {
        const started = startedOf(attempt)
        const end = script(started)
        if (end.couldNotStart !== undefined) return yield* new CouldNotStart({ message: end.couldNotStart })
        log.push(started)
        yield* onStart({ pid: log.length })
        if (end.durationMs !== undefined) yield* Effect.sleep(end.durationMs)
        return exitOf(end)
      }),
    endLeftover: () => Effect.succeed(false)
  })
