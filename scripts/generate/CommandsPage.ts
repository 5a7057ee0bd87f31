/**
 * `docs/commands.md`: the reference of the command line.
 *
 * Owns the order of the page. Commands and flags are the data that help is made from.
 */
import type { ArgumentData, CommandData } from "../../src/cli/CommandData.ts"
import { commands, rootFlags } from "../../src/cli/Commands.ts"
import type { FlagData } from "../../src/cli/Flag.ts"
import { common } from "../../src/cli/Flags.ts"
import { flagDescription } from "../../src/cli/Help.ts"
import { eventRows, exitCodeRows, failureReasonRows, haltReasonRows } from "./Codes.ts"
import { code, madeBy, page, sentence, table } from "./Markdown.ts"

const flagName = ({ alias, kind, metavar, name }: FlagData): string => {
  const long = `--${kind === "on-off" ? "[no-]" : ""}${name}${metavar === undefined ? "" : ` ${metavar}`}`
  return code(alias === undefined ? long : `-${alias}, ${long}`)
}

/** What help says in brackets at the end stands in parentheses here. */
const flagWords = (flag: FlagData): string => {
  const [words = "", more] = flagDescription(flag).split(" [")
  return sentence(words) + (more === undefined ? "" : ` (${more.slice(0, -1)})`)
}

const flagTable = (flags: ReadonlyArray<FlagData>): ReadonlyArray<string> =>
  table(["flag", "meaning"], flags.map((flag) => [flagName(flag), flagWords(flag)]))

const isCommon = new Set(Object.values(common).map(({ name }) => name))

const usage = ({ arguments: args, name, rest }: CommandData): string =>
  [
    "pawl",
    name,
    "[FLAGS]",
    ...args.map((one: ArgumentData) => one.required ? one.name : `[${one.name}]`),
    ...(rest === undefined ? [] : [rest])
  ].join(" ")

const commandBlocks = (command: CommandData): ReadonlyArray<ReadonlyArray<string> | string> => {
  const own = Object.values(command.flags).filter(({ name }) => !isCommon.has(name))
  return [
    `### \`pawl ${command.name}\``,
    `${sentence(command.summary)} ${command.details.join(" ")}`.trim(),
    ["```", usage(command), "```"],
    ...(command.arguments.length === 0
      ? []
      : [table(["argument", "meaning"], command.arguments.map(({ description, name }) => [code(name), description]))]),
    ...(own.length === 0 ? [] : [flagTable(own)]),
    ["```sh", ...command.examples, "```"]
  ]
}

const streams =
  `Standard output carries data alone: the table, the one JSON document, or the NDJSON stream that was asked for. Progress,
notes, warnings and errors go to standard error. With \`--format json\` there is exactly one JSON document on standard
output whatever happens: a [summary](schema/summary.schema.json) or an [error](schema/error.schema.json). With
\`--format ndjson\`, \`pawl run\` prints each [event](schema/event.schema.json) as it becomes durable and the summary as its
last line. A reader that closes the pipe early does not end the run.

Flags may stand before or after arguments; what follows \`--\` is no flag, nor is what follows the command of
\`pawl each\`. All that is wrong with a call is told at once,
and nothing is begun.`

const precedence =
  `The code follows from the state of the selected targets, not from what this invocation happened to do: running again a
batch whose targets are all blocked is 1, not 0. Without \`--auto-advance\` it is 1 while any selected target is blocked,
errored or skipped. Where several hold, the first of these counts: a signal, 74, 2, 3, 1, 0. A run that \`--cap\` halted is 0
while nothing is stuck: \`haltReason\` tells that there is more to do.`

/** The whole page. */
export const commandsPage = (): string =>
  page(
    madeBy("the command and flag data in `src/cli` and the types in `src/run`"),
    "# Commands",
    streams,
    table(
      ["command", "does"],
      commands.map(({ name, summary }) => [`[\`pawl ${name}\`](#pawl-${name})`, sentence(summary)])
    ),
    "## Flags of every command",
    flagTable(Object.values(common)),
    "Without a command:",
    flagTable(Object.values(rootFlags).filter(({ name }) => !isCommon.has(name))),
    "## The commands",
    ...commands.flatMap(commandBlocks),
    "## Exit codes",
    "They are the same for every command; those from 64 up are the ones of BSD's `sysexits.h`.",
    table(["code", "means", "what to do"], exitCodeRows()),
    precedence,
    "## Halt reasons",
    "Every invocation of `pawl run` ends with exactly one, in `haltReason` of the summary.",
    table(["reason", "means"], haltReasonRows()),
    "## Why a step fails",
    "`reason` of a step, and what its target becomes where nothing lets it go on.",
    table(["reason", "means", "the target is"], failureReasonRows()),
    "An opened breaker makes it blocked in any case.",
    "## Events",
    "One a line in `journal.ndjson` and with `--format ndjson`. `seq` counts from 1 without gaps; `at` is UTC.",
    table(["type", "means"], eventRows())
  )
