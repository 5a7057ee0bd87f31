/**
 * Spoiled files and made-up texts, a million of them: nothing throws, hangs, or is taken for something else.
 *
 * Owns how many there are of each kind. The surprise: a round is one input, drawn from a seed of its
 * own, so that a failing one is had again alone.
 */
import { type Dice, drawSeed, makeDice } from "./Dice.ts"
import { makeCorpus } from "./FuzzCorpus.ts"
import { fuzzJournal } from "./FuzzJournal.ts"
import { fuzzSnapshot } from "./FuzzSnapshot.ts"
import { fuzzText } from "./FuzzTexts.ts"
import type { Outcome, Part, Wishes } from "./Part.ts"

const MANY = 1_000_000
const FEW = 2000
/** More say nothing new. */
const MOST_FAILURES = 20
const TOLD_EVERY = 100_000

const kinds = ["journals", "snapshots", "texts"] as const

const run = async ({ quick, rounds = quick ? FEW : MANY, say, seed = drawSeed() }: Wishes): Promise<Outcome> => {
  const corpus = await makeCorpus()
  const counts = { journals: 0, snapshots: 0, texts: 0 }
  const failures: Array<string> = []
  if (rounds > 1) say(`seeds from ${seed} on`)

  const one = (kind: (typeof kinds)[number], dice: Dice): ReadonlyArray<string> => {
    const pair = corpus[dice.below(corpus.length)]
    if (pair === undefined) throw new Error("there is no journal to spoil")
    return kind === "journals"
      ? fuzzJournal(dice, pair)
      : kind === "snapshots"
      ? fuzzSnapshot(dice, pair)
      : fuzzText(dice)
  }
  /** What throws is told like everything else that must not be. */
  const tried = (kind: (typeof kinds)[number], dice: Dice): ReadonlyArray<string> => {
    try {
      return one(kind, dice)
    } catch (error) {
      return [error instanceof Error ? error.stack ?? error.message : String(error)]
    }
  }

  for (let round = 0; round < rounds && failures.length < MOST_FAILURES; round++) {
    const dice = makeDice(Bun.hash.xxHash32(`fuzz ${seed + round}`))
    const kind = dice.pick(["journals", "snapshots", "texts", "texts"] as const)
    counts[kind] += 1
    const wrong = tried(kind, dice)
    if (wrong.length > 0) {
      failures.push(
        `${kind}: ${wrong.join("\n    ")}\n    again: npm run torture -- fuzz --seed ${seed + round} --rounds 1`
      )
    }
    if ((round + 1) % TOLD_EVERY === 0) say(`${round + 1} inputs`)
  }
  const inputs = counts.journals + counts.snapshots + counts.texts
  return { failures, figures: { inputs, ...counts, "first seed": seed } }
}

export const part: Part = {
  summary: "spoiled journals and snapshots, and whatever may be printed of a rate limit",
  run
}
