/**
 * Chance that can be had again: the same seed gives the same throws.
 *
 * Owns the generator (mulberry32, by Tommy Ettinger, in the public domain). The surprise: what is drawn is the
 * same again, but not what a machine makes of it, where moments are drawn.
 */

export interface Dice {
  /** A number from 0, less than `limit`. */
  readonly upTo: (limit: number) => number
  /** A whole number from 0, less than `limit`. */
  readonly below: (limit: number) => number
  readonly pick: <A>(list: readonly [A, ...ReadonlyArray<A>]) => A
}

/** A seed for who named none. */
export const drawSeed = (): number => Math.floor(Math.random() * 1_000_000)

export const makeDice = (seed: number): Dice => {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    upTo: (limit) => next() * limit,
    below,
    pick: (list) => list[below(list.length)] ?? list[0]
  }
}
