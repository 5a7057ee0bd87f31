/**
 * Runs that must complete, and what their events tell.
 *
 * Owns the calls and the shapes that tests of a manifest's meaning share. Must not expect more than success.
 */
import { expect } from "vitest"
import { type Answer, json, type SummaryJson, type Workplace } from "./pawl.ts"

export interface EventJson {
  readonly type: string
  readonly at: string
  readonly target?: string
  readonly path?: string
  readonly attempt?: number
  readonly reason?: string
  readonly nextAttemptAt?: string
  readonly output?: {
    readonly stdout: string
    readonly truncated?: boolean
    readonly json?: unknown
    readonly values?: unknown
  }
}

/** The events and the summary of `--format ndjson`. */
export const stream = (
  answer: Answer
): { readonly events: ReadonlyArray<EventJson>; readonly summary: SummaryJson } => {
  const lines = answer.stdout.trim().split("\n")
  return {
    events: lines.slice(0, -1).map((line): EventJson => JSON.parse(line)),
    summary: JSON.parse(lines.at(-1) ?? "")
  }
}

/** Runs `batch.yaml`; it must complete. */
export const completes = async (
  place: Workplace,
  manifest: string,
  ...args: ReadonlyArray<string>
): Promise<Answer> => {
  place.write("batch.yaml", manifest)
  const answer = await place.pawl("run", "batch.yaml", "--format", "ndjson", ...args)
  expect({ code: answer.code, stderr: answer.stderr }).toMatchObject({ code: 0 })
  return answer
}

export const planned = async (place: Workplace, manifest: string, stdin?: string): Promise<ReadonlyArray<string>> => {
  place.write("batch.yaml", manifest)
  const answer = await place.pawlWith(stdin === undefined ? {} : { stdin }, "plan", "batch.yaml", "--format", "json")
  expect(answer.stderr).toBe("")
  return json<{ readonly targets: ReadonlyArray<{ readonly id: string }> }>(answer).targets.map(({ id }) => id)
}

/** One target `a` of these lines of steps. */
export const steps = (lines: string, more = ""): string =>
  `name: batch\n${more}targets:\n  - id: a\n    steps:\n${lines}`
