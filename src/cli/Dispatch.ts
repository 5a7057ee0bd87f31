/**
 * Which command a call means.
 *
 * The surprise: a command is loaded when it is called, so that one pays for no other's start.
 */
import { Effect } from "effect"
import type { Call } from "./Arguments.ts"
import type { CommandName } from "./Commands.ts"
import { eachData } from "./EachFlags.ts"
import { cleanupData, eventsData, logsData, statusData } from "./LookingCommands.ts"
import { planData, validateData } from "./ManifestCommands.ts"
import { approveData, cancelData, resumeData, runData, simulateData } from "./RunningCommands.ts"
import { parseFlags } from "./Parse.ts"

/** Does what a call without problems asks for; gives its exit code. */
export const dispatch = (call: Call, name: CommandName) => {
  const { args } = call
  switch (name) {
    case "run":
      return Effect.flatMap(
        Effect.all([parseFlags(runData.flags, call), Effect.promise(() => import("./RunCommand.ts"))]),
        ([flags, { runCommand }]) => runCommand(flags, args)
      )
    case "resume":
      return Effect.flatMap(
        Effect.all([parseFlags(resumeData.flags, call), Effect.promise(() => import("./ResumeCommand.ts"))]),
        ([flags, { resumeCommand }]) => resumeCommand(flags, args)
      )
    case "each":
      return Effect.flatMap(
        Effect.all([parseFlags(eachData.flags, call), Effect.promise(() => import("./EachCommand.ts"))]),
        ([flags, { eachCommand }]) => eachCommand(flags, args)
      )
    case "approve":
    case "reject":
      return Effect.flatMap(
        Effect.all([parseFlags(approveData.flags, call), Effect.promise(() => import("./DecideCommand.ts"))]),
        ([flags, { decideCommand }]) => decideCommand(name, flags, args)
      )
    case "cancel":
      return Effect.flatMap(
        Effect.all([parseFlags(cancelData.flags, call), Effect.promise(() => import("./CancelCommand.ts"))]),
        ([flags, { cancelCommand }]) => cancelCommand(flags, args)
      )
    case "simulate":
      return Effect.flatMap(
        Effect.all([parseFlags(simulateData.flags, call), Effect.promise(() => import("./SimulateCommand.ts"))]),
        ([flags, { simulateCommand }]) => simulateCommand(flags, args)
      )
    case "validate":
      return Effect.flatMap(
        Effect.all([parseFlags(validateData.flags, call), Effect.promise(() => import("./ValidateCommand.ts"))]),
        ([flags, { validateCommand }]) => validateCommand(flags, args)
      )
    case "plan":
      return Effect.flatMap(
        Effect.all([parseFlags(planData.flags, call), Effect.promise(() => import("./PlanCommand.ts"))]),
        ([flags, { planCommand }]) => planCommand(flags, args)
      )
    case "status":
      return Effect.flatMap(
        Effect.all([parseFlags(statusData.flags, call), Effect.promise(() => import("./StatusCommand.ts"))]),
        ([flags, { statusCommand }]) => statusCommand(flags, args)
      )
    case "runs":
      return Effect.flatMap(
        Effect.all([parseFlags(statusData.flags, call), Effect.promise(() => import("./RunsCommand.ts"))]),
        ([flags, { runsCommand }]) => runsCommand(flags)
      )
    case "logs":
      return Effect.flatMap(
        Effect.all([parseFlags(logsData.flags, call), Effect.promise(() => import("./LogsCommand.ts"))]),
        ([flags, { logsCommand }]) => logsCommand(flags, args)
      )
    case "events":
      return Effect.flatMap(
        Effect.all([parseFlags(eventsData.flags, call), Effect.promise(() => import("./EventsCommand.ts"))]),
        ([flags, { eventsCommand }]) => eventsCommand(flags, args)
      )
    case "cleanup":
      return Effect.flatMap(
        Effect.all([parseFlags(cleanupData.flags, call), Effect.promise(() => import("./CleanupCommand.ts"))]),
        ([flags, { cleanupCommand }]) => cleanupCommand(flags)
      )
    case "schema":
      return Effect.flatMap(Effect.promise(() => import("./SchemaCommand.ts")), (room) => room.schemaCommand(args))
    case "init":
      return Effect.flatMap(Effect.promise(() => import("./InitCommand.ts")), (room) => room.initCommand(args))
    case "import":
      return Effect.flatMap(Effect.promise(() => import("./ImportCommand.ts")), (room) => room.importCommand(args))
    case "help":
      return Effect.flatMap(Effect.promise(() => import("./HelpCommand.ts")), (room) => room.helpCommand(args))
  }
}
