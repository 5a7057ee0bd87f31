/**
 * What one instance of a step is called in a target: `shards[0]::e2e`.
 *
 * Owns the notation. Pure. The surprise: two branches of one `if` may use an id twice, and their
 * paths are then the same; only one of them is ever taken.
 */

/** A child of a branch, of a `parallel` or of one item or iteration; at the top of a target there is no parent. */
export const childPath = (parent: string | undefined, id: string): string =>
  parent === undefined ? id : `${parent}::${id}`

/** One item of a `map` or one iteration of a `loop`, from 0. */
export const instancePath = (path: string, index: number): string => `${path}[${index}]`

/** True for what lies within an instance, at any depth; the instance itself does not. */
export const isWithin = (path: string, instance: string): boolean => path.startsWith(`${instance}::`)

/** True for what lies within a step, in whichever branch, item or iteration of it; the step itself does not. */
export const isInside = (path: string, step: string): boolean => isWithin(path, step) || path.startsWith(`${step}[`)

/** The path as the manifest knows the step, without the numbers of items and iterations: `shards::e2e`. */
export const definitionPath = (path: string): string => path.replaceAll(/\[\d+\]/g, "")
