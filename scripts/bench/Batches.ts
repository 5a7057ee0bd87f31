/**
 * The same batch of targets for pawl and for the floor in C: every target starts `/bin/true`.
 *
 * Owns what they are asked to do and what those who do it are called. What the peers are asked stands in
 * `Competitors.ts`.
 */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Contender } from "./Measure.ts"
import type { Programs } from "./Part.ts"
import { grouped, numbers } from "./Scope.ts"

export const write = (folder: string, name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

/** The two kinds of target: a script of one simple command, and a program that is started without a shell. */
const works = { run: { run: "/bin/true" }, command: { steps: [{ id: "work", command: ["/bin/true"] }] } }

export type Kind = keyof typeof works

/** Writes a batch of `count` targets from a `forEach` into `folder`. */
export const writeBatch = (folder: string, kind: Kind, count: number): string =>
  write(
    folder,
    "batch.json",
    JSON.stringify({
      name: "bench",
      targets: [{ forEach: { items: numbers(count).map(Number) }, id: "t{{ item }}", ...works[kind] }]
    })
  )

export interface Batch {
  readonly count: number
  /** How many targets at the same time; absent means 1. */
  readonly width?: number
}

/** Who runs which batch: the name of a contender. */
export const sized = (name: string, { count, width = 1 }: Batch): string =>
  `${name}, ${grouped(count)} ${count === 1 ? "target" : "targets"}${width === 1 ? "" : `, -j${width}`}`

const point = (series: string, { count, width }: Batch) =>
  width === undefined ? { point: { series, targets: count } } : {}

export const pawlName = (kind: Kind, batch: Batch): string => sized(`pawl \`${kind}:\``, batch)

export const pawl = ({ pawl: executable }: Programs, kind: Kind, batch: Batch): Contender => ({
  name: pawlName(kind, batch),
  command: (folder) => [
    executable,
    "run",
    writeBatch(folder, kind, batch.count),
    "--state-dir",
    join(folder, "state"),
    "--auto-advance",
    "--format",
    "json",
    "-j",
    String(batch.width ?? 1)
  ],
  ...(kind === "command" ? point("pawl", batch) : {})
})

export const floorName = (mode: "shell" | "exec", batch: Batch): string =>
  sized(mode === "shell" ? "C, sh -c /bin/true" : "C, /bin/true", batch)

export const floor = ({ floor: executable }: Programs, mode: "shell" | "exec", batch: Batch): Contender => ({
  name: floorName(mode, batch),
  command: (folder) => [executable, mode, String(batch.count), join(folder, "journal"), String(batch.width ?? 1)],
  ...(mode === "exec" ? point("fork + exec + fdatasync in C", batch) : {})
})
