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
if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) {
  // Half as long as through `process.stdout`, which sets up a stream first.
  console.log(`pawl ${version} (${commit})`)
} else {
  const { start } = await import("./Start.ts")
  start(argv, { version, commit })
}
