/** Help, wherever it was asked for. */
import { Effect } from "effect"
import { ExitCode } from "../run/ExitCode.ts"
import type { CommandData } from "./CommandData.ts"
import { commands } from "./Commands.ts"
import { commandHelp, generalHelp } from "./Help.ts"
import { Output } from "./Output.ts"
import { textOnly } from "./TextOnly.ts"

/** Prints help of a command, or of pawl. */
export const printHelp = (command: CommandData | undefined) =>
  Effect.zipRight(
    textOnly("help is text"),
    Effect.map(Output, ({ sink, style }) => {
      const lines = command === undefined ? generalHelp(style) : commandHelp(command, style)
      sink.write(`${lines.join("\n")}\n`)
      return ExitCode.Ok
    })
  )

/** `pawl help [COMMAND]`. */
export const helpCommand = (args: ReadonlyArray<string>) => printHelp(commands.find(({ name }) => name === args[0]))
