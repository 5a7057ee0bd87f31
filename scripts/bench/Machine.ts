/** What the figures were measured on: without it they mean nothing. */
import { readFileSync } from "node:fs"
import { availableParallelism, cpus, loadavg, release, type as systemName } from "node:os"

/** The type of the file system that `path` is on, such as `ext4`. */
const fileSystemOf = (path: string): string => {
  const mounts = readFileSync("/proc/self/mountinfo", "utf8").trim().split("\n").map((line) => {
    const fields = line.split(" ")
    return { point: fields[4] ?? "", type: fields[fields.indexOf("-") + 1] ?? "unknown" }
  })
  const holds = (point: string): boolean => point === "/" || path === point || path.startsWith(`${point}/`)
  // Of mounts at the same place the last covers the others.
  return mounts.filter(({ point }) => holds(point)).reduce(
    (longest, mount) => mount.point.length >= longest.point.length ? mount : longest,
    { point: "", type: "unknown" }
  ).type
}

/** One line a fact, in a stable order. */
export const describeMachine = (stateFolder: string): ReadonlyArray<readonly [name: string, value: string]> => [
  ["CPU", `${cpus()[0]?.model.trim() ?? "unknown"}, ${availableParallelism()} cores`],
  ["kernel", `${systemName()} ${release()}`],
  ["file system of the state directory", fileSystemOf(stateFolder)],
  ["load of the last minute, before", loadavg()[0]?.toFixed(2) ?? "unknown"],
  ["Bun", Bun.version],
  ["date", new Date().toISOString().slice(0, 10)]
]
