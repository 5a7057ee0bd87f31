/**
 * The engine on a simulated disk that crashes: seed after seed, until no call of the write path is left
 * at which pawl has not died.
 *
 * Owns the count of seeds and of crash points. Must not know what a round does. The surprise: a run that
 * is long enough fails where a crash point was never met, as if a promise had been broken: what is not
 * tortured is not known to hold.
 */
import { crashPoints, faultPoints, sites } from "./CrashPoints.ts"
import { drawSeed } from "./Dice.ts"
import { playRound } from "./EngineRound.ts"
import type { Outcome, Part, Wishes } from "./Part.ts"

/** Enough for every crash point to be met several times. */
const FULL = 10_000
const QUICK = 150
/** One broken promise shows itself in many seeds. */
const MOST_FAILURES = 20

const covered = (points: ReadonlyArray<string>, met: ReadonlyMap<string, number>): string =>
  `${points.filter((point) => met.has(point)).length} of ${points.length}`

const run = async ({ quick, rounds = quick ? QUICK : FULL, say, seed = drawSeed() }: Wishes): Promise<Outcome> => {
  const failures: Array<string> = []
  const met = new Map<string, number>()
  const seen = new Set<string>()
  const total = { calls: 0, kills: 0, powerCuts: 0, faults: 0, events: 0 }
  const coverage = {
    happened: (point: string) => met.set(point, (met.get(point) ?? 0) + 1),
    seen: (site: string) => seen.add(site)
  }
  let done = 0
  for (; done < rounds && failures.length < MOST_FAILURES; done++) {
    const end = await playRound(seed + done, coverage)
    total.calls += end.calls
    total.kills += end.kills
    total.powerCuts += end.powerCuts
    total.faults += end.faults
    total.events += end.events
    if (end.failures.length > 0) {
      const shown = end.failures.slice(0, 3).join("\n    ")
      failures.push(`seed ${seed + done}: ${shown}\n    npm run torture -- engine --seed ${seed + done} --rounds 1`)
    }
    if ((done + 1) % 500 === 0) say(`${done + 1} of ${rounds} seeds`)
  }
  const known = new Set(sites)
  for (const site of seen) {
    if (!known.has(site)) failures.push(`a call that is not on the list of the write path: ${site}`)
  }
  if (rounds >= FULL && done === rounds) {
    for (const point of [...crashPoints, ...faultPoints]) if (!met.has(point)) failures.push(`never met: ${point}`)
  }
  return {
    failures,
    figures: {
      "seeds run": `${done}, from ${seed}`,
      "calls of pawl": total.calls,
      killed: total.kills,
      "power cuts": total.powerCuts,
      "disk errors": total.faults,
      "events told": total.events,
      "crash points covered": covered(crashPoints, met),
      "error points covered": covered(faultPoints, met)
    }
  }
}

export const part: Part = {
  summary: "the engine under a virtual clock, on a simulated disk that loses what was not synced",
  run
}
