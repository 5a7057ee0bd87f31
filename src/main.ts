/**
 * The way in.
 *
 * Owns the quickest answer: `pawl --version` comes before anything else is loaded. Everything
 * else is behind a dynamic import, which the compiled binary doesn't even read until then.
 */
declare const PAWL_VERSION: string
declare const PAWL_COMMIT: string

// Absent where pawl is run from its sources.
const version = typeof PAWL_VERSION === "string" ? PAWL_VERSION : "0.0.0-dev"
const commit = typeof PAWL_COMMIT === "string" ? PAWL_COMMIT : "unknown"

const argv = process.argv.slice(2)

const begin = async (): Promise<void> => {
  const { start } = await import("./Start.ts")
  start(argv, { version, commit })
}

if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) {
  try {
    // As quick as `console.log`, which doesn't tell when it failed; `process.stdout` or `node:fs` take half as long again.
    await Bun.write(Bun.stdout, `pawl ${version} (${commit})\n`)
  } catch {
    // There it is told why it can't be written.
    await begin()
  }
} else {
  await begin()
}
