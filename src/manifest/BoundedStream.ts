/**
 * Bytes that come as they come, from a pipe or a device, read whole within a bound.
 *
 * Must not say what was too much: who reads knows what it is for.
 */

/** All bytes of a stream, or `undefined` as soon as there are more than `limit`, which ends the stream. */
export const readBounded = async (
  stream: AsyncIterable<Uint8Array>,
  limit: number
): Promise<Uint8Array | undefined> => {
  const parts: Array<Uint8Array> = []
  let length = 0
  for await (const part of stream) {
    parts.push(part)
    length += part.length
    if (length > limit) return undefined
  }
  return Buffer.concat(parts)
}
