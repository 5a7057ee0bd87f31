/**
 * Parts that measure one command of pawl: its start, going on with a run, a rehearsal, and a step that prints.
 *
 * Owns the states they begin from. The surprise: a run with one target left takes seconds to make, so it is made
 * once and copied into place, with the same path, before each round.
 */
import { cpSync, mkdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { write, writeBatch } from "./Batches.ts"
import { writeList, writeTaskfile } from "./Competitors.ts"
import { BenchError, type Contender } from "./Measure.ts"
import type { Part, Programs } from "./Part.ts"
import { grouped, type Scope } from "./Scope.ts"

const names = {
  version: "pawl --version",
  hello: "Bun program that says hello",
  one: "pawl run, one target",
  empty: "empty Effect program",
  pawlPrints: "pawl, a step that prints",
  pawlSilent: "pawl, a step that prints nothing",
  shellPrints: "sh -c, to a file"
} as const

const starts = ({ empty, hello, pawl }: Programs, { starts: rounds }: Scope): Part => ({
  name: "start",
  about: "Start-up: both programs are compiled as pawl is; the one target is `/bin/true`, and durable",
  rounds,
  warmUp: true,
  contenders: [
    { name: names.hello, command: () => [hello] },
    { name: names.version, command: () => [pawl, "--version"] },
    { name: names.empty, command: () => [empty] },
    {
      name: names.one,
      command: (folder) => [pawl, "run", writeBatch(folder, "command", 1), "--state-dir", join(folder, "state")]
    }
  ],
  comparisons: [
    { what: "`pawl --version` to a Bun hello", of: names.version, against: names.hello, atMost: 2 },
    { what: "`pawl run` of one target to an empty Effect program", of: names.one, against: names.empty, atMost: 2 }
  ]
})

/** The folder `name` beside those of the rounds, which `make` fills once and which is put back as it was then. */
const restored = (name: string, make: (folder: string) => void) => {
  const kept = new Set<string>()
  return (folder: string): string => {
    const [live, copy] = [join(folder, "..", name, "live"), join(folder, "..", name, "kept")]
    if (!kept.has(copy)) {
      mkdirSync(live, { recursive: true })
      make(live)
      cpSync(live, copy, { recursive: true, preserveTimestamps: true })
      kept.add(copy)
    }
    rmSync(live, { recursive: true })
    cpSync(copy, live, { recursive: true, preserveTimestamps: true })
    return live
  }
}

const run = (command: ReadonlyArray<string>, cwd: string): void => {
  const { stderr, success } = Bun.spawnSync([...command], { cwd })
  if (!success) throw new BenchError(`could not prepare: ${command.join(" ")}\n${stderr.toString()}`)
}

const resume = ({ pawl, peers }: Programs, { rounds, tenThousand: count }: Scope): Part => {
  const [of, against] = ["pawl run, one left", "GNU parallel --resume, one left"]
  const parallel = peers.get("parallel")
  const goOn = (live: string) => [
    pawl,
    "run",
    join(live, "batch.json"),
    "--state-dir",
    join(live, "state"),
    "--auto-advance",
    "--quiet"
  ]
  const parallelCommand = (program: string, live: string, width: number) => [
    program,
    `-j${width}`,
    "--resume",
    "--joblog",
    join(live, "joblog"),
    "-a",
    join(live, "list.txt"),
    "/bin/true"
  ]
  const pawlFolder = restored("pawl", (live) => {
    writeBatch(live, "command", count)
    run([...goOn(live), "--cap", String(count - 1)], live)
  })
  const parallelFolder = restored("parallel", (live) => {
    if (parallel === undefined) return
    writeList(live, count - 1)
    run(parallelCommand(parallel, live, 2), live)
    writeList(live, count)
  })
  const peer = (program: string): Contender => ({
    name: against,
    isPeer: true,
    command: (folder) => parallelCommand(program, parallelFolder(folder), 1)
  })
  return {
    name: "resume",
    about: `A run with ${grouped(count - 1)} of ${grouped(count)} targets done, and one left`,
    rounds,
    warmUp: true,
    contenders: [
      { name: of, command: (folder) => goOn(pawlFolder(folder)) },
      ...(parallel === undefined ? [] : [peer(parallel)])
    ],
    comparisons: [{ what: "resume to GNU parallel `--resume`", of, against, atMost: 0.35 }]
  }
}

const simulate = ({ pawl, peers }: Programs, { rounds, tenThousand: count }: Scope): Part => {
  const [of, against] = ["pawl simulate", "task --dry"]
  const task = peers.get("task")
  return {
    name: "simulate",
    about: `A rehearsal of ${grouped(count)} targets from a \`forEach\`, beside as many tasks`,
    rounds,
    warmUp: true,
    contenders: [
      { name: of, command: (folder) => [pawl, "simulate", writeBatch(folder, "command", count)] },
      ...(task === undefined ? [] : [{
        name: against,
        isPeer: true,
        command: (folder: string) => [task, "--dry", "--taskfile", writeTaskfile(folder, count), "all"]
      }])
    ],
    comparisons: [{ what: "simulate to `task --dry`", of, against, atMost: 0.2 }]
  }
}

const print = ({ floor, pawl }: Programs, { printed, rounds }: Scope): Part => {
  const contender = (name: string, bytes: number): Contender => ({
    name,
    command: (folder) => [
      pawl,
      "run",
      "--state-dir",
      join(folder, "state"),
      "--quiet",
      write(
        folder,
        "batch.json",
        JSON.stringify({ name: "bench", targets: [{ id: "t", run: `head -c ${bytes} /dev/zero` }] })
      )
    ]
  })
  return {
    name: "print",
    about: `A step that prints ${grouped(printed)} bytes with \`head -c\`, beside a shell that does so into a file`,
    rounds,
    warmUp: true,
    contenders: [
      { name: names.shellPrints, command: (folder) => [floor, "print", String(printed), join(folder, "printed")] },
      contender(names.pawlPrints, printed),
      contender(names.pawlSilent, 0)
    ],
    comparisons: [
      {
        what: "a step that prints to `sh -c` into a file",
        of: names.pawlPrints,
        against: names.shellPrints,
        atMost: 1.05
      },
      {
        what: "memory of a step that prints to one that does not",
        of: names.pawlPrints,
        against: names.pawlSilent,
        by: "peakMiB",
        atMost: 1.1
      }
    ]
  }
}

export const commandParts = (programs: Programs, scope: Scope): ReadonlyArray<Part> => [
  starts(programs, scope),
  resume(programs, scope),
  simulate(programs, scope),
  print(programs, scope)
]
