/**
 * The checks that read the source and run none of it, as data.
 *
 * The surprise: the type check first patches TypeScript, in `node_modules`, with the Effect language
 * service. Its rules are then errors of the compiler; patching again what is patched does nothing.
 */
import { add, type Check, none, runCheck, type Tally } from "./Check.ts"

const checks: ReadonlyArray<Check> = [
  {
    name: "types",
    commands: [
      ["node", "node_modules/@effect/language-service/cli.js", "patch", "--module", "tsc"],
      ["node", "node_modules/typescript/bin/tsc", "--project", ".", "--noEmit", "--pretty", "false"]
    ]
  },
  {
    name: "lint",
    commands: [[
      "node",
      "node_modules/oxlint/bin/oxlint",
      "--deny-warnings",
      "--report-unused-disable-directives-severity",
      "error"
    ]]
  },
  {
    name: "format",
    commands: [["node", "node_modules/dprint/bin.cjs", "check", "--config", ".dprint.json"]],
    hint: "`npm run format` puts it right"
  },
  {
    name: "unused code",
    commands: [["node", "node_modules/knip/bin/knip.js", "--config", ".knip.json", "--no-progress"]],
    hint: "remove what nothing uses, or the `export` of what only its own file uses"
  }
]

/** Runs them side by side: they share nothing, and the longest decides. */
export const runStatic = async (): Promise<Tally> => (await Promise.all(checks.map(runCheck))).reduce(add, none)
