/**
 * Whether the files of a run say the same with their snapshot and without it.
 *
 * Must not change them.
 */
import { Effect, HashMap } from "effect"
import { Disk } from "../../src/checkpoint/Disk.ts"
import { orderedDisk } from "../../src/checkpoint/OrderedDisk.ts"
import { recover, SNAPSHOT } from "../../src/checkpoint/Recover.ts"
import type { SystemCalls } from "../../src/checkpoint/SystemCalls.ts"
import { stringifyJson } from "../../src/expression/Value.ts"
import type { RunState } from "../../src/run/RunState.ts"

/** A state as text that is the same for the same state, however it came about. */
const canonical = (state: RunState): string => {
  const sorted = (value: unknown): unknown => {
    if (HashMap.isHashMap(value)) return sorted(Object.fromEntries(HashMap.toEntries(value)))
    if (Array.isArray(value)) return value.map(sorted)
    if (typeof value !== "object" || value === null) return value
    return Object.fromEntries(
      Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, each]) => [key, sorted(each)])
    )
  }
  return stringifyJson(sorted(state))
}

/** What is wrong with the files of a run; empty where all is well. */
export const snapshotProblems = (calls: SystemCalls, runDir: string): ReadonlyArray<string> => {
  const plain = orderedDisk(calls)
  const without: Disk["Type"] = {
    ...plain,
    read: (path, from, length) =>
      path.endsWith(SNAPSHOT) ? Effect.as(Effect.void, undefined) : plain.read(path, from, length)
  }
  const [whole, alone] = [plain, without].map((disk) =>
    Effect.runSync(Effect.either(Effect.provideService(recover(runDir), Disk, disk)))
  )
  if (whole?._tag === "Left") return [`what is there can't be read: ${whole.left.message}`]
  if (alone?._tag === "Left") return [`the journal can't be read: ${alone.left.message}`]
  if (whole === undefined || alone === undefined || canonical(whole.right.state) === canonical(alone.right.state)) {
    return []
  }
  return ["snapshot and journal together come to another state than the journal alone"]
}
