/**
 * The commands of pawl as data: help, completions, the reference page and the reading of
 * arguments are all made from this.
 *
 * Owns their list; each is described in one of the files that it imports. Must not know what they do.
 */
import type { CommandData } from "./CommandData.ts"
import { eachData } from "./EachFlags.ts"
import type { Flags } from "./Flag.ts"
import { common, root } from "./Flags.ts"
import { cleanupData, eventsData, logsData, runsData, statusData } from "./LookingCommands.ts"
import { importData, initData, planData, schemaData, validateData } from "./ManifestCommands.ts"
import { approveData, cancelData, rejectData, resumeData, runData, simulateData } from "./RunningCommands.ts"

const names = [
  "run",
  "resume",
  "each",
  "approve",
  "reject",
  "cancel",
  "simulate",
  "validate",
  "plan",
  "status",
  "runs",
  "logs",
  "events",
  "cleanup",
  "schema",
  "init",
  "import",
  "help"
] as const

export const helpData = {
  name: "help",
  summary: "show help, of one command or of all",
  arguments: [{ name: "COMMAND", required: false, description: "a command", choices: names }],
  flags: common,
  details: [],
  examples: ["pawl help run"]
} as const satisfies CommandData

const all = [
  runData,
  resumeData,
  eachData,
  approveData,
  rejectData,
  cancelData,
  simulateData,
  validateData,
  planData,
  statusData,
  runsData,
  logsData,
  eventsData,
  cleanupData,
  schemaData,
  initData,
  importData,
  helpData
] as const satisfies ReadonlyArray<CommandData>

export type CommandName = (typeof all)[number]["name"]

export type KnownCommand = CommandData & { readonly name: CommandName }

/** Every command, in the order help lists them. */
export const commands: ReadonlyArray<KnownCommand> = all

/** Flags that stand without a command. */
export const rootFlags: Flags = { ...root, ...common }
