/**
 * The words of the command line → a command, its arguments and the words of its flags.
 *
 * Owns every complaint about them, all at once. Must not give values a type (`Parse.ts`) or do
 * anything. The surprise: it never fails; what was understood of a wrong call still decides how
 * its problems are told.
 */
import { nearest } from "../expression/Nearest.ts"
import { habitHint } from "./Habits.ts"
import type { Problem } from "../run/UsageError.ts"
import type { CommandData } from "./CommandData.ts"
import { commands, type KnownCommand, rootFlags } from "./Commands.ts"
import type { FlagData } from "./Flag.ts"
import { valueProblem } from "./FlagValue.ts"
import { everyFlag, flagsByWord, readWords, type Word } from "./Words.ts"

export interface Call {
  /** Absent where none was named, or one that there is not. */
  readonly command?: KnownCommand
  /** By flag name; without values for a switch. A flag given twice counts as given last, unless repeatable. */
  readonly flags: ReadonlyMap<string, ReadonlyArray<string>>
  readonly args: ReadonlyArray<string>
  readonly problems: ReadonlyArray<Problem>
}

const unknownFlag = (word: string, command: CommandData | undefined): Problem => {
  const known = [...(command === undefined ? everyFlag : flagsByWord(Object.values(command.flags))).keys()]
  const near = nearest(word, known.filter((each) => each.startsWith("--") === word.startsWith("--")))
  const usual = `see \`pawl help${
    command === undefined ? "" : ` ${command.name}`
  }\`; after \`--\` nothing is taken for a flag`
  return {
    message: `unknown flag \`${word}\``,
    hint: near === undefined ? habitHint(word, known) ?? usual : `did you mean \`${near}\`?`
  }
}

const foreignFlag = ({ flag, written }: Word, command: CommandData): Problem => {
  const owners = commands.filter((each) => Object.values<FlagData>(each.flags).some(({ name }) => name === flag.name))
  return {
    message: `\`pawl ${command.name}\` has no flag \`${written}\``,
    hint: owners.length === 0
      ? `write \`pawl ${written}\` without a command`
      : `it belongs to ${owners.map((owner) => `\`pawl ${owner.name}\``).join(", ")}`
  }
}

const unknownCommand = (word: string): Problem => {
  const near = nearest(word, commands.map(({ name }) => name))
  return {
    message: `unknown command \`${word}\``,
    hint: /\.(ya?ml|json)$/.test(word)
      ? `did you mean \`pawl run ${word}\`?`
      : near === undefined
      ? `the commands are ${commands.map(({ name }) => name).join(", ")}`
      : `did you mean \`pawl ${near}\`?`
  }
}

const argumentProblems = (command: CommandData, args: ReadonlyArray<string>): ReadonlyArray<Problem> => [
  ...command.arguments.flatMap(({ choices, name, required }, at): ReadonlyArray<Problem> => {
    const value = args[at]
    if (value === undefined) {
      return required
        ? [{ message: `\`pawl ${command.name}\` needs ${name}`, hint: `see \`pawl help ${command.name}\`` }]
        : []
    }
    if (value === "") return [{ message: `${name} is empty`, hint: `see \`pawl help ${command.name}\`` }]
    if (choices === undefined || choices.includes(value)) return []
    const near = nearest(value, choices)
    return [{
      message: `unknown ${name} \`${value}\``,
      hint: near === undefined ? `it is one of ${choices.join(", ")}` : `did you mean \`${near}\`?`
    }]
  }),
  ...args.slice(command.rest === undefined ? command.arguments.length : args.length).map((value) => ({
    message: `unexpected argument \`${value}\``,
    hint: `\`pawl ${command.name}\` takes ${
      command.arguments.length === 0 ? "no arguments" : command.arguments.map(({ name }) => name).join(" ")
    }`
  }))
]

/** Reads the words after the program's name. Never fails: what is wrong is in `problems`, in the order found. */
export const readArguments = (argv: ReadonlyArray<string>): Call => {
  const words = readWords(argv)
  const [name, ...args] = words.plain
  const command = commands.find((each) => each.name === name)
  const own = new Set(Object.values(command === undefined ? rootFlags : command.flags).map((flag) => flag.name))
  const flags = new Map<string, ReadonlyArray<string>>()
  const problems = name === undefined || command !== undefined ? [] : [unknownCommand(name)]
  problems.push(...words.unknown.map((word) => unknownFlag(word, command)), ...words.problems)
  for (const word of words.flags) {
    const { flag, value } = word
    if (command !== undefined && !own.has(flag.name) && flag.name !== "version" && flag.name !== "completions") {
      problems.push(foreignFlag(word, command))
      continue
    }
    const problem = value === undefined ? undefined : valueProblem(flag, word.written, value)
    if (problem !== undefined) {
      problems.push(problem)
      continue
    }
    const earlier = flag.repeatable ? flags.get(flag.name) ?? [] : []
    flags.set(flag.name, value === undefined ? [] : [...earlier, value])
  }
  // A word after an unknown flag may be its value, so that it can't be told which are the arguments.
  if (command !== undefined && words.unknown.length === 0) problems.push(...argumentProblems(command, args))
  return { flags, args, problems, ...(command === undefined ? {} : { command }) }
}
