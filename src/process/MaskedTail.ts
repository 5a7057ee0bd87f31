/**
 * The last bytes of a stream that goes by.
 *
 * Owns them, and how many there were. The surprise: room is made for as much as has come and no
 * more than twice what is kept, since most streams are short though much of a long one is wanted.
 */

export interface MaskedTail {
  /** Takes a copy of what is wanted of these. */
  readonly add: (bytes: Uint8Array) => void
  /** The last bytes, at most as many as are kept. They share memory with what comes later. */
  readonly bytes: () => Uint8Array
  /** How many there were in all. */
  readonly total: () => number
}

const smallest = 1024

/** Keeps the last `keep` bytes. */
export const makeMaskedTail = (keep: number): MaskedTail => {
  let room = new Uint8Array(0)
  let used = 0
  let total = 0
  const makeRoom = (more: number): void => {
    const wanted = Math.min(Math.max(smallest, room.length * 2, used + more), keep * 2)
    if (used + more > wanted) {
      // What is dropped is more than is kept, so that each byte is moved about once.
      room.copyWithin(0, used - (keep - more), used)
      used = keep - more
    }
    if (wanted <= room.length) return
    const larger = new Uint8Array(wanted)
    larger.set(room.subarray(0, used))
    room = larger
  }
  return {
    add: (bytes) => {
      total += bytes.length
      const last = bytes.subarray(Math.max(0, bytes.length - keep))
      if (last.length === keep) used = 0
      if (used + last.length > room.length) makeRoom(last.length)
      room.set(last, used)
      used += last.length
    },
    bytes: () => room.subarray(Math.max(0, used - keep), used),
    total: () => total
  }
}
