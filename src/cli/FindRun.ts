/**
 * A word of the user's → a run.
 *
 * Owns what RUN may be: an id, the beginning of one, or a batch, which means its newest run.
 */
import { Effect, Either } from "effect"
import { type RunRef, RunStore } from "../checkpoint/RunStore.ts"
import { nearest } from "../expression/Nearest.ts"
import { type Problem, UsageError } from "../run/UsageError.ts"
import type { CommonFlags } from "./Output.ts"
import { stateDirOf } from "./StateDir.ts"

const shownIds = 5

/** The run that a word means among `runs` (newest first); without a word the newest. */
export const pickRun = (
  runs: ReadonlyArray<RunRef>,
  word: string | undefined,
  where: string
): Either.Either<RunRef, Problem> => {
  const [newest] = runs
  if (newest === undefined) {
    return Either.left({
      message: `there are no runs in \`${where}\``,
      hint: "start one with `pawl run BATCH`, or name another folder with --state-dir"
    })
  }
  if (word === undefined) return Either.right(newest)
  const exact = runs.find(({ runId }) => runId === word) ?? runs.find(({ batch }) => batch === word)
  if (exact !== undefined) return Either.right(exact)
  const begun = word === "" ? [] : runs.filter(({ runId }) => runId.startsWith(word))
  const [only, second] = begun
  if (only !== undefined && second === undefined) return Either.right(only)
  if (only !== undefined) {
    const more = begun.length > shownIds ? `, and ${begun.length - shownIds} more` : ""
    return Either.left({
      message: `${begun.length} runs begin with \`${word}\``,
      hint: `it is one of ${begun.slice(0, shownIds).map(({ runId }) => runId).join(", ")}${more}`
    })
  }
  const near = nearest(word, new Set(runs.flatMap(({ batch, runId }) => [batch, runId])))
  return Either.left({
    message: `no run and no batch in \`${where}\` is called \`${word}\``,
    hint: near === undefined ? "see `pawl runs` for those that there are" : `did you mean \`${near}\`?`
  })
}

/** Finds the run that a word means, and does not read it. */
export const findRef = Effect.fn("FindRun.findRef")(function*(
  flags: Pick<CommonFlags, "stateDir">,
  word: string | undefined
) {
  const store = yield* RunStore
  const place = yield* stateDirOf(flags)
  const picked = pickRun(yield* store.list(place.absolute), word, place.shown)
  if (Either.isLeft(picked)) return yield* new UsageError({ problems: [picked.left] })
  return { ref: picked.right, place }
})

/** Finds and reads the run that a word means. */
export const findRun = Effect.fn("FindRun.findRun")(function*(
  flags: Pick<CommonFlags, "stateDir">,
  word: string | undefined
) {
  const store = yield* RunStore
  const { place, ref } = yield* findRef(flags, word)
  return { stored: yield* store.read(ref), place }
})
