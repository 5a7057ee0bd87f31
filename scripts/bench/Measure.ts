/**
 * Runs commands, one after the other, and says what each took.
 *
 * Owns starting `measure` and reading what it wrote. Must not know what is compared with what. The surprise:
 * what one command left unwritten is synced before the next starts, and what it left behind is removed, so that
 * nobody pays for another's writes.
 */
import { mkdir, readFile, rm } from "node:fs/promises"
import { join } from "node:path"

/** One thing to be measured, made anew for every round. */
export interface Contender {
  readonly name: string
  /** The command of one round; `folder` is fresh and empty, and what is prepared in it is not measured. */
  readonly command: (folder: string) => ReadonlyArray<string>
  /** A program that is not ours: where it fails it is left out, with a note. */
  readonly isPeer?: boolean
  /** The point it is in the plot. */
  readonly point?: { readonly series: string; readonly targets: number }
}

export interface Sample {
  readonly wallMs: number
  /** The highest of the process and its children, MiB. */
  readonly peakMiB: number
}

export type Samples = ReadonlyMap<string, ReadonlyArray<Sample>>

export class BenchError extends Error {}

const measureOnce = async (measure: string, contender: Contender, folder: string): Promise<Sample> => {
  await mkdir(folder, { recursive: true })
  const command = contender.command(folder)
  Bun.spawnSync(["sync", "-f", folder])
  const [resultFile, errorFile] = [join(folder, "result.txt"), join(folder, "stderr.txt")]
  const child = Bun.spawnSync([measure, resultFile, ...command], {
    cwd: folder,
    stdio: ["ignore", Bun.file(join(folder, "stdout.txt")), Bun.file(errorFile)]
  })
  const [wall, peak, code] = child.success ? (await readFile(resultFile, "utf8")).trim().split(" ").map(Number) : []
  if (wall === undefined || peak === undefined || code !== 0) {
    const said = (await readFile(errorFile, "utf8")).trim().split("\n").slice(-5).join("\n")
    const shown = command.join(" ").slice(0, 200)
    throw new BenchError(`${contender.name} ended with exit code ${code ?? "unknown"}: ${shown}\n${said}`)
  }
  await rm(folder, { recursive: true })
  return { wallMs: wall / 1e6, peakMiB: peak / 1024 }
}

export interface Measuring {
  /** Path of the compiled `measure.c`. */
  readonly measure: string
  /** Where each run gets a folder of its own; on the file system that is to be measured. */
  readonly folder: string
  readonly rounds: number
  /** Whether a round that is thrown away comes first. */
  readonly warmUp: boolean
}

/**
 * Measures all contenders in turn, round by round.
 *
 * @returns what was measured, and why each peer that failed was left out.
 * @throws BenchError where a command that is no peer does not end with exit code 0.
 */
export const measureAll = async (
  contenders: ReadonlyArray<Contender>,
  { folder, measure, rounds, warmUp }: Measuring
): Promise<{ readonly samples: Samples; readonly failures: ReadonlyMap<string, string> }> => {
  const samples = new Map<string, Array<Sample>>()
  const failures = new Map<string, string>()
  for (let round = warmUp ? -1 : 0; round < rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      if (failures.has(contender.name)) continue
      try {
        const sample = await measureOnce(measure, contender, join(folder, `${round + 1}-${index}`))
        if (round >= 0) samples.set(contender.name, [...(samples.get(contender.name) ?? []), sample])
      } catch (error) {
        if (!(error instanceof BenchError) || contender.isPeer !== true) throw error
        failures.set(contender.name, error.message)
        samples.delete(contender.name)
      }
    }
  }
  return { samples, failures }
}

export const median = (values: ReadonlyArray<number>): number => {
  const sorted = [...values].sort((one, other) => one - other)
  const middle = sorted.length >> 1
  const [low, high] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]]
  if (low === undefined || high === undefined) throw new BenchError("there is no median of nothing")
  return (low + high) / 2
}
