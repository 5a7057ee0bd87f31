/**
 * Completion scripts for bash, zsh and fish, made from the description of the commands.
 *
 * Owns the scripts. The surprise: `@effect/cli` can make them too, but offers flags that pawl
 * has not (`--wizard`), `true` and `false` after every switch, and no file names where a
 * manifest stands.
 */
import type { CommandData } from "./CommandData.ts"
import { commands, rootFlags } from "./Commands.ts"
import type { FlagData, Flags } from "./Flag.ts"

const names = commands.map(({ name }) => name)

const written = (flag: FlagData): ReadonlyArray<string> => [
  `--${flag.name}`,
  ...(flag.kind === "on-off" ? [`--no-${flag.name}`] : []),
  ...(flag.alias === undefined ? [] : [`-${flag.alias}`])
]

const words = (flags: Flags): string => Object.values(flags).flatMap(written).join(" ")

const isFile = (flag: FlagData): boolean => flag.metavar === "FILE" || flag.metavar === "DIR"
const takesValue = (flag: FlagData): boolean => flag.metavar !== undefined

const everyFlag = (): ReadonlyArray<FlagData> =>
  Array.from(
    new Map([...commands.flatMap((command) => Object.values<FlagData>(command.flags)), ...Object.values(rootFlags)]
      .map((flag) => [flag.name, flag])).values()
  )

const pattern = (flag: FlagData): string => `--${flag.name}${flag.alias === undefined ? "" : `|-${flag.alias}`}`

const argumentChoices = (command: CommandData): ReadonlyArray<string> =>
  command.arguments.flatMap(({ choices }) => choices ?? [])

/** Plain bash, without the bash-completion package. */
const bash = (): ReadonlyArray<string> => [
  "# bash completion for pawl: source this file, or put it into ~/.local/share/bash-completion/completions/pawl",
  "_pawl() {",
  "  local cur=\"${COMP_WORDS[COMP_CWORD]}\" prev=\"${COMP_WORDS[COMP_CWORD-1]}\" command= flags= values= word at",
  "  COMPREPLY=()",
  "  [[ $prev == '=' ]] && prev=\"${COMP_WORDS[COMP_CWORD-2]}\"",
  "  [[ $cur == '=' ]] && { prev=\"${COMP_WORDS[COMP_CWORD-1]}\"; cur=; }",
  "  for ((at = 1; at < COMP_CWORD; at++)); do",
  "    word=\"${COMP_WORDS[at]}\"",
  "    case \"$word\" in",
  `      ${names.join("|")}) command="$word"; break ;;`,
  "    esac",
  "  done",
  "  case \"$prev\" in",
  ...everyFlag().filter(takesValue).map((flag) =>
    flag.choices === undefined
      ? `    ${pattern(flag)}) return ;;`
      : `    ${pattern(flag)}) COMPREPLY=($(compgen -W '${flag.choices.join(" ")}' -- "$cur")); return ;;`
  ),
  "  esac",
  "  case \"$command\" in",
  ...commands.map((command) =>
    `    ${command.name}) flags='${words(command.flags)}' values='${argumentChoices(command).join(" ")}' ;;`
  ),
  `    *) flags='${words(rootFlags)}' values='${names.join(" ")}' ;;`,
  "  esac",
  "  if [[ $cur == -* ]]; then",
  "    COMPREPLY=($(compgen -W \"$flags\" -- \"$cur\"))",
  "  elif [[ -n $values ]]; then",
  "    COMPREPLY=($(compgen -W \"$values\" -- \"$cur\"))",
  "  fi",
  "}",
  "# Where there is nothing to offer, readline completes file names, whatever is in them.",
  "complete -o default -F _pawl pawl"
]

const zshQuoted = (text: string): string =>
  text.replaceAll("\\", "\\\\").replaceAll("'", "'\\''").replaceAll("[", "\\[").replaceAll("]", "\\]")
    .replaceAll(":", "\\:")

const zshValue = (flag: FlagData): string => {
  if (!takesValue(flag)) return ""
  if (flag.choices !== undefined) return `:${flag.name}:(${flag.choices.join(" ")})`
  return `:${zshQuoted(flag.metavar ?? "")}:${isFile(flag) ? "_files" : ""}`
}

const zshFlags = (flags: Flags): ReadonlyArray<string> =>
  Object.values<FlagData>(flags).flatMap((flag) =>
    written(flag).map((word) =>
      `'${flag.repeatable ? "*" : ""}${word}${takesValue(flag) && word.startsWith("--") ? "=" : ""}[${
        zshQuoted(flag.description)
      }]${zshValue(flag)}'`
    )
  )

const zshArguments = (command: CommandData): ReadonlyArray<string> =>
  command.arguments.map(({ choices, isFile, name }, at) =>
    `'${at + 1}:${zshQuoted(name)}:${
      choices === undefined ? isFile === true ? "_files" : "" : `(${choices.join(" ")})`
    }'`
  )

const zsh = (): ReadonlyArray<string> => [
  "#compdef pawl",
  "# zsh completion for pawl: put this into a file called _pawl in a folder of $fpath, or source it after compinit",
  "_pawl() {",
  "  local context state line",
  "  typeset -A opt_args",
  "  local -a commands",
  "  commands=(",
  ...commands.map((command) => `    '${command.name}:${zshQuoted(command.summary)}'`),
  "  )",
  `  _arguments -C ${zshFlags(rootFlags).join(" ")} '1:command:->command' '*::argument:->argument' && return`,
  "  case $state in",
  "    command) _describe -t commands 'pawl command' commands ;;",
  "    argument)",
  "      case $line[1] in",
  ...commands.map((command) =>
    `        ${command.name}) _arguments ${[...zshFlags(command.flags), ...zshArguments(command)].join(" ")} ;;`
  ),
  "      esac ;;",
  "  esac",
  "}",
  "if [ \"$funcstack[1]\" = _pawl ]; then _pawl \"$@\"; else compdef _pawl pawl; fi"
]

const fishQuoted = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`

const fishFlags = (flags: Flags, condition: string): ReadonlyArray<string> =>
  Object.values<FlagData>(flags).flatMap((flag) => {
    const value = flag.choices === undefined
      ? takesValue(flag) ? isFile(flag) ? " -r -F" : " -x" : ""
      : ` -x -a ${fishQuoted(flag.choices.join(" "))}`
    const short = flag.alias === undefined ? "" : ` -s ${flag.alias}`
    const line = (name: string, alias: string): string =>
      `complete -c pawl -n ${fishQuoted(condition)}${alias} -l ${name}${value} -d ${fishQuoted(flag.description)}`
    return flag.kind === "on-off" ? [line(flag.name, short), line(`no-${flag.name}`, "")] : [line(flag.name, short)]
  })

const fish = (): ReadonlyArray<string> => {
  const none = `not __fish_seen_subcommand_from ${names.join(" ")}`
  return [
    "# fish completion for pawl: put this into ~/.config/fish/completions/pawl.fish",
    `complete -c pawl -n ${fishQuoted(none)} -f`,
    ...fishFlags(rootFlags, none),
    ...commands.flatMap((command) => {
      const seen = `__fish_seen_subcommand_from ${command.name}`
      const choices = argumentChoices(command)
      const takesFile = command.arguments.some((argument) => argument.isFile === true)
      return [
        `complete -c pawl -n ${fishQuoted(none)} -a ${command.name} -d ${fishQuoted(command.summary)}`,
        ...(takesFile ? [] : [`complete -c pawl -n ${fishQuoted(seen)} -f`]),
        ...(choices.length === 0
          ? []
          : [`complete -c pawl -n ${fishQuoted(seen)} -a ${fishQuoted(choices.join(" "))}`]),
        ...fishFlags(command.flags, seen)
      ]
    })
  ]
}

/** The lines of the script for one shell; any but zsh and fish is taken for bash. */
export const completions = (shell: string): ReadonlyArray<string> =>
  shell === "zsh" ? zsh() : shell === "fish" ? fish() : bash()
