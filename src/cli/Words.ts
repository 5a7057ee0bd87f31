/**
 * The words of the command line → flags with the words of their values, and everything else.
 *
 * Owns the shapes: `--flag value`, `--flag=value`, `-j4`, `-qj 4`, `--no-flag`, `--`. Must not
 * judge a value or know a command. The surprise: a flag is known by its name before the
 * command is, since flags may stand first; so a name means the same kind of value everywhere.
 */
import type { Problem } from "../run/UsageError.ts"
import { commands, rootFlags } from "./Commands.ts"
import type { FlagData } from "./Flag.ts"

export interface Word {
  readonly flag: FlagData
  /** As it was written, for messages. */
  readonly written: string
  readonly value?: string
}

export interface Words {
  readonly plain: ReadonlyArray<string>
  readonly flags: ReadonlyArray<Word>
  readonly unknown: ReadonlyArray<string>
  readonly problems: ReadonlyArray<Problem>
}

/** Flags by each way to write their names. */
export const flagsByWord = (data: ReadonlyArray<FlagData>): ReadonlyMap<string, FlagData> =>
  new Map(data.flatMap((flag): ReadonlyArray<readonly [string, FlagData]> => [
    [`--${flag.name}`, flag],
    ...(flag.kind === "on-off" ? [[`--no-${flag.name}`, flag] as const] : []),
    ...(flag.alias === undefined ? [] : [[`-${flag.alias}`, flag] as const])
  ]))

/** Every flag of every command. */
export const everyFlag = flagsByWord([
  ...commands.flatMap((command) => Object.values<FlagData>(command.flags)),
  ...Object.values(rootFlags)
])

/** Commands whose arguments are the words of another command. */
const takesRest = new Set(commands.filter(({ rest }) => rest !== undefined).map(({ name }) => String(name)))

const takesValue = (flag: FlagData): boolean => flag.kind !== "switch" && flag.kind !== "on-off"

interface Part {
  readonly name: string
  readonly value?: string
}

/** `-qj4` → `-q`, `-j` with `4`; a long flag → itself, with what stands after `=`. */
const split = (word: string): ReadonlyArray<Part> => {
  if (word.startsWith("--")) {
    const equals = word.indexOf("=")
    return equals < 0 ? [{ name: word }] : [{ name: word.slice(0, equals), value: word.slice(equals + 1) }]
  }
  const parts: Array<Part> = []
  for (let at = 1; at < word.length; at++) {
    const name = `-${word[at]}`
    const flag = everyFlag.get(name)
    if (flag === undefined) return [{ name: word }]
    const rest = word.slice(at + 1)
    if (takesValue(flag) && rest !== "") return [...parts, { name, value: rest.replace(/^=/, "") }]
    parts.push({ name })
  }
  return parts
}

const looksLikeFlag = (word: string): boolean =>
  word === "--" || /^--[A-Za-z]/.test(word)
  || (word.length > 1 && everyFlag.has(word.slice(0, 2)) && !/^-\d/.test(word))

const readSwitch = (flag: FlagData, { name, value }: Part): Word | Problem => {
  if (value !== undefined) {
    return { message: `\`${name}\` takes no value, but got \`${value}\``, hint: `write \`${name}\` alone` }
  }
  return {
    flag,
    written: name,
    ...(flag.kind === "on-off" ? { value: String(!name.startsWith("--no-")) } : {})
  }
}

const readValued = (flag: FlagData, { name, value }: Part, next: string | undefined): Word | Problem => {
  if (value !== undefined) return { flag, written: name, value }
  if (next !== undefined && !looksLikeFlag(next)) return { flag, written: name, value: next }
  const metavar = flag.metavar ?? "TEXT"
  return {
    message: `\`${name}\` needs a value: ${metavar}`,
    hint: next === undefined || next === "--"
      ? `write \`${name} ${metavar}\``
      : `if \`${next}\` is its value, write \`--${flag.name}=${next}\``
  }
}

/** Reads the words after the program's name; what is wrong with their shape is among `problems`. */
export const readWords = (argv: ReadonlyArray<string>): Words => {
  const plain: Array<string> = []
  const flags: Array<Word> = []
  const unknown: Array<string> = []
  const problems: Array<Problem> = []
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? ""
    if (word === "--") {
      plain.push(...argv.slice(at + 1))
      break
    }
    if (!word.startsWith("-") || word === "-") {
      if (plain.length === 1 && takesRest.has(plain[0] ?? "")) {
        plain.push(...argv.slice(at))
        break
      }
      plain.push(word)
      continue
    }
    for (const part of split(word)) {
      const flag = everyFlag.get(part.name)
      if (flag === undefined) {
        unknown.push(part.name)
        continue
      }
      const read = takesValue(flag) ? readValued(flag, part, argv[at + 1]) : readSwitch(flag, part)
      if ("message" in read) problems.push(read)
      else {
        flags.push(read)
        if (takesValue(flag) && part.value === undefined) at++
      }
    }
  }
  return { plain, flags, unknown, problems }
}
