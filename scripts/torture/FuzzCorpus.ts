/**
 * Journals to spoil: what the real engine recorded of batches with every kind of step.
 *
 * Owns the batch and the luck that its runs have. The surprise: two runs of one batch with the same luck
 * differ in nothing but their ids, and are what a journal is easiest mistaken for.
 */
import { Effect, Either } from "effect"
import { decodeLine, encodeLine, encodeLines } from "../../src/checkpoint/JournalLine.ts"
import { encodeSnapshot, inHex } from "../../src/checkpoint/Snapshot.ts"
import { Environment } from "../../src/manifest/Environment.ts"
import { readManifest } from "../../src/manifest/ReadManifest.ts"
import { expand } from "../../src/plan/Expand.ts"
import { select } from "../../src/plan/Select.ts"
import type { RunEvent } from "../../src/run/RunEvent.ts"
import { apply, empty, type RunState } from "../../src/run/RunState.ts"
import { chaosScript } from "../../src/simulate/Chaos.ts"
import { rehearse } from "../../src/simulate/Rehearse.ts"

const manifest = `name: fuzz
rateLimit: { exitCodes: [75] }
failure: { retries: { maxAttempts: 2 } }
targets:
  - id: a
    steps:
      - { id: one, run: make, outputs: json, continueOnError: true }
      - { id: many, map: { over: [1, "ünï\u2028\ufffd"], maxParallel: 2 }, steps: [{ id: t, run: make }] }
  - { id: "b\ufffd", run: make }
  - id: c
    steps:
      - { id: until, loop: { until: "{{ iteration > 0 }}", every: 1m }, steps: [{ id: t, run: make }] }
      - { id: ship, gate: { approval: "Ship?", onReject: skip } }
`

export interface Recorded {
  /** Each with its end. */
  readonly lines: ReadonlyArray<Uint8Array>
  readonly bytes: Uint8Array
  /** The state after so many events. */
  readonly states: ReadonlyArray<RunState>
  /** The same, as text to compare. */
  readonly texts: ReadonlyArray<string>
  /** The snapshot after so many events, from 1. */
  readonly snapshots: ReadonlyArray<string>
  /** Whether its lines name each other. */
  readonly isLinked: boolean
}

/** A state as text that is the same for the same state. */
export const textOf = (state: RunState): string =>
  [...encodeSnapshot({ state, journalBytes: 1, lastLineBytes: 1 })].join("")

const sound = <A, E>(either: Either.Either<A, E>): A =>
  Either.getOrThrowWith(either, (error) => new Error(JSON.stringify(error)))

const recorded = (told: ReadonlyArray<RunEvent>, isLinked: boolean): Recorded => {
  // Their fields in the order in which they are read back, or the same state would be another text.
  const events = told.map((event) => sound(decodeLine(encodeLine(event).slice(0, -1))))
  const { lines: texts } = isLinked
    ? encodeLines(events, undefined)
    : { lines: events.map((event) => encodeLine(event)) }
  const lines = texts.map((text) => Buffer.from(text))
  const states: Array<RunState> = [empty]
  const snapshots: Array<string> = [""]
  let journalBytes = 0
  let crc = 0
  for (const [index, event] of events.entries()) {
    const state = apply(states[index] ?? empty, event)
    const line = lines[index] ?? Buffer.alloc(0)
    journalBytes += line.length
    crc = Bun.hash.crc32(line, crc)
    const link = isLinked
      ? { lastLineCrc: line.toString("latin1", line.length - 11, line.length - 3), journalCrc: inHex(crc) }
      : {}
    states.push(state)
    snapshots.push([...encodeSnapshot({ state, journalBytes, lastLineBytes: line.length, ...link })].join(""))
  }
  return { lines, bytes: Buffer.concat(lines), states, texts: states.map(textOf), snapshots, isLinked }
}

const rehearsed = (seed: number, runId: string): Effect.Effect<ReadonlyArray<RunEvent>> => {
  const read = sound(readManifest({ file: "fuzz.yaml", text: manifest }))
  const plan = sound(expand({ manifest: read, values: {}, items: read.targets.map(() => undefined) }))
  const selection = sound(select(plan, { target: [], only: [], order: "manifest" }, new Map()))
  const end = rehearse({
    loaded: { plan, values: {}, manifestDir: "/m", file: "fuzz.yaml" },
    selection,
    options: { selectedBy: "all", autoAdvance: true, maxParallel: 2 },
    strict: false,
    resume: { retryErrors: false, retryBlocked: false, allowChanges: false },
    script: chaosScript(plan, seed),
    seed,
    runId
  })
  return Effect.map(
    Effect.orDie(Effect.provide(end, Environment.layerOf({ variables: {}, cwd: "/" }))),
    ({ journal }) => journal
  )
}

/** Runs of the batch, each followed by its double: the same but for its id. */
export const makeCorpus = async (): Promise<ReadonlyArray<readonly [Recorded, Recorded]>> => {
  const pairs: Array<readonly [Recorded, Recorded]> = []
  for (let seed = 1; seed <= 6; seed++) {
    const events = await Effect.runPromise(rehearsed(seed, "20261120T030000-aaaaaa"))
    const double = await Effect.runPromise(rehearsed(seed, "20261120T030000-bbbbbb"))
    pairs.push([recorded(events, true), recorded(double, true)], [recorded(events, false), recorded(events, false)])
  }
  return pairs
}
