/**
 * The same kills for pawl and for GNU parallel with `--joblog --resume`: what gets lost, and what is done twice.
 *
 * Owns the schedule and the counting. Must not promise anything for the other. The surprise: a kill waits for a share
 * of the work and then for some milliseconds more, so that the slower one is not killed more gently.
 *
 *     npm run torture -- peer --rounds 20
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { haveBinary } from "./Binary.ts"
import { type Dice, drawSeed, makeDice } from "./Dice.ts"
import type { Part } from "./Part.ts"
import { endOnSignals, makeStage, type Stage } from "./Stage.ts"

const KILLS = 20
const TARGETS = 1000
const QUICK = { kills: 3, targets: 100 }
const READY_MS = 10_000
const LATE_MS = 10

interface Contender {
  readonly name: string
  readonly prepare: (stage: Stage, targets: ReadonlyArray<number>) => void
  readonly words: (width: number, targets: ReadonlyArray<number>) => ReadonlyArray<string>
}

const pawl = (binary: string): Contender => ({
  name: "pawl",
  prepare: ({ path }, targets) =>
    writeFileSync(
      join(path, "batch.yaml"),
      `name: batch
targets:
  - forEach: { items: [${targets.join(", ")}] }
    id: "t{{ item }}"
    run: echo {{ item }} >> ran.txt
`
    ),
  words: (width) => [binary, "run", "batch.yaml", "-j", String(width), "--quiet"]
})

const parallel: Contender = {
  name: "GNU parallel",
  prepare: () => {},
  words: (width, targets) => [
    "parallel",
    "--will-cite",
    "-j",
    String(width),
    "--joblog",
    "log",
    "--resume",
    "echo {} >> ran.txt",
    ":::",
    ...targets.map(String)
  ]
}

/** After how many lines, and how many milliseconds after them. */
interface Kill {
  readonly lines: number
  readonly lateMs: number
}

const drawKills = (dice: Dice, count: number, targets: number): ReadonlyArray<Kill> =>
  Array.from({ length: count }, () => ({ lines: dice.below(targets - 1) + 1, lateMs: dice.upTo(LATE_MS) }))
    .toSorted((one, other) => one.lines - other.lines)

const linesIn = (stage: Stage): ReadonlyArray<string> => {
  const path = join(stage.path, "ran.txt")
  return existsSync(path) ? readFileSync(path, "utf8").split("\n").slice(0, -1) : []
}

interface Score {
  readonly kills: number
  readonly lost: number
  readonly twice: number
}

const contend = async (
  { prepare, words }: Contender,
  width: number,
  targets: ReadonlyArray<number>,
  schedule: ReadonlyArray<Kill>
): Promise<Score> => {
  const stage = makeStage("peer")
  let kills = 0
  try {
    prepare(stage, targets)
    for (const { lateMs, lines } of schedule) {
      const child = stage.start(words(width, targets))
      while (child.end() === undefined && linesIn(stage).length < lines) await Bun.sleep(1)
      const at = performance.now() + lateMs
      while (child.end() === undefined && performance.now() < at) await Bun.sleep(1)
      child.kill()
      if (await child.ended === "SIGKILL") kills++
      await stage.quiet(READY_MS)
    }
    const end = await stage.start(words(width, targets)).ended
    if (end !== 0) throw new Error(`${words(width, []).slice(0, 2).join(" ")} ended with ${end}`)
    await stage.quiet(READY_MS)
    const lines = linesIn(stage)
    const done = new Set(lines)
    return {
      kills,
      lost: targets.filter((target) => !done.has(String(target))).length,
      twice: lines.length - done.size
    }
  } finally {
    stage.remove()
  }
}

const versionOfParallel = (): string | undefined => {
  try {
    return Bun.spawnSync(["parallel", "--version"]).stdout.toString().split("\n")[0]
  } catch {
    return undefined
  }
}

export const part: Part = {
  summary: "the same kills for pawl and for GNU parallel --joblog --resume",
  run: async (wishes) => {
    const { quick, rounds = quick ? QUICK.kills : KILLS, say, seed = drawSeed() } = wishes
    const version = versionOfParallel()
    if (version === undefined) return { failures: [], figures: {}, skipped: "GNU parallel is not installed" }
    const binary = await haveBinary(wishes)
    if (!quick) endOnSignals()
    say(`seed ${seed}, ${version}`)
    const targets = Array.from({ length: quick ? QUICK.targets : TARGETS }, (_, index) => index)
    const figures: Record<string, number | string> = { targets: targets.length }
    const failures: Array<string> = []
    for (const contender of [pawl(binary), parallel]) {
      for (const width of [1, 8]) {
        const schedule = drawKills(makeDice(seed), rounds, targets.length)
        const { kills, lost, twice } = await contend(contender, width, targets, schedule)
        const score = `${kills} kills, ${lost} lost, ${twice} run twice`
        figures[`${contender.name} -j${width}`] = score
        if (contender.name === "pawl" && lost + twice > 0) {
          failures.push(`pawl -j${width}: ${score}\n    npm run torture -- peer --seed ${seed}`)
        }
      }
    }
    return { failures, figures }
  }
}
