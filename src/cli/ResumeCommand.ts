/**
 * `pawl resume [RUN]`: a stored run → its summary.
 *
 * Owns which run is meant where none is named. The surprise: that is only clear where there is one
 * batch; going on with another than the one that was meant would do real work.
 */
import { Effect, Either } from "effect"
import { type RunRef, RunStore } from "../checkpoint/RunStore.ts"
import { sameResume } from "../report/NextSteps.ts"
import { resumeBatch, type ResumeOptions } from "../run/ResumeBatch.ts"
import { type Problem, UsageError } from "../run/UsageError.ts"
import type { resumeData } from "./RunningCommands.ts"
import { pickRun } from "./FindRun.ts"
import type { Values } from "./Flag.ts"
import { performRun } from "./PerformRun.ts"
import { stateDirOf } from "./StateDir.ts"

type ResumeFlags = Values<typeof resumeData.flags>

const shownBatches = 5

/** The run that a word means among `runs` (newest first); without a word the newest of the only batch. */
export const pickResumable = (
  runs: ReadonlyArray<RunRef>,
  word: string | undefined,
  where: string
): Either.Either<RunRef, Problem> => {
  const batches = [...new Set(runs.map(({ batch }) => batch))].sort()
  if (word !== undefined || batches.length < 2) return pickRun(runs, word, where)
  const more = batches.length > shownBatches ? `, and ${batches.length - shownBatches} more` : ""
  return Either.left({
    message: `there are runs of ${batches.length} batches in \`${where}\`, and none is named`,
    hint: `name a run or a batch, such as ${batches.slice(0, shownBatches).join(", ")}${more}`
  })
}

const optionsOf = (flags: ResumeFlags, stateDir: string, ref: RunRef): ResumeOptions => ({
  stateDir,
  ref,
  input: flags.input,
  target: flags.target,
  only: flags.only,
  order: flags.order,
  tail: flags.tail,
  retryErrors: flags.retryErrors,
  retryBlocked: flags.retryBlocked,
  noWait: flags.noWait,
  ...(flags.inputs === undefined ? {} : { inputs: flags.inputs }),
  ...(flags.autoAdvance === undefined ? {} : { autoAdvance: flags.autoAdvance }),
  ...(flags.strict ? { strict: true } : {}),
  ...(flags.cap === undefined ? {} : { cap: flags.cap }),
  ...(flags.maxParallel === undefined ? {} : { maxParallel: flags.maxParallel }),
  ...(flags.maxBlocked === undefined ? {} : { maxBlocked: flags.maxBlocked }),
  halt: flags.halt,
  ...(flags.load === undefined ? {} : { load: flags.load }),
  ...(flags.memfree === undefined ? {} : { memfree: flags.memfree }),
  ...(flags.expectPlan === undefined ? {} : { expectPlan: flags.expectPlan })
})

export const resumeCommand = Effect.fn("cli.resume")(function*(flags: ResumeFlags, args: ReadonlyArray<string>) {
  const store = yield* RunStore
  const place = yield* stateDirOf(flags)
  const picked = pickResumable(yield* store.list(place.absolute), args[0], place.shown)
  if (Either.isLeft(picked)) return yield* new UsageError({ problems: [picked.left] })
  const ref = picked.right
  const options = optionsOf(flags, place.absolute, ref)
  const { stateDir: _, ...same } = options
  const named = place.named === undefined ? {} : { stateDir: place.named }
  return yield* performRun(resumeBatch(options), {
    again: ({ plan }) => sameResume({ ...same, ...named, runId: ref.runId, secrets: plan.secrets }),
    stateDir: place.named,
    grace: flags.grace,
    progress: flags.progress,
    tail: flags.tail
  })
})
