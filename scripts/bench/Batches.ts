/**
 * The same batch of targets for everyone who can run one: each target does nothing, one after the other.
 *
 * Owns what is measured. The surprise: make starts a simple command without a shell, so its recipe has a
 * `;` where a shell is to be compared with a shell.
 */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Contender } from "./Measure.ts"

const targets = 1000

const numbers = Array.from({ length: targets }, (_, index) => index)

const write = (folder: string, name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const manifest = (work: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({ name: "bench", targets: [{ forEach: { items: numbers }, id: "t{{ item }}", ...work }] })

const pawl = (name: string, executable: string, work: Readonly<Record<string, unknown>>): Contender => ({
  name,
  command: (folder) => [
    executable,
    "run",
    write(folder, "batch.json", manifest(work)),
    "--state-dir",
    join(folder, "state"),
    "--auto-advance",
    "--format",
    "json"
  ]
})

const floor = (name: string, executable: string, mode: "shell" | "exec"): Contender => ({
  name,
  command: (folder) => [executable, mode, String(targets), join(folder, "journal")]
})

const make = (name: string, recipe: string): Contender => ({
  name,
  command: (folder) => {
    const all = numbers.map((number) => `t${number}`).join(" ")
    const text = `.PHONY: all ${all}\nall: ${all}\n${all}:\n\t@${recipe}\n`
    return ["make", "-j1", "-f", write(folder, "Makefile", text), "all"]
  }
})

const parallel: Contender = {
  name: "GNU parallel --joblog",
  command: (
    folder
  ) => ["parallel", "-j1", "-n0", "--joblog", join(folder, "joblog"), "true", ":::", ...numbers.map(String)]
}

export const names = {
  floorShell: "C loop, sh -c true",
  floorExec: "C loop, /bin/true",
  pawlRun: "pawl, run: true",
  pawlCommand: "pawl, command: [/bin/true]",
  parallel: parallel.name,
  makeShell: "GNU make, by a shell",
  makeExec: "GNU make, no shell",
  version: "pawl --version",
  empty: "empty Effect program"
} as const

/** Everybody who can run the batch on this machine; who is not installed is named in `absent`. */
export const batches = (
  executables: { readonly pawl: string; readonly floor: string }
): { readonly contenders: ReadonlyArray<Contender>; readonly absent: ReadonlyArray<string> } => {
  const peers = [
    { program: "parallel", contenders: [parallel] },
    { program: "make", contenders: [make(names.makeShell, "true;"), make(names.makeExec, "true")] }
  ]
  return {
    contenders: [
      floor(names.floorShell, executables.floor, "shell"),
      pawl(names.pawlRun, executables.pawl, { run: "true" }),
      floor(names.floorExec, executables.floor, "exec"),
      pawl(names.pawlCommand, executables.pawl, { steps: [{ id: "work", command: ["/bin/true"] }] }),
      ...peers.flatMap(({ contenders, program }) => Bun.which(program) === null ? [] : contenders)
    ],
    absent: peers.filter(({ program }) => Bun.which(program) === null).map(({ program }) => program)
  }
}

/** How long each takes to start, answer and end. */
export const startups = (executables: { readonly pawl: string; readonly empty: string }): ReadonlyArray<Contender> => [
  { name: names.version, command: () => [executables.pawl, "--version"] },
  { name: names.empty, command: () => [executables.empty] }
]
