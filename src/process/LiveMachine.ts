/**
 * The machine that pawl is on (`Machine`), as Linux tells of it in `/proc`.
 *
 * Owns the reading. The surprise: processors are those that this process may use (`taskset`), and free memory is what could
 * be had without swapping, caches included.
 */
import { Layer } from "effect"
import { readFileSync } from "node:fs"
import { availableParallelism } from "node:os"
import { Machine } from "../run/Machine.ts"

const read = (path: string): string => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    // Elsewhere nobody tells.
    return ""
  }
}

const numberOf = (text: string | undefined): number | undefined => {
  const value = Number(text)
  return text === undefined || Number.isNaN(value) ? undefined : value
}

/** The average over the last minute, of the text of `/proc/loadavg`. */
export const loadOf = (text: string): number | undefined => numberOf(/^\d+(?:\.\d+)?/.exec(text)?.[0])

/** Bytes, of the text of `/proc/meminfo`. */
export const freeMemoryOf = (text: string): number | undefined => {
  const kibibytes = numberOf(/^MemAvailable:\s+(\d+) kB$/m.exec(text)?.[1])
  return kibibytes === undefined ? undefined : kibibytes * 1024
}

export const layerMachine: Layer.Layer<Machine> = Layer.succeed(Machine, {
  processors: () => Math.max(1, availableParallelism()),
  load: () => loadOf(read("/proc/loadavg")),
  freeMemory: () => freeMemoryOf(read("/proc/meminfo"))
})
