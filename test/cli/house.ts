/** pawl with everything real but its streams, its processes, its signals and where it stands. */
import { layer as layerFileSystem } from "@effect/platform-bun/BunFileSystem"
import { layer as layerPath } from "@effect/platform-bun/BunPath"
import { Effect, Layer } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { onTestFinished } from "vitest"
import { layerFileInbox } from "../../src/checkpoint/FileInbox.ts"
import { layerFile } from "../../src/checkpoint/FileRunStore.ts"
import { layerInboxGates } from "../../src/checkpoint/InboxGates.ts"
import { layerDisk } from "../../src/checkpoint/LiveDisk.ts"
import { RunStore } from "../../src/checkpoint/RunStore.ts"
import { app } from "../../src/cli/App.ts"
import { layerStreams } from "../../src/cli/LiveStreams.ts"
import { layerLog } from "../../src/cli/Log.ts"
import { type Sink, Streams } from "../../src/cli/Streams.ts"
import { Suspension } from "../../src/cli/Suspension.ts"
import { Terminal } from "../../src/cli/Terminal.ts"
import { Watchers } from "../../src/cli/Watchers.ts"
import { Environment } from "../../src/manifest/Environment.ts"
import { Stdin } from "../../src/manifest/Stdin.ts"
import type { Gates } from "../../src/run/Gates.ts"
import { Machine } from "../../src/run/Machine.ts"
import { Shutdown } from "../../src/run/Shutdown.ts"
import { layerScripted, type Script } from "../run/scripted.ts"

export interface Stage {
  /** Where pawl stands; a new folder if left out. */
  readonly cwd?: string
  readonly stdin?: string
  readonly script?: Script
  readonly variables?: Readonly<Record<string, string>>
  readonly signal?: Effect.Effect<"SIGHUP" | "SIGINT" | "SIGTERM">
  readonly store?: Layer.Layer<RunStore>
  /** Who decides about gates; nobody where it is left out. */
  readonly gates?: Layer.Layer<Gates>
  /** Nobody is there if left out. */
  readonly terminal?: Terminal["Type"]
  readonly isTerminal?: boolean
  /** What writing to standard output fails with. */
  readonly failure?: Error
}

export interface Told {
  readonly code: number
  readonly stdout: string
  /** Standard output as bytes. */
  readonly raw: Uint8Array
  readonly stderr: string
  readonly cwd: string
}

/** A new folder, removed when the test that asks is over. */
export const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), "pawl-cli-"))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** A store of which only these parts may be asked for. */
export const storeOf = (parts: Partial<RunStore["Type"]>): Layer.Layer<RunStore> =>
  Layer.succeed(RunStore, {
    list: () => Effect.dieMessage("not asked for"),
    read: () => Effect.dieMessage("not asked for"),
    origin: () => Effect.dieMessage("not asked for"),
    live: () => Effect.dieMessage("not asked for"),
    events: () => Effect.dieMessage("not asked for"),
    size: () => Effect.dieMessage("not asked for"),
    unswept: () => Effect.dieMessage("not asked for"),
    open: () => Effect.dieMessage("not asked for"),
    checkpoint: () => Layer.die("not asked for"),
    saveSummary: () => Effect.dieMessage("not asked for"),
    ...parts
  })

const capture = (isTerminal: boolean, failure?: Error): Sink & { readonly bytes: () => Buffer } => {
  const chunks: Array<Buffer> = []
  return {
    isTerminal,
    columns: () => 80,
    rows: () => 24,
    isClosed: () => failure !== undefined,
    failure: () => failure,
    drained: Effect.void,
    giveUp: () => Effect.never,
    write: (chunk) => {
      chunks.push(Buffer.from(chunk))
    },
    bytes: () => Buffer.concat(chunks)
  }
}

/** Calls pawl and tells what it said. */
export const pawl = (words: ReadonlyArray<string>, stage: Stage = {}): Effect.Effect<Told> =>
  Effect.gen(function*() {
    const cwd = stage.cwd ?? folder()
    const stdout = capture(stage.isTerminal ?? false, stage.failure)
    const stderr = capture(stage.isTerminal ?? false)
    const { create } = yield* Effect.provide(Streams, layerStreams)
    const streams = Layer.succeed(Streams, { stdout, stderr, create })
    const inbox = Layer.provide(layerFileInbox, layerDisk)
    const files = layerFile.pipe(Layer.provide(layerDisk), Layer.provideMerge(Watchers.layer))
    const layer = Layer.mergeAll(
      stage.store === undefined ? files : Layer.merge(stage.store, Watchers.layer),
      layerScripted(stage.script ?? (() => ({}))),
      Layer.merge(inbox, stage.gates ?? Layer.provide(layerInboxGates, inbox)),
      Layer.succeed(Terminal, stage.terminal ?? { isThere: Effect.succeed(false), lines: Effect.die("no terminal") }),
      Environment.layerOf({ variables: { PATH: "/usr/bin:/bin", ...stage.variables }, cwd }),
      Stdin.layerText(stage.stdin ?? ""),
      layerFileSystem,
      layerPath,
      Layer.succeed(Shutdown, { requested: stage.signal ?? Effect.never, hurried: Effect.never }),
      Suspension.layerNone,
      Machine.layerCalm,
      layerLog.pipe(Layer.provideMerge(streams))
    )
    const code = yield* Effect.provide(app(words, { version: "1.2.3", commit: "abc1234" }), layer)
    return { code, stdout: stdout.bytes().toString(), raw: stdout.bytes(), stderr: stderr.bytes().toString(), cwd }
  })
