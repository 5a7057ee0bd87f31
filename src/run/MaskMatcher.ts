/**
 * Finds many texts at once in a stream of bytes.
 *
 * Owns the automaton: for each byte one move, whatever the number of texts. Pure. The surprise:
 * its state alone tells how many of the last bytes may be the beginning of a text, so that whoever
 * reads along has to hold back no byte more. Source of the idea: Aho and Corasick, 1975.
 */

export interface Matcher {
  /** Moves from a state by a byte; 0 is the first state. */
  readonly move: (state: number, byte: number) => number
  /** How many of the last bytes begin one of the texts. */
  readonly begun: (state: number) => number
  /** Whether any text ends here. */
  readonly ends: (state: number) => boolean
  /** The length of the longest text that ends here and counts anywhere; 0 if none does. */
  readonly longest: (state: number) => number
  /** The lengths of the texts that end here and count only where they stand alone. */
  readonly alone: (state: number) => ReadonlyArray<number>
}

/** States with a row for each byte, 1 KiB each: those nearest to the beginning, where most bytes lead. */
const rows = 4096

const none: ReadonlyArray<number> = []

/** The automaton of texts that count anywhere, and of others that count where they stand alone; none is empty. */
export const makeMatcher = (anywhere: ReadonlyArray<Uint8Array>, alone: ReadonlyArray<Uint8Array>): Matcher => {
  const size = [...anywhere, ...alone].reduce((sum, { length }) => sum + length, 1)
  // A tree of bytes: each state knows its first child and its next sibling.
  const child = new Int32Array(size)
  const sibling = new Int32Array(size)
  const byteOf = new Uint8Array(size)
  const depth = new Int32Array(size)
  const found = new Int32Array(size)
  const lone = new Uint8Array(size)
  const lengths = new Map<number, ReadonlyArray<number>>()
  let made = 1

  const childOf = (state: number, byte: number): number => {
    let at = child[state] ?? 0
    while (at !== 0 && byteOf[at] !== byte) at = sibling[at] ?? 0
    return at
  }
  const add = (text: Uint8Array): number => {
    let state = 0
    for (const byte of text) {
      let next = childOf(state, byte)
      if (next === 0) {
        next = made++
        byteOf[next] = byte
        depth[next] = (depth[state] ?? 0) + 1
        sibling[next] = child[state] ?? 0
        child[state] = next
      }
      state = next
    }
    return state
  }
  for (const text of anywhere) found[add(text)] = text.length
  for (const text of alone) {
    const state = add(text)
    lone[state] = 1
    lengths.set(state, [text.length])
  }

  // Breadth first: what a state falls back to is nearer to the beginning, and known before it.
  const back = new Int32Array(made)
  const order = new Int32Array(made)
  let known = 1
  const fall = (from: number, byte: number): number => {
    for (let state = from;; state = back[state] ?? 0) {
      const next = childOf(state, byte)
      if (next !== 0 || state === 0) return next
    }
  }
  for (let at = 0; at < known; at++) {
    const state = order[at] ?? 0
    for (let next = child[state] ?? 0; next !== 0; next = sibling[next] ?? 0) {
      const to = state === 0 ? 0 : fall(back[state] ?? 0, byteOf[next] ?? 0)
      back[next] = to
      if (found[next] === 0) found[next] = found[to] ?? 0
      const shorter = lengths.get(to)
      if (shorter !== undefined) {
        lone[next] = 1
        lengths.set(next, [...(lengths.get(next) ?? none), ...shorter])
      }
      order[known++] = next
    }
  }

  const rowOf = new Int32Array(made).fill(-1)
  const table = new Int32Array(Math.min(rows, made) * 256)
  for (let row = 0; row < Math.min(rows, made); row++) {
    const state = order[row] ?? 0
    const at = row << 8
    rowOf[state] = at
    // As where it falls back to, but for its own children.
    if (row > 0) table.copyWithin(at, rowOf[back[state] ?? 0] ?? 0, (rowOf[back[state] ?? 0] ?? 0) + 256)
    for (let next = child[state] ?? 0; next !== 0; next = sibling[next] ?? 0) table[at | (byteOf[next] ?? 0)] = next
  }

  return {
    move: (state, byte) => {
      const row = rowOf[state] ?? -1
      if (row >= 0) return table[row | byte] ?? 0
      let from = state
      for (;;) {
        const next = childOf(from, byte)
        if (next !== 0) return next
        from = back[from] ?? 0
        const fallen = rowOf[from] ?? -1
        if (fallen >= 0) return table[fallen | byte] ?? 0
      }
    },
    begun: (state) => depth[state] ?? 0,
    ends: (state) => (found[state] ?? 0) !== 0 || lone[state] === 1,
    longest: (state) => found[state] ?? 0,
    alone: (state) => lengths.get(state) ?? none
  }
}
