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
