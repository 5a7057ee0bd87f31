/**
 * Where the answer of a command goes, and in which of its forms.
 *
 * Owns the meaning of `--format`, `--output`, `--color` and `--quiet` for every command. Must
 * not know what is printed. The surprise: the file of `--output` is opened before the command
 * begins, so that a night's work does not end with a folder that isn't there.
 */
import { Context, Effect } from "effect"
import { resolve } from "node:path"
import { jsonLine } from "../expression/JsonChunks.ts"
import { Environment } from "../manifest/Environment.ts"
import { noteLine, warningLine } from "../report/ErrorReport.ts"
import { colourful, plain, type Style } from "../report/Style.ts"
import { StateError } from "../run/StateError.ts"
import type { Values } from "./Flag.ts"
import type { common } from "./Flags.ts"
import { type Sink, Streams } from "./Streams.ts"
import { why } from "./Why.ts"

export type CommonFlags = Values<typeof common>
export type Format = CommonFlags["format"]

/** What decides how things look; known even where a call is wrong. */
export type Look = Pick<CommonFlags, "format" | "output" | "color" | "quiet">

export class Output extends Context.Tag("pawl/Output")<Output, {
  readonly format: Format
  /** Where the answer goes: standard output or the file of `--output`. */
  readonly sink: Sink
  readonly style: Style
  readonly errors: Sink
  readonly errorStyle: Style
  readonly quiet: boolean
  /** Prints the answer in the form asked for; the table's columns are those of a terminal, or none. */
  readonly answer: (
    document: () => unknown,
    table: (style: Style, columns: number | undefined) => ReadonlyArray<string>
  ) => Effect.Effect<void>
  /** Whether the answer was begun: nothing else may be put beside it. */
  readonly isAnswered: () => boolean
  /** One line on standard error, unless quiet. */
  readonly note: (text: string) => Effect.Effect<void>
  readonly warn: (text: string) => Effect.Effect<void>
  /** Lines on standard error, whatever the flags. */
  readonly complain: (lines: ReadonlyArray<string>) => Effect.Effect<void>
  /** Returns when all is written; puts the file of `--output` in its place, unless it holds part of an answer. */
  readonly commit: Effect.Effect<void, StateError>
}>() {}

const styleFor = (sink: Sink, color: Look["color"], variables: Readonly<Record<string, string>>): Style => {
  if (color === "never") return plain
  if (color === "always") return colourful
  return sink.isTerminal && !variables["NO_COLOR"] && variables["TERM"] !== "dumb" ? colourful : plain
}

const text = (lines: ReadonlyArray<string>): string => lines.map((line) => `${line}\n`).join("")

/** A piece is made once the one before it is written. */
const writePieces = (sink: Sink, pieces: Iterator<string>): Effect.Effect<void> =>
  Effect.suspend(() => {
    const { done, value } = pieces.next()
    if (done === true || sink.isClosed()) return Effect.void
    sink.write(value)
    return Effect.zipRight(sink.drained, writePieces(sink, pieces))
  })

/** Returns when all is written, or nobody reads it any more. */
const written = (stdout: Sink): Effect.Effect<void, StateError> =>
  Effect.flatMap(stdout.drained, () => {
    const failure = stdout.failure()
    return failure === undefined ? Effect.void : new StateError({
      message: `can't write to standard output: ${why(failure)}`,
      hint: "make room, or name a file with --output; nothing that a run has done is lost",
      path: "/dev/stdout"
    })
  })

/** The output of one call. The scope's end takes back a file that was not committed. */
export const openOutput = Effect.fn("Output.open")(function*(look: Look) {
  const { stderr, stdout, create } = yield* Streams
  const { cwd, variables } = yield* Environment
  const file = look.output === undefined || look.output === "-"
    ? undefined
    : yield* create(resolve(cwd, look.output), look.output)
  const sink = file?.sink ?? stdout
  const style = styleFor(sink, look.color, variables)
  const errorStyle = styleFor(stderr, look.color, variables)
  const say = (line: string): Effect.Effect<void> =>
    look.quiet ? Effect.void : Effect.sync(() => stderr.write(`${line}\n`))
  let answered: "not" | "in part" | "whole" = "not"
  const begin = Effect.sync(() => {
    answered = "in part"
  })
  const end = Effect.sync(() => {
    answered = "whole"
  })
  return Output.of({
    format: look.format,
    sink,
    style,
    errors: stderr,
    errorStyle,
    quiet: look.quiet,
    answer: (document, table) =>
      // On one pipe or terminal what was said on the way comes before the answer.
      Effect.flatMap(stderr.drained, () => {
        const write = look.format === "table"
          ? Effect.sync(() => sink.write(text(table(style, sink.isTerminal ? sink.columns() : undefined))))
          : Effect.suspend(() => writePieces(sink, jsonLine(document())))
        return Effect.zipRight(begin, Effect.zipRight(write, end))
      }),
    isAnswered: () => answered !== "not",
    note: (line) => say(noteLine(line, errorStyle)),
    warn: (line) => say(warningLine(line, errorStyle)),
    complain: (lines) => Effect.sync(() => stderr.write(text(lines))),
    commit: Effect.suspend(() => answered === "in part" ? Effect.void : file?.commit ?? written(stdout))
  })
})
