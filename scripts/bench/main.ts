/**
 * `npm run bench`: what pawl costs beside what the operating system costs, and beside its peers.
 *
 * Builds what it needs, measures everything in turns in one run, prints the ratios and writes them, with
 * the machine, to `docs/performance.md`. `--quick` takes fewer rounds; `--pawl FILE` measures an executable
 * that is there already. The surprise: a missed bound is marked and does not fail the run.
 */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { compile } from "../build/Compile.ts"
import { batches, names, startups } from "./Batches.ts"
import { comparisons as evaluations, evaluators } from "./Expressions.ts"
import { describeMachine } from "./Machine.ts"
import { limits, names as manifests, readers } from "./Manifests.ts"
import { BenchError, measureAll } from "./Measure.ts"
import { type Comparison, limitsTable, ratiosTable, replaceBlock, timesTable } from "./Report.ts"

const root = join(import.meta.dirname, "../..")
const folder = join(root, "dist/bench")
const document = join(root, "docs/performance.md")

const runComparisons: ReadonlyArray<Comparison> = [
  { what: "run: steps to the C loop", of: names.pawlRun, against: names.floorShell, atMost: 1.35 },
  { what: "command: steps to the C loop", of: names.pawlCommand, against: names.floorExec, atMost: 1.6 },
  { what: "run: steps to GNU parallel", of: names.pawlRun, against: names.parallel },
  { what: "run: steps to GNU make", of: names.pawlRun, against: names.makeShell },
  { what: "command: steps to GNU make", of: names.pawlCommand, against: names.makeExec }
]

const startComparisons: ReadonlyArray<Comparison> = [
  { what: "pawl --version to an empty Effect program", of: names.version, against: names.empty, atMost: 2.2 }
]

const readComparisons: ReadonlyArray<Comparison> = [
  { what: "pawl validate to the yaml package", of: manifests.listed, against: manifests.yaml, atMost: 1.6 }
]

const succeed = (command: ReadonlyArray<string>, what: string): void => {
  const { stderr, stdout, success } = Bun.spawnSync([...command], { cwd: root })
  if (!success) throw new BenchError(`${what} failed: ${command.join(" ")}\n${stdout.toString()}${stderr.toString()}`)
}

const compileC = (name: string): string => {
  const executable = join(folder, name)
  succeed(["cc", "-O2", "-o", executable, join(import.meta.dirname, `${name}.c`)], "the C compiler")
  return executable
}

const compileProgram = async (name: string): Promise<string> => {
  const outfile = join(folder, name)
  const complaint = await compile({ entry: join(import.meta.dirname, `${name}.ts`), outfile })
  if (complaint !== undefined) throw new BenchError(complaint)
  return outfile
}

const findPawl = (given: string | undefined): string => {
  if (given !== undefined) return given
  succeed([process.execPath, "build.ts"], "the build")
  return join(root, "dist/pawl")
}

const read = async (path: string): Promise<string> => {
  try {
    return await readFile(path, "utf8")
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "# Performance\n"
    throw error
  }
}

const bench = async (quick: boolean, given: string | undefined): Promise<string> => {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const [pawl, floor, measure] = [findPawl(given), compileC("floor"), compileC("measure")]
  const [empty, yaml] = [await compileProgram("Empty"), await compileProgram("Yaml")]
  const evaluate = await compileProgram("Evaluate")
  const { absent, contenders } = batches({ pawl, floor })
  const machine = describeMachine(folder)
  const rounds = quick
    ? { runs: 3, starts: 10, reads: 3, evaluations: 5 }
    : { runs: 9, starts: 40, reads: 9, evaluations: 15 }
  const runs = await measureAll(measure, join(folder, "runs"), contenders, rounds.runs)
  const starts = await measureAll(measure, join(folder, "starts"), startups({ pawl, empty }), rounds.starts)
  const reads = await measureAll(measure, join(folder, "reads"), readers({ pawl, yaml }), rounds.reads)
  const found = await measureAll(
    measure,
    join(folder, "expressions"),
    evaluators({ floor, evaluate }),
    rounds.evaluations
  )
  return [
    ...machine.map(([name, value]) => `- ${name}: ${value}`),
    "",
    `1,000 targets, one at a time, ${rounds.runs} rounds in turn. The C loop starts and awaits the same process and`,
    "syncs one line of 200 bytes a target; GNU parallel and GNU make sync nothing.",
    ...absent.map((program) => `Not installed here and left out: ${program}.`),
    "",
    timesTable(runs),
    "",
    ratiosTable(runs, runComparisons),
    "",
    `Start-up, ${rounds.starts} rounds in turn.`,
    "",
    timesTable(starts),
    "",
    ratiosTable(starts, startComparisons),
    "",
    `Long manifests, ${rounds.reads} rounds in turn: 10,000 listed targets with two steps and an expression each, and`,
    "100,000 from a `forEach` with five steps and three expressions.",
    "",
    timesTable(reads),
    "",
    ratiosTable(reads, readComparisons),
    "",
    limitsTable(reads, limits),
    "",
    `Expressions, ${rounds.evaluations} rounds in turn: a condition on the exit code of a step and on an input, and a`,
    "filter over what the 10,000 items of a map came to. The processes are started and awaited by the C loop.",
    "",
    timesTable(found),
    "",
    ratiosTable(found, evaluations)
  ].join("\n")
}

const { values } = parseArgs({ options: { quick: { type: "boolean", default: false }, pawl: { type: "string" } } })
try {
  const block = await bench(values.quick, values.pawl)
  process.stdout.write(`${block}\n`)
  await mkdir(join(root, "docs"), { recursive: true })
  await writeFile(document, replaceBlock(await read(document), block))
} catch (error) {
  if (!(error instanceof BenchError)) throw error
  process.stderr.write(`bench: ${error.message}\n`)
  process.exitCode = 1
} finally {
  await rm(folder, { recursive: true, force: true })
}
