/**
 * `npm run demo`: builds pawl and gives it a real night's work, every package installed on this machine.
 *
 * Owns choosing work that this machine has. The surprise: some packages really fail their check (an image
 * often leaves documentation out), so pawl may end with 1, and the demo has then done its job.
 */
import { readdirSync } from "node:fs"
import { mkdir, rm } from "node:fs/promises"
import { join } from "node:path"

const root = join(import.meta.dirname, "..")
const pawl = "dist/pawl"
const folder = "dist/demo"
const stateDir = `${folder}/state`

const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

const hasPackages = (): boolean => {
  try {
    return readdirSync("/var/lib/dpkg/info").some((name) => name.endsWith(".md5sums"))
  } catch {
    // No dpkg on this machine: the other example is for that.
    return false
  }
}

/** Runs a command as a person would, and answers its exit code. */
const run = (...command: ReadonlyArray<string>): number => {
  say(`\n$ ${command.join(" ")}`)
  const { exitCode, signalCode } = Bun.spawnSync([...command], { cwd: root, stdio: ["ignore", "inherit", "inherit"] })
  if (signalCode !== undefined) say(`ended by ${signalCode}`)
  return exitCode
}

const demo = async (): Promise<number> => {
  if (
    Bun.spawnSync([process.execPath, "build.ts"], { cwd: root, stdio: ["ignore", "inherit", "inherit"] }).exitCode !== 0
  ) {
    return 1
  }
  await rm(join(root, folder), { recursive: true, force: true })
  await mkdir(join(root, folder), { recursive: true })
  const packages = hasPackages()
  if (!packages) say("this machine has no dpkg packages to check: checking the modules under node_modules instead")
  const batch = packages ? "examples/audit-packages.yaml" : "examples/audit-modules.yaml"
  const code = run(pawl, "run", batch, "--auto-advance", "--state-dir", stateDir, "--output", `${folder}/result.txt`)
  say(`\npawl ended with exit code ${code}; the morning's list:`)
  const listed = run(pawl, "status", "--state-dir", stateDir)
  say("\nstop it at any moment (Ctrl-C, or worse) and start the same command again: it goes on where it was.")
  say("what is stuck gets another try, and nothing else, with:")
  say(`  ${pawl} run ${batch} --auto-advance --retry-blocked --state-dir ${stateDir}`)
  if (code === 0 || code === 1) return listed === 0 || listed === 1 ? 0 : 1
  say("\nthe demo expected exit code 0 or 1")
  return 1
}

process.exitCode = await demo()
