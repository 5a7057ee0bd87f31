/**
 * Bounds of the language that are no matter of taste: past them something else is what is wanted.
 *
 * Owns the numbers. They stand in the lowest room, since every room keeps to them.
 */

/** The most items of a `map`: work for more belongs into targets, which are made for it. */
export const mostItems = 10_000

/** The most iterations of a `loop`. */
export const mostIterations = 10_000

/** How deep steps may stand in each other. */
export const deepest = 50

/**
 * How deep lists and maps may stand in each other in a value from outside: the JSON of an input, an item or
 * a step. With what pawl writes around it, it stays under the 256 levels that an older `jq` reads.
 */
export const deepestValue = 200

/** The most digits of a whole number from outside. */
export const mostDigits = 1_000

/** The most steps of one evaluation: parts of an expression worked out for an element, and elements looked at. */
export const mostWork = 4_000_000

/** The most text that one evaluation puts together, and the most that one comes to, in UTF-16 units. */
export const mostText = 10_000_000

/** The longest pattern of `matches`, in UTF-16 units. */
export const longestPattern = 1_000

/** The most instructions that a pattern may come to, with its repetitions written out. */
export const largestPattern = 2_000

/** The most patterns of one evaluation that only become known while it goes on, such as those in a list. */
export const mostPatterns = 64
