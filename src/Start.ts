/**
 * Where the live layers meet, and the only `runMain`.
 *
 * Owns which layer stands behind which service, and how the process ends. Must not know
 * commands. The surprise: the default teardown isn't used, since it ends with 0 at SIGINT and
 * prints errors of its own; here the program gives its exit code as its value.
 */
import { makeRunMain } from "@effect/platform/Runtime"
import { layer as layerFileSystem } from "@effect/platform-bun/BunFileSystem"
import { layer as layerPath } from "@effect/platform-bun/BunPath"
import { Effect, Exit, Layer } from "effect"
import { layerFileInbox } from "./checkpoint/FileInbox.ts"
import { layerFile } from "./checkpoint/FileRunStore.ts"
import { layerInboxGates } from "./checkpoint/InboxGates.ts"
import { layerDisk } from "./checkpoint/LiveDisk.ts"
import { app } from "./cli/App.ts"
import type { Identity } from "./cli/Defect.ts"
import { layerStreams } from "./cli/LiveStreams.ts"
import { layerLog } from "./cli/Log.ts"
import { layerSignals } from "./cli/Signals.ts"
import { layerSuspension } from "./cli/Suspension.ts"
import { layerTerminal } from "./cli/Terminal.ts"
import { Watchers } from "./cli/Watchers.ts"
import { Environment } from "./manifest/Environment.ts"
import { Stdin } from "./manifest/Stdin.ts"
import { layerMachine } from "./process/LiveMachine.ts"
import { layerLive } from "./process/LiveProcess.ts"
import { ExitCode } from "./run/ExitCode.ts"

/** Between TERM and KILL, milliseconds. */
const grace = 10_000

const layer = Layer.mergeAll(
  layerFile.pipe(Layer.provide(layerDisk), Layer.provideMerge(Watchers.layer)),
  layerLive(grace),
  layerMachine,
  layerInboxGates.pipe(Layer.provideMerge(layerFileInbox), Layer.provide(layerDisk)),
  layerTerminal,
  Environment.layerProcess,
  Stdin.layerProcess,
  layerFileSystem,
  layerPath,
  layerSignals,
  layerSuspension,
  layerLog.pipe(Layer.provideMerge(layerStreams))
)

const runMain = makeRunMain(({ fiber, teardown }) => {
  fiber.addObserver((exit) => teardown(exit, (code) => process.exit(code)))
})

/** After this a call is one that lasts, milliseconds. */
const lasting = 3000

/** Runs pawl with its words, and ends the process. */
export const start = (argv: ReadonlyArray<string>, identity: Identity): void => {
  // The executable starts with a policy for short calls, see scripts/build/Compile.ts.
  setTimeout(() => Bun.unsafe.setJITPolicy(1), lasting).unref()
  runMain(app(argv, identity).pipe(Effect.provide(layer)), {
    disableErrorReporting: true,
    disablePrettyLogger: true,
    teardown: (exit, end) => end(Exit.isSuccess(exit) && typeof exit.value === "number" ? exit.value : ExitCode.Defect)
  })
}
