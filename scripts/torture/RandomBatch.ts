/**
 * What a seed stands for: a plan, how it is run, how everything in it goes, and what befalls it.
 *
 * Owns the odds. The surprise: half of all mishaps are aimed at a site rather than thrown at the
 * run as a whole, since most calls are writes of the journal, and the rare ones break as well.
 */
import { FastCheck as fc } from "effect"
import type { LoadedPlan } from "../../src/plan/LoadPlan.ts"
import type { Selection } from "../../src/plan/Selection.ts"
import type { Manner } from "../../src/run/RunLoaded.ts"
import { chaosScript } from "../../src/simulate/Chaos.ts"
import type { RehearsalScript } from "../../src/simulate/RehearsalScript.ts"
import { manifests, schedulers } from "../../test/simulate/randomPlans.ts"
import { loadedOf, requestOf } from "../../test/simulate/rehearsing.ts"
import { sites } from "./CrashPoints.ts"
import { type Dice, makeDice } from "./Dice.ts"
import type { Mishap } from "./SimulatedDisk.ts"

export interface Ordeal {
  readonly loaded: LoadedPlan
  /** The plan of every call but the first: with other outputs, where that was drawn. */
  readonly later: LoadedPlan
  readonly selection: Selection
  readonly manner: Manner
  readonly script: RehearsalScript
  readonly mishaps: ReadonlyArray<Mishap>
}

const codes = ["ENOSPC", "EIO", "EDQUOT", "EROFS"] as const
const JOURNAL = "append journal.ndjson"

/** Small numbers mostly: what comes first in a run comes in every run. */
const number = (dice: Dice): number => 1 + dice.below(dice.pick([4, 12, 40, 150]))

/** Each decision is dropped by a process of its own, which comes by each site once. */
const visit = (dice: Dice, site: string): number => {
  if (site.startsWith("create decision")) return 1
  return site.startsWith(JOURNAL) ? number(dice) : 1 + dice.below(2)
}

const at = (dice: Dice, site: string): Mishap["when"] => ({ site, nth: visit(dice, site) })

const mishap = (dice: Dice, when: Mishap["when"]): Mishap =>
  dice.upTo(1) < 0.75
    ? {
      type: "death",
      death: dice.pick(["killed", "power cut"]),
      moment: dice.pick(["before", "during", "after"]),
      when
    }
    : { type: "fault", code: dice.pick(codes), isLasting: dice.upTo(1) < 0.4, when }

/** What must have happened for a site to be met at all. */
const leadingTo = (dice: Dice, site: string): ReadonlyArray<Mishap> => {
  const written = `${JOURNAL}: write journal.ndjson`
  // A run is taken back where it could not be made, or where it could not be written that it began.
  if (site.startsWith("remove")) {
    const failing = dice.upTo(1) < 0.5 ? written : "replace current: sync batch folder"
    return [{ type: "fault", code: "EIO", isLasting: false, when: { site: failing, nth: 1 } }]
  }
  const torn = site === `${JOURNAL}: truncate journal.ndjson`
  if (!torn && !site.startsWith("replace plan.N.json")) return []
  const when = { site: written, nth: 1 + dice.below(4) }
  return [{ type: "death", death: "killed", moment: torn ? "during" : "after", when }]
}

/** Sites that few runs come by. */
const isRare = (site: string): boolean => /^create|plan\.N|truncate|summary|^remove/.test(site)
const aims = sites.flatMap((site) => isRare(site) ? [site, site, site, site] : [site])

const mishapsOf = (dice: Dice): ReadonlyArray<Mishap> =>
  Array.from({ length: 1 + dice.below(4) }, () => {
    if (dice.upTo(1) < 0.5) return [mishap(dice, { call: number(dice) })]
    const site = aims[dice.below(aims.length)] ?? ""
    // The same site met by two mishaps in a row: an error, and death on the way out.
    return [...leadingTo(dice, site), mishap(dice, at(dice, site))]
  }).flat()

const sampled = <A>(arbitrary: fc.Arbitrary<A>, seed: number): A => {
  const [drawn] = fc.sample(arbitrary, { numRuns: 1, seed })
  if (drawn === undefined) throw new Error("nothing was drawn")
  return drawn
}

/** Everything about a seed. */
export const ordealOf = (seed: number): Ordeal => {
  const dice = makeDice(Bun.hash.xxHash32(`ordeal ${seed}`))
  const text = sampled(manifests, seed)
  const loaded = loadedOf(text)
  const mishaps = mishapsOf(dice)
  const isChanged = mishaps.some(({ when }) => "site" in when && when.site.startsWith("replace plan.N.json"))
  const { selection } = requestOf(loaded)
  return {
    loaded,
    later: isChanged ? loadedOf(JSON.stringify({ ...JSON.parse(text), outputs: { one: "{{ 1 < 2 }}" } })) : loaded,
    selection,
    manner: {
      ...sampled(schedulers, seed),
      maxParallel: 1 + dice.below(8),
      strict: dice.upTo(1) < 0.2,
      retryErrors: false,
      retryBlocked: false,
      allowChanges: false
    },
    script: chaosScript(loaded.plan, seed),
    mishaps
  }
}
