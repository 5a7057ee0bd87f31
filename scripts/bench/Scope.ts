/**
 * How much of everything is measured.
 *
 * Owns the counts of targets and of rounds. The surprise: `--divide` makes all counts smaller, only to see that
 * everything works: the figures then mean nothing, and are not written to the docs.
 */

export interface Scope {
  /** Counts of targets, by what they are in the full form. */
  readonly thousand: number
  readonly tenThousand: number
  readonly hundredThousand: number
  /** What one step prints, bytes. */
  readonly printed: number
  /** Rounds of most parts, of what takes milliseconds, of expressions, and of what takes minutes. */
  readonly rounds: number
  readonly starts: number
  readonly evaluations: number
  readonly longRounds: number
  /** Fewer rounds; what only draws a longer line in the plot is left out. */
  readonly quick: boolean
}

export const scopeOf = ({ divide, quick }: { readonly divide: number; readonly quick: boolean }): Scope => ({
  thousand: Math.ceil(1_000 / divide),
  tenThousand: Math.ceil(10_000 / divide),
  hundredThousand: Math.ceil(100_000 / divide),
  printed: Math.ceil(2_000_000_000 / divide),
  rounds: quick ? 3 : 10,
  starts: quick ? 10 : 40,
  evaluations: quick ? 5 : 15,
  longRounds: quick ? 1 : 3,
  quick
})

/** `10000` as `10,000`. */
export const grouped = (count: number): string => count.toLocaleString("en-US")

/** `["0", "1", …]`, `count` of them. */
export const numbers = (count: number): ReadonlyArray<string> => Array.from({ length: count }, (_, index) => `${index}`)
