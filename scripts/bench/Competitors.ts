/**
 * The same batch of targets for each peer: every target starts `/bin/true`, one at a time.
 *
 * Owns what each peer is asked to do. The surprise: make starts a simple command without a shell, so its recipe
 * has a `;` where a shell is to be compared with a shell.
 */
import { join } from "node:path"
import { type Batch, sized, write } from "./Batches.ts"
import type { Contender } from "./Measure.ts"
import type { Programs } from "./Part.ts"
import type { PeerName } from "./Peers.ts"
import { numbers } from "./Scope.ts"

const ids = (count: number): ReadonlyArray<string> => numbers(count).map((number) => `t${number}`)

const makefile = (count: number, recipe: string): string => {
  const all = ids(count).join(" ")
  return `.PHONY: all ${all}\nall: ${all}\n${all}:\n\t@${recipe}\n`
}

const ninjaFile = (count: number): string =>
  ["rule work", "  command = /bin/true", ...ids(count).map((id) => `build ${id}: work`)]
    .concat(`build all: phony ${ids(count).join(" ")}\n`).join("\n")

const justfile = (count: number): string =>
  `all: ${ids(count).join(" ")}\n${ids(count).map((id) => `${id}:\n    @/bin/true\n`).join("")}`

/** JSON is YAML too. */
const taskfile = (count: number): string =>
  JSON.stringify({
    version: "3",
    tasks: {
      all: { cmds: ids(count).map((task) => ({ task })) },
      ...Object.fromEntries(ids(count).map((id) => [id, { cmds: ["/bin/true"] }]))
    }
  })

const snakefile = (count: number): string =>
  `rule all:\n    input: [f"t{n}" for n in range(${count})]\n\nrule work:\n    output: touch("t{n}")\n`
  + `    shell: "/bin/true"\n`

export const writeTaskfile = (folder: string, count: number): string => write(folder, "Taskfile.yml", taskfile(count))

export const writeList = (folder: string, count: number): string =>
  write(folder, "list.txt", `${numbers(count).join("\n")}\n`)

interface Competitor {
  readonly program: PeerName
  /** As it is called in tables and in the plot. */
  readonly title: string
  readonly command: (program: string, folder: string, count: number) => ReadonlyArray<string>
}

/** Each runs its targets one at a time, and prints as little as it can. */
const competitors = {
  parallel: {
    program: "parallel",
    title: "GNU parallel --joblog",
    command: (program, folder, count) => [
      program,
      "-j1",

      "--joblog",
      join(folder, "joblog"),
      "-a",
      writeList(folder, count),
      "/bin/true"
    ]
  },
  makeShell: {
    program: "make",
    title: "GNU make, by a shell",
    command: (program, folder, count) => [
      program,
      "-j1",
      "-f",
      write(folder, "Makefile", makefile(count, "/bin/true;")),
      "all"
    ]
  },
  make: {
    program: "make",
    title: "GNU make",
    command: (program, folder, count) => [
      program,
      "-j1",
      "-f",
      write(folder, "Makefile", makefile(count, "/bin/true")),
      "all"
    ]
  },
  xargs: {
    program: "xargs",
    title: "xargs",
    command: (program, folder, count) => [program, "-a", writeList(folder, count), "-n1", "-P1", "/bin/true"]
  },
  ninja: {
    program: "ninja",
    title: "ninja",
    command: (program, folder, count) => [
      program,
      "-j1",
      "--quiet",
      "-f",
      write(folder, "build.ninja", ninjaFile(count)),
      "all"
    ]
  },
  just: {
    program: "just",
    title: "just",
    command: (program, folder, count) => [program, "--justfile", write(folder, "justfile", justfile(count)), "all"]
  },
  task: {
    program: "task",
    title: "Task",
    command: (program, folder, count) => [program, "--silent", "--taskfile", writeTaskfile(folder, count), "all"]
  },
  dagu: {
    program: "dagu",
    title: "Dagu",
    command: (program, folder, count) => {
      const steps = ids(count).map((name) => ({ name, command: "/bin/true" }))
      const file = write(folder, "batch.yaml", JSON.stringify({ steps }))
      return [program, "start", "--quiet", "--dagu-home", join(folder, "home"), file]
    }
  },
  snakemake: {
    program: "snakemake",
    title: "Snakemake",
    command: (program, folder, count) => [
      program,
      "--quiet",
      "all",
      "--cores",
      "1",
      "--directory",
      folder,
      "--snakefile",
      write(folder, "Snakefile", snakefile(count))
    ]
  }
} satisfies Readonly<Record<string, Competitor>>

export type CompetitorName = keyof typeof competitors

export const peerName = (name: CompetitorName, batch: Batch): string => sized(competitors[name].title, batch)

/** Those of `names` that are there. */
export const peersAt = (
  { peers }: Programs,
  names: ReadonlyArray<CompetitorName>,
  count: number
): ReadonlyArray<Contender> =>
  names.flatMap((name): ReadonlyArray<Contender> => {
    const { command, program, title }: Competitor = competitors[name]
    const executable = peers.get(program)
    if (executable === undefined) return []
    return [{
      name: peerName(name, { count }),
      command: (folder) => command(executable, folder, count),
      isPeer: true,
      point: { series: title, targets: count }
    }]
  })
