/**
 * Builds pawl: targets as data → one executable each → smoke test → checksum.
 *
 * Owns the list of targets and what makes a build fail. Must not know what pawl does beyond answering
 * `--version`. The surprise: what was built before is removed first, so that nothing can go on with an
 * executable of an earlier tree after a build that failed.
 */
import { mkdir, rm, stat } from "node:fs/promises"
import { join, relative, resolve } from "node:path"
import { parseArgs } from "node:util"
import { compile, writeChecksum } from "./scripts/build/Compile.ts"
import { type Identity, readIdentity } from "./scripts/build/Identity.ts"

interface Target {
  /** The name `--target` takes. */
  readonly name: string
  /** File name of the executable. */
  readonly file: string
  /** What the compiler calls it; absent means this machine, and only that can be smoke-tested here. */
  readonly platform?: Bun.Build.CompileTarget
}

const targets: ReadonlyArray<Target> = [{ name: "native", file: "pawl" }]

const root = import.meta.dirname

const fail = (message: string, hint: string): never => {
  process.stderr.write(`build: ${message}\nhint: ${hint}\n`)
  process.exit(1)
}

/** Starts the executable as a stranger would; it must answer with who it is. */
const smokeTest = (outfile: string, { version, commit }: Identity): string | undefined => {
  const { exitCode, signalCode, stdout, stderr } = Bun.spawnSync([outfile, "--version"], {
    cwd: "/",
    // On Linux these are sealed; unsealed they would make Bun itself answer.
    env: process.platform === "linux" ? { BUN_BE_BUN: "1", BUN_OPTIONS: "--version" } : {},
    timeout: 10_000
  })
  const answer = stdout.toString().trim()
  const said = `it said "${answer}"${stderr.length > 0 ? ` and "${stderr.toString().trim()}"` : ""}`
  if (exitCode !== 0) return `\`--version\` ended with ${signalCode ?? `exit code ${exitCode}`}; ${said}`
  const words = answer.split(/[\s()]+/)
  const missing = [version, commit].filter((word) => !words.includes(word))
  return missing.length === 0 ? undefined : `\`--version\` does not name ${missing.join(" and ")}; ${said}`
}

const build = async (target: Target, entry: string, folder: string, identity: Identity): Promise<void> => {
  const started = performance.now()
  const outfile = join(folder, target.file)
  const shown = relative(root, outfile)
  await Promise.all([rm(outfile, { force: true }), rm(`${outfile}.sha256`, { force: true })])
  await mkdir(folder, { recursive: true })
  const complaint = await compile({
    entry,
    outfile,
    ...(target.platform === undefined ? {} : { target: target.platform }),
    constants: { PAWL_VERSION: identity.version, PAWL_COMMIT: identity.commit }
  })
  if (complaint !== undefined) {
    fail(`${relative(root, entry)} does not bundle\n${complaint}`, "fix the lines named above")
  }
  if (target.platform === undefined) {
    const wrong = smokeTest(outfile, identity)
    if (wrong !== undefined) {
      await rm(outfile)
      fail(`${shown} is not usable: ${wrong}`, "see what src/main.ts does with `--version`")
    }
  }
  const digest = await writeChecksum(outfile)
  const size = ((await stat(outfile)).size / 1_000_000).toFixed(1)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  process.stdout.write(
    `built ${shown} ${identity.version} (${identity.commit}), ${size} MB, sha256:${digest.slice(0, 12)}…, `
      + `${seconds} s\n`
  )
}

const readFlags = () => {
  try {
    return parseArgs({
      options: {
        target: { type: "string", multiple: true, default: ["native"] },
        entry: { type: "string", default: `${root}/src/main.ts` },
        "out-dir": { type: "string", default: `${root}/dist` }
      }
    }).values
  } catch (error) {
    return fail(
      error instanceof Error ? error.message : String(error),
      "flags are --target NAME, --entry FILE and --out-dir DIR"
    )
  }
}

const values = readFlags()
const identity = readIdentity(root)
for (const name of values.target) {
  const target = targets.find((candidate) => candidate.name === name)
    ?? fail(`there is no target "${name}"`, `known targets: ${targets.map((known) => known.name).join(", ")}`)
  await build(target, values.entry, resolve(values["out-dir"]), identity)
}
