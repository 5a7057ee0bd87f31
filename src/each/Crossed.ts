/**
 * Several sources crossed: every value of one with every value of the others.
 *
 * Owns their order, which is that of GNU parallel: the last source varies fastest. Lazy, so that the
 * combinations of long lists need not be there at once.
 */

/** How many combinations there are. */
export const combinationCount = (sources: ReadonlyArray<ReadonlyArray<string>>): number =>
  sources.reduce((product, values) => product * values.length, 1)

/** Each combination, one value from each source. */
export function* crossed(sources: ReadonlyArray<ReadonlyArray<string>>): Generator<ReadonlyArray<string>> {
  const [first, ...others] = sources
  if (first === undefined) {
    yield []
    return
  }
  for (const value of first) {
    for (const rest of crossed(others)) yield [value, ...rest]
  }
}
