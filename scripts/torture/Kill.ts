/**
 * Torture of the executable: really killed, at random moments, and started again until it is through.
 *
 * Owns the rounds and their figures. The surprise: nothing is asked of pawl that a step or a file can tell; only
 * what it answers (exit code, summary, `pawl status`) comes from itself.
 *
 *     npm run torture -- kill --rounds 300
 *     npm run torture -- kill --seed 4711 --rounds 1
 */
import { haveBinary } from "./Binary.ts"
import { drawSeed, makeDice } from "./Dice.ts"
import { type Rehearsal, rehearse } from "./KillCourse.ts"
import { places, playRound, type Round } from "./KillRound.ts"
import type { Part } from "./Part.ts"
import { endOnSignals } from "./Stage.ts"

const ROUNDS = 300
const QUICK_ROUNDS = 3

const courses = [
  { batch: "nested", width: 8 },
  { batch: "flat", width: 1 },
  { batch: "flat", width: 8 },
  { batch: "nested", width: 1 },
  { batch: "hidden", width: 8 }
] as const

const sum = (rounds: ReadonlyArray<Round>, of: (round: Round) => number): number =>
  rounds.reduce((total, round) => total + of(round), 0)

const figuresOf = (rounds: ReadonlyArray<Round>, again: (width: number) => number) => ({
  rounds: rounds.length,
  kills: sum(rounds, ({ kills }) => kills.length),
  ...Object.fromEntries(
    places.map((place) => [`kills ${place}`, sum(rounds, ({ kills }) => kills.filter((each) => each === place).length)])
  ),
  "attempts finished": sum(rounds, ({ attempts }) => attempts),
  "attempts cut short by the torture or ended by pawl, and made again": sum(rounds, ({ cutShort }) => cutShort),
  "attempts lost": sum(rounds, ({ lost }) => lost),
  "finished attempts made again at -j1": again(1),
  "finished attempts made again at -j8": again(8)
})

export const part: Part = {
  summary: "the executable, killed at random moments and started again until it is through",
  run: async (wishes) => {
    const { quick, rounds = quick ? QUICK_ROUNDS : ROUNDS, say, seed = drawSeed() } = wishes
    const binary = await haveBinary(wishes)
    if (!quick) endOnSignals()
    say(`seed ${seed}`)
    const rehearsals = new Map<number, Rehearsal>()
    const rehearsalOf = async (round: number): Promise<Rehearsal> => {
      const index = round % courses.length
      const known = rehearsals.get(index) ?? await rehearse(binary, courses[index] ?? courses[0])
      rehearsals.set(index, known)
      return known
    }
    const played: Array<Round & { readonly width: number }> = []
    const failures: Array<string> = []
    for (let round = seed; round < seed + rounds; round++) {
      const rehearsal = await rehearsalOf(round)
      const { batch, width } = rehearsal.course
      const result = await playRound(binary, rehearsal, makeDice(round))
      played.push({ ...result, width })
      if (result.broken.length > 0) {
        const where =
          `${batch} -j${width}, kept in ${result.kept}; again: npm run torture -- kill --seed ${round} --rounds 1`
        failures.push([where, ...result.broken].join("\n      "))
      }
      const kills = sum(played, (round) => round.kills.length)
      if (played.length % 25 === 0) say(`${played.length} rounds, ${kills} kills, ${failures.length} broken promises`)
    }
    const again = (width: number): number =>
      sum(played.filter((round) => round.width === width), ({ ranAgain }) => ranAgain)
    return { failures, figures: figuresOf(played, again) }
  }
}
