/**
 * `npm run bench`: what pawl costs beside what the operating system costs, and beside its peers.
 *
 * Builds what it needs, measures everything in turns in one run, prints the figures and writes them, with the
 * machine, to `docs/performance.md`, and the plot to `docs/performance.svg`. Owns the flags and the order. The
 * surprise: what was measured only in part is printed and not written, unless `--into` says where.
 */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises"
import { join, resolve } from "node:path"
import { parseArgs } from "node:util"
import { compile } from "../build/Compile.ts"
import { commandParts } from "./Commands.ts"
import { expressionPart } from "./Expressions.ts"
import { describeMachine } from "./Machine.ts"
import { manifestPart } from "./Manifests.ts"
import { BenchError, measureAll } from "./Measure.ts"
import type { Part, Programs } from "./Part.ts"
import { findPeers } from "./Peers.ts"
import { draw, type Line, linesOf } from "./Plot.ts"
import { figuresTable, type Measured, partText, replaceBlock } from "./Report.ts"
import { scopeOf } from "./Scope.ts"
import { targetParts } from "./Targets.ts"

const usage = `usage: npm run bench -- [FLAGS]
  --quick          fewer rounds
  --only NAME      only this part, or the parts of this family; repeatable
  --pawl FILE      measure this executable instead of building one
  --divide N       all counts divided by N, to see that everything works
  --into FOLDER    write performance.md and performance.svg there; without it, and with --only or --divide,
                   nothing is written`

const root = join(import.meta.dirname, "../..")
// Of its own: two that run at the same time spoil each other's figures, but not their files.
const folder = join(root, `dist/bench-${process.pid}`)

const readFlags = () => {
  try {
    return parseArgs({
      options: {
        quick: { type: "boolean", default: false },
        only: { type: "string", multiple: true, default: [] },
        pawl: { type: "string" },
        divide: { type: "string", default: "1" },
        into: { type: "string" },
        help: { type: "boolean", default: false }
      }
    }).values
  } catch (error) {
    process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n${usage}\n`)
    process.exit(64)
  }
}

const values = readFlags()

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
  if (given !== undefined) return resolve(given)
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

const chosen = (parts: ReadonlyArray<Part>): ReadonlyArray<Part> => {
  const isOf = (name: string) => (part: Part) => part.name === name || part.name.startsWith(`${name}-`)
  const unknown = values.only.find((name) => !parts.some(isOf(name)))
  if (unknown !== undefined) {
    throw new BenchError(`there is no part "${unknown}"\nhint: parts are ${parts.map(({ name }) => name).join(", ")}`)
  }
  return values.only.length === 0 ? parts : parts.filter((part) => values.only.some((name) => isOf(name)(part)))
}

const measure = async (parts: ReadonlyArray<Part>, executable: string): Promise<ReadonlyArray<Measured>> => {
  const all: Array<Measured> = []
  for (const part of parts) {
    process.stderr.write(`bench: ${part.name} …\n`)
    const { rounds, warmUp } = part
    const place = { measure: executable, folder: join(folder, part.name), rounds, warmUp }
    all.push({ part, ...await measureAll(part.contenders, place) })
    await rm(place.folder, { recursive: true, force: true })
  }
  return all
}

const bench = async (divide: number): Promise<{ readonly block: string; readonly lines: ReadonlyArray<Line> }> => {
  await mkdir(folder, { recursive: true })
  const peers = findPeers(join(root, "node_modules/.cache/bench"))
  const programs: Programs = {
    pawl: findPawl(values.pawl),
    floor: compileC("floor"),
    hello: await compileProgram("Hello"),
    empty: await compileProgram("Empty"),
    yaml: await compileProgram("Yaml"),
    evaluate: await compileProgram("Evaluate"),
    peers: peers.found
  }
  const scope = scopeOf({ divide, quick: values.quick })
  const parts = chosen([
    ...targetParts(programs, scope),
    ...commandParts(programs, scope),
    manifestPart(programs, scope),
    expressionPart(programs, scope)
  ])
  const machine = describeMachine(folder)
  const all = await measure(parts, compileC("measure"))
  const lines = linesOf(all)
  const block = [
    machine.map(([name, value]) => `- ${name}: ${value}`).join("\n"),
    "Beside:",
    peers.notes.map((note) => `- ${note}`).join("\n"),
    ...(divide === 1 ? [] : [`All counts are divided by ${divide}: these figures mean nothing.`]),
    "## Figures",
    figuresTable(all),
    ...(lines.length === 0 ? [] : ["![The cost of a target, from one target to a hundred thousand](performance.svg)"]),
    "## What was measured",
    ...all.map(partText)
  ].join("\n\n")
  return { block, lines }
}

const main = async (): Promise<void> => {
  const divide = Number(values.divide)
  if (!(divide >= 1)) throw new BenchError("--divide must be a number of at least 1")
  const { block, lines } = await bench(divide)
  process.stdout.write(`${block}\n`)
  const isWhole = values.only.length === 0 && divide === 1
  const into = values.into === undefined ? isWhole ? join(root, "docs") : undefined : resolve(values.into)
  if (into === undefined) return
  await mkdir(into, { recursive: true })
  const document = join(into, "performance.md")
  await writeFile(document, replaceBlock(await read(document), block))
  if (lines.length > 0) await writeFile(join(into, "performance.svg"), draw(lines))
}

try {
  if (values.help) process.stdout.write(`${usage}\n`)
  else await main()
} catch (error) {
  if (!(error instanceof BenchError)) throw error
  process.stderr.write(`bench: ${error.message}\n`)
  process.exitCode = 1
} finally {
  await rm(folder, { recursive: true, force: true })
}
