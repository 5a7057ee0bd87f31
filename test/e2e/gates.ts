/**
 * Runs that wait at gates: their manifests, and what was decided about them.
 *
 * Owns the few shapes that tests of gates look at. Must not expect anything.
 */
import { existsSync } from "node:fs"
import { join } from "node:path"
import { type Answer, json, type Workplace } from "./pawl.ts"

export interface StatusJson {
  readonly runId: string
  readonly status: string
  readonly haltReason: string | null
  readonly targets: ReadonlyArray<{
    readonly id: string
    readonly status: string
    readonly reason?: string
    readonly message?: string
    readonly steps: ReadonlyArray<{ readonly path: string; readonly status: string; readonly reason?: string }>
  }>
  readonly gates: ReadonlyArray<{
    readonly target: string
    readonly path: string
    readonly about: string
    readonly message: string
    readonly options: ReadonlyArray<string>
  }>
}

export interface DecisionJson {
  readonly schema: string
  readonly target: string
  readonly path: string
  readonly opened: number
  readonly option: string
  readonly outcome: string
  readonly by: string
  readonly note?: string
  readonly decidedAt: string
  readonly recorded: boolean
  readonly asksAgain: boolean
  readonly live: { readonly pid: number } | null
  readonly next: ReadonlyArray<{ readonly command: string }>
}

export interface GateEvent {
  readonly seq: number
  readonly at: string
  readonly type: string
  readonly target: string
  readonly path: string
  readonly option?: string
  readonly outcome?: string
  readonly by?: string
  readonly note?: string
  readonly decidedAt?: string
  readonly opened?: number
}

/** A batch whose target `api` builds, waits at `ship`, and publishes; `gate` is the gate's own mapping. */
export const shipping = (gate: string, more = ""): string =>
  `name: batch
targets:
  - id: api
    steps:
      - { id: build, run: "echo build >> ran.txt" }
      - { id: ship, gate: ${gate}${more} }
      - { id: publish, run: "echo publish >> ran.txt" }
`

export const status = async (place: Workplace): Promise<StatusJson> =>
  json<StatusJson>(await place.pawl("status", "--format", "json"))

/** The id of the current run of `batch`. */
export const currentRun = (place: Workplace): string => place.read(".pawl/batch/current").trim()

/** The events about gates in the current run. */
export const gateEvents = (place: Workplace): ReadonlyArray<GateEvent> =>
  place.read(`.pawl/batch/runs/${currentRun(place)}/journal.ndjson`).trim().split("\n")
    .map((line): GateEvent => JSON.parse(line))
    .filter(({ type }) => type.startsWith("Gate"))

/** Returns when a file is there, which a step that is under way makes. */
export const appears = async (place: Workplace, name: string): Promise<void> => {
  while (!existsSync(join(place.path, name))) await Bun.sleep(5)
}

export const decision = (answer: Answer): DecisionJson => json<DecisionJson>(answer)
