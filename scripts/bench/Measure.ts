/**
 * Runs commands, one after the other, and says what each took.
 *
 * Owns starting `measure` and reading what it wrote. Must not know what is compared with what. The surprise:
 * what one command left unwritten is synced before the next starts, so that nobody pays for another's writes.
 */
import { mkdir, readFile } from "node:fs/promises"
import { join } from "node:path"

/** One thing to be measured, made anew for every round. */
export interface Contender {
  readonly name: string
  /** The command of one round; `folder` is fresh and empty. */
  readonly command: (folder: string) => ReadonlyArray<string>
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
    throw new BenchError(`${contender.name} ended with exit code ${code ?? "unknown"}: ${command.join(" ")}\n${said}`)
  }
  return { wallMs: wall / 1e6, peakMiB: peak / 1024 }
}

/**
 * Measures all contenders in turn, `rounds` times over, after one round that is thrown away.
 *
 * @param measure path of the compiled `measure.c`.
 * @param folder where each run gets a folder of its own; on the file system that is to be measured.
 * @throws BenchError where a command does not end with exit code 0.
 */
export const measureAll = async (
  measure: string,
  folder: string,
  contenders: ReadonlyArray<Contender>,
  rounds: number
): Promise<Samples> => {
  const samples = new Map<string, Array<Sample>>()
  for (let round = 0; round <= rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      const sample = await measureOnce(measure, contender, join(folder, `${round}-${index}`))
      if (round > 0) samples.set(contender.name, [...(samples.get(contender.name) ?? []), sample])
    }
  }
  return samples
}

export const median = (values: ReadonlyArray<number>): number => {
  const sorted = [...values].sort((one, other) => one - other)
  const middle = sorted.length >> 1
  const [low, high] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]]
  if (low === undefined || high === undefined) throw new BenchError("there is no median of nothing")
  return (low + high) / 2
}
