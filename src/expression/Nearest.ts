/**
 * "Did you mean": the known name nearest to one that isn't known.
 *
 * Owns the distance and the threshold, for every part that suggests a name. Must not build
 * sentences. The surprise: a name that is too far from all is no suggestion at all, since a
 * wrong guess costs the reader more than none.
 */

/** Longer names are never compared: nobody mistypes them, and the distance is quadratic. */
const longest = 100

/**
 * Optimal string alignment distance: insertions, deletions, replacements and swaps of
 * neighbours, each 1. Gives up with `limit + 1` as soon as the answer must be above `limit`.
 */
const distance = (a: string, b: string, limit: number): number => {
  if (Math.abs(a.length - b.length) > limit) return limit + 1
  let before: Array<number> = []
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    let least = i
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min(
        (previous[j] ?? limit) + 1,
        (row[j - 1] ?? limit) + 1,
        (previous[j - 1] ?? limit) + (same ? 0 : 1)
      )
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (before[j - 2] ?? limit) + 1)
      }
      row.push(cost)
      if (cost < least) least = cost
    }
    // A swap may reach back two rows, at one more.
    if (least > limit + 1) return limit + 1
    before = previous
    previous = row
  }
  return previous[b.length] ?? limit + 1
}

/** Case and separators are what people get wrong first: they cost nothing. */
const plain = (name: string): string => name.toLowerCase().replace(/[-_ ]/g, "")

/**
 * The name among `known` nearest to `name`, or `undefined` when none is near: at most one
 * edit in three characters, and never every character. The first of equals wins.
 */
export const nearest = (name: string, known: Iterable<string>): string | undefined => {
  if (name.length === 0 || name.length > longest) return undefined
  const wanted = plain(name)
  let best: string | undefined
  let bound = Math.max(1, Math.floor(wanted.length / 3)) + 1
  for (const candidate of known) {
    if (candidate === name) return candidate
    const other = plain(candidate)
    if (other === wanted && wanted.length > 0) {
      if (bound > 0) {
        best = candidate
        bound = 0
      }
      continue
    }
    if (bound === 0 || other.length > longest) continue
    const edits = distance(wanted, other, bound - 1)
    if (edits < bound && edits < Math.max(wanted.length, other.length)) {
      best = candidate
      bound = edits
    }
  }
  return best
}
