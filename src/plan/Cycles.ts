/**
 * Cycles among the needs of targets.
 *
 * Owns the search. The surprise: it is done without recursion, since a chain of needs may be as
 * long as a plan, and visits a list that targets share once.
 */

/** As many cycles as are worth showing at once. */
const most = 10

interface Frame {
  readonly target: number
  next: number
}

/** The same cycle, begun with its first target in plan order. */
const fromFirst = (cycle: ReadonlyArray<number>): ReadonlyArray<number> => {
  const start = cycle.indexOf(cycle.reduce((least, index) => Math.min(least, index), Number.POSITIVE_INFINITY))
  return [...cycle.slice(start), ...cycle.slice(0, start)]
}

/**
 * Cycles in a graph given as the indices that each node points to: each as a path of nodes that
 * ends where it began, without repeating the first. At most ten; none is only said where there is none.
 */
export const findCycles = (needs: ReadonlyArray<ReadonlyArray<number>>): ReadonlyArray<ReadonlyArray<number>> => {
  const cycles: Array<ReadonlyArray<number>> = []
  /** 0: not seen; 1: on the path; 2: done. */
  const state = new Uint8Array(needs.length)
  const doneLists = new Set<ReadonlyArray<number>>()
  const path: Array<Frame> = []
  for (let root = 0; root < needs.length && cycles.length < most; root++) {
    if (state[root] !== 0) continue
    path.push({ target: root, next: 0 })
    state[root] = 1
    for (let frame = path.at(-1); frame !== undefined; frame = path.at(-1)) {
      const list = needs[frame.target] ?? []
      const next = doneLists.has(list) ? undefined : list[frame.next++]
      if (next === undefined) {
        state[frame.target] = 2
        doneLists.add(list)
        path.pop()
      } else if (state[next] === 0) {
        state[next] = 1
        path.push({ target: next, next: 0 })
      } else if (state[next] === 1 && cycles.length < most) {
        const start = path.findIndex((each) => each.target === next)
        cycles.push(fromFirst(path.slice(start).map((each) => each.target)))
      }
    }
  }
  return cycles
}
