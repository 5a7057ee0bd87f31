/**
 * A sink that puts a text before each line.
 *
 * Must not change anything else: bytes stay as they are, and a last line without an end gets none.
 */
import type { Sink } from "./Streams.ts"

const newline = 10

/** What is written through it begins at the start of a line. */
export const taggedSink = (sink: Sink, tag: string): Sink => {
  const lead = Buffer.from(tag)
  let atStart = true
  return {
    ...sink,
    write: (chunk) => {
      const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk
      const parts: Array<Uint8Array> = []
      for (let from = 0; from < bytes.length;) {
        const end = bytes.indexOf(newline, from)
        const next = end < 0 ? bytes.length : end + 1
        if (atStart) parts.push(lead)
        parts.push(bytes.subarray(from, next))
        atStart = end >= 0
        from = next
      }
      if (parts.length > 0) sink.write(Buffer.concat(parts))
    }
  }
}
