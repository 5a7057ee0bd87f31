/** `pawl run BATCH`: flags → the run → its summary. */
import { Effect } from "effect"
import { sameRun } from "../report/NextSteps.ts"
import { runBatch } from "../run/RunBatch.ts"
import type { RunOptions } from "../run/RunOptions.ts"
import type { runData } from "./RunningCommands.ts"
import type { Values } from "./Flag.ts"
import { performRun } from "./PerformRun.ts"
import { namedStateDir } from "./StateDir.ts"

type RunFlags = Values<typeof runData.flags>

/** Leaves out what was not said, so that the manifest's own `run:` can speak. */
export const optionsOf = (flags: RunFlags, manifest: string, stateDir: string | undefined): RunOptions => ({
  manifest,
  input: flags.input,
  target: flags.target,
  only: flags.only,
  order: flags.order,
  tail: flags.tail,
  fresh: flags.fresh,
  retryErrors: flags.retryErrors,
  retryBlocked: flags.retryBlocked,
  noWait: flags.noWait,
  allowChanges: flags.allowChanges,
  ...(flags.inputs === undefined ? {} : { inputs: flags.inputs }),
  ...(stateDir === undefined ? {} : { stateDir }),
  ...(flags.autoAdvance === undefined ? {} : { autoAdvance: flags.autoAdvance }),
  ...(flags.strict ? { strict: true } : {}),
  ...(flags.cap === undefined ? {} : { cap: flags.cap }),
  ...(flags.maxParallel === undefined ? {} : { maxParallel: flags.maxParallel }),
  ...(flags.maxBlocked === undefined ? {} : { maxBlocked: flags.maxBlocked }),
  halt: flags.halt,
  ...(flags.load === undefined ? {} : { load: flags.load }),
  ...(flags.memfree === undefined ? {} : { memfree: flags.memfree }),
  ...(flags.runId === undefined ? {} : { runId: flags.runId }),
  ...(flags.expectPlan === undefined ? {} : { expectPlan: flags.expectPlan })
})

export const runCommand = Effect.fn("cli.run")(function*(flags: RunFlags, args: ReadonlyArray<string>) {
  const [manifest = "-"] = args
  const stateDir = yield* namedStateDir(flags)
  const options = optionsOf(flags, manifest, stateDir)
  if (flags.dryRun) {
    const { previewCommand } = yield* Effect.promise(() => import("./SimulateCommand.ts"))
    return yield* previewCommand(options)
  }
  return yield* performRun(runBatch(options), {
    again: ({ plan }) => sameRun({ ...options, secrets: plan.secrets }),
    stateDir,
    grace: flags.grace,
    progress: flags.progress,
    tail: flags.tail
  })
})
