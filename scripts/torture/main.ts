/**
 * `npm run torture`: everything that must not break pawl, done many times.
 *
 * Owns which parts there are and how their answers are shown. Must not know what a part does. The
 * surprise: a failing round prints the command that repeats it alone, so that a night's torture ends
 * with something to debug.
 *
 *     npm run torture                               all parts
 *     npm run torture -- engine --rounds 100000     one part, more of it
 *     npm run torture -- engine --seed 4711 --rounds 1
 */
import { parseArgs } from "node:util"
import type { Part } from "./Part.ts"

const parts: Readonly<Record<string, () => Promise<{ readonly part: Part }>>> = {
  engine: () => import("./Engine.ts"),
  kill: () => import("./Kill.ts"),
  disk: () => import("./DiskFaults.ts"),
  fuzz: () => import("./Fuzz.ts"),
  peer: () => import("./Peer.ts")
}

const say = (line: string): void => void process.stdout.write(`${line}\n`)

const fail = (message: string): never => {
  process.stderr.write(`torture: ${message}\n`)
  process.exit(64)
}

const readWords = () => {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { rounds: { type: "string" }, seed: { type: "string" }, quick: { type: "boolean", default: false } }
    })
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error))
  }
}

const whole = (name: string, text: string | undefined): Readonly<Record<string, number>> => {
  if (text === undefined) return {}
  if (!/^\d{1,15}$/.test(text)) fail(`--${name} takes a whole number`)
  return { [name]: Number(text) }
}

const { positionals, values } = readWords()
const unknown = positionals.filter((name) => !(name in parts))
if (unknown.length > 0) fail(`there is no part ${unknown.join(", ")}; there are: ${Object.keys(parts).join(", ")}`)

let failed = 0
for (const name of positionals.length === 0 ? Object.keys(parts) : positionals) {
  const { part } = await (parts[name] ?? fail(`there is no part ${name}`))()
  say(`${name}: ${part.summary}`)
  const startedAt = performance.now()
  const { failures, figures, skipped } = await part.run({
    ...whole("rounds", values.rounds),
    ...whole("seed", values.seed),
    quick: values.quick,
    say: (line) => say(`  ${line}`)
  })
  for (const [what, figure] of Object.entries(figures)) say(`  ${what}: ${figure}`)
  say(`  seconds: ${((performance.now() - startedAt) / 1000).toFixed(1)}`)
  if (skipped !== undefined) say(`  skipped: ${skipped}`)
  for (const failure of failures) say(`  FAILED ${failure}`)
  failed += failures.length
}
say(failed === 0 ? "nothing broke" : `${failed} broken promises`)
// What a part has left waiting must not keep this from ending.
process.exit(failed === 0 ? 0 : 1)
