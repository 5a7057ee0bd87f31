/**
 * What a condition has shown to be so, and what follows from that.
 *
 * Owns looking it up. The surprise: what follows is asked for only where it matters, and not without end, since a
 * thousand steps may each hang on the one before; what is not found is taken for not shown.
 */

/** Something that is so, in words of its own: see `Proof.ts`. */
export type Fact = string

export interface Shown {
  readonly fact: Fact
  /** What is so wherever this is. */
  readonly implies?: (() => ReadonlyArray<Shown>) | undefined
}

/** What is known to be so at one point of an expression. */
export interface Known {
  readonly has: (fact: Fact) => boolean
}

export const nothingKnown: Known = { has: () => false }

/** How many steps of reasoning are gone for one fact. */
const most = 1_000

/** What `outer` knows, and all that follows from what `make` gives when it is first asked. */
export const knowing = (outer: Known, make: () => ReadonlyArray<Shown>): Known => {
  const facts = new Set<Fact>()
  const open: Array<() => ReadonlyArray<Shown>> = [make]
  let steps = 0
  const learn = (): boolean => {
    const next = steps < most ? open[steps++] : undefined
    for (const { fact, implies } of next?.() ?? []) {
      if (facts.has(fact)) continue
      facts.add(fact)
      if (implies !== undefined) open.push(implies)
    }
    return next !== undefined
  }
  return {
    has: (fact) => {
      if (facts.has(fact) || outer.has(fact)) return true
      while (learn()) if (facts.has(fact)) return true
      return false
    }
  }
}
