/**
 * Help, made from the description of the commands.
 *
 * Owns its layout: at most 80 columns, nothing but text where `style` is plain.
 */
import type { Style } from "../report/Style.ts"
import type { ArgumentData, CommandData } from "./CommandData.ts"
import { commands, rootFlags } from "./Commands.ts"
import type { FlagData } from "./Flag.ts"
import { common } from "./Flags.ts"

const columns = 80

const wrap = (text: string, indent: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let line = ""
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > columns - indent) {
      lines.push(line)
      line = word
    } else line = line === "" ? word : `${line} ${word}`
  }
  return [...lines, line]
}

/** A name and what it is; a long name gets a line of its own. */
const entry = (name: string, description: string, column: number): ReadonlyArray<string> => {
  const [first = "", ...rest] = wrap(description, column)
  const margin = " ".repeat(column)
  return name.length + 4 > column
    ? [`  ${name}`, `${margin}${first}`, ...rest.map((line) => margin + line)]
    : [`  ${name.padEnd(column - 2)}${first}`, ...rest.map((line) => margin + line)]
}

/** `-j, --max-parallel N`. */
export const flagWords = (flag: FlagData): string =>
  (flag.alias === undefined ? "    " : `-${flag.alias}, `)
  + (flag.kind === "on-off" ? `--[no-]${flag.name}` : `--${flag.name}`)
  + (flag.metavar === undefined ? "" : ` ${flag.metavar}`)

/** The description with what else there is to know: repetition, default, variable. */
export const flagDescription = (flag: FlagData): string => {
  const more = [
    ...(flag.repeatable ? ["repeatable"] : []),
    ...(flag.default === undefined ? [] : [`default: ${flag.default}`]),
    ...(flag.variable === undefined ? [] : [`or ${flag.variable}`])
  ]
  return flag.description + (more.length === 0 ? "" : ` [${more.join("; ")}]`)
}

const argumentWords = ({ name, required }: ArgumentData): string => (required ? name : `[${name}]`)

const flagLines = (flags: ReadonlyArray<FlagData>): ReadonlyArray<string> =>
  flags.flatMap((flag) => entry(flagWords(flag), flagDescription(flag), 30))

const section = (title: string, lines: ReadonlyArray<string>, style: Style): ReadonlyArray<string> =>
  lines.length === 0 ? [] : ["", style.bold(`${title}:`), ...lines]

const isCommon = new Set(Object.values(common).map((flag) => flag.name))

/** Help of one command. */
export const commandHelp = (command: CommandData, style: Style): ReadonlyArray<string> => {
  const flags = Object.values(command.flags)
  const { rest } = command
  const args = [...command.arguments.map(argumentWords), ...(rest === undefined ? [] : [rest])]
  const words = ["pawl", command.name, "[FLAGS]", ...args]
  return [
    ...wrap(`pawl ${command.name}: ${command.summary}`, 0),
    ...section("Usage", [`  ${words.join(" ")}`], style),
    ...command.details.flatMap((text) => ["", ...wrap(text, 0)]),
    ...section(
      "Arguments",
      command.arguments.flatMap((argument) => entry(argument.name, argument.description, 18)),
      style
    ),
    ...section("Flags", flagLines(flags.filter((flag) => !isCommon.has(flag.name))), style),
    ...section("Flags of every command", flagLines(flags.filter((flag) => isCommon.has(flag.name))), style),
    ...section("Examples", command.examples.map((example) => `  ${example}`), style)
  ]
}

/** Help of pawl. */
export const generalHelp = (style: Style): ReadonlyArray<string> => [
  ...wrap("pawl runs a batch of independent targets unattended, keeps what is done, and says what is stuck.", 0),
  ...section("Usage", ["  pawl COMMAND [FLAGS] [ARGUMENTS]"], style),
  ...section("Commands", commands.flatMap((command) => entry(command.name, command.summary, 14)), style),
  ...section("Flags", flagLines(Object.values(rootFlags)), style),
  "",
  ...wrap("`pawl help COMMAND` tells more. Begin with `pawl init`, then `pawl run batch.yaml`.", 0)
]
