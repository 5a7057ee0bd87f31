/**
 * Turns one entry file into one executable.
 *
 * Owns the flags every executable of this repository is made with, so that a benchmark compares like
 * with like. Must not know what the program does. The surprise: with `splitting` and `bytecode`
 * together, code behind a dynamic `import()` costs nothing at start-up until it is reached.
 */
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { rm, writeFile } from "node:fs/promises"
import { basename } from "node:path"
import { seal } from "./Seal.ts"

export interface CompileOptions {
  /** Path of the entry file. */
  readonly entry: string
  /** Path of the executable to write; one that is there is replaced. */
  readonly outfile: string
  /** What to build for; absent means the machine this runs on. */
  readonly target?: Bun.Build.CompileTarget
  /** Global constants to put in, by name. */
  readonly constants?: Readonly<Record<string, string>>
}

const describe = ({ message, position }: BuildMessage | ResolveMessage): string =>
  position === null ? message : `${position.file}:${position.line}:${position.column}: ${message}`

/**
 * Bundles and compiles.
 *
 * @returns undefined, or what the bundler complained of, one line a complaint, or that it can't be sealed.
 */
export const compile = async (options: CompileOptions): Promise<string | undefined> => {
  const { entry, outfile, target, constants = {} } = options
  const result = await Bun.build({
    entrypoints: [entry],
    target: "bun",
    format: "esm",
    minify: true,
    bytecode: true,
    splitting: true,
    throw: false,
    define: Object.fromEntries(Object.entries(constants).map(([name, value]) => [name, JSON.stringify(value)])),
    compile: {
      outfile,
      ...(target === undefined ? {} : { target }),
      // Most calls end before compiling what they run has paid off, and the compiler's threads take the
      // processor that the steps need. A call that lasts gets the usual policy back, see src/Start.ts.
      jitPolicy: 20,
      autoloadDotenv: false,
      autoloadBunfig: false,
      autoloadTsconfig: false,
      autoloadPackageJson: false
    }
  })
  if (!result.success) return result.logs.map(describe).join("\n") || "the bundler gave no reason"
  const isForLinux = target === undefined ? process.platform === "linux" : target.includes("linux")
  const unsealed = isForLinux ? seal(outfile) : undefined
  if (unsealed !== undefined) await rm(outfile)
  return unsealed
}

/** Writes `FILE.sha256` beside a file, in the format of `sha256sum`, and returns the hex digest. */
export const writeChecksum = async (file: string): Promise<string> => {
  const digest = createHash("sha256").update(readFileSync(file)).digest("hex")
  await writeFile(`${file}.sha256`, `${digest}  ${basename(file)}\n`)
  return digest
}
