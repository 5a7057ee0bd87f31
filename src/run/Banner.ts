/**
 * The line that opens each attempt in a log.
 *
 * The surprise: it is recognised again by its whole shape, since a step may print anything.
 */

const shape = /^--- pawl: attempt (\d+), \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z ---$/

/** The banner of an attempt, without a line end. `at` is an ISO time with milliseconds. */
export const banner = (attempt: number, at: string): string => `--- pawl: attempt ${attempt}, ${at} ---`

/** The attempt that a line opens, where the line is a banner. */
export const isBanner = (line: string): { readonly attempt: number } | undefined => {
  const found = shape.exec(line)
  return found === null ? undefined : { attempt: Number(found[1]) }
}
