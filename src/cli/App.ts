/**
 * pawl from its words to its exit code.
 *
 * Owns what becomes of everything that can go wrong: where it is told, and in which form. Must
 * not know layers. The surprise: a call that is wrong is still asked how it wants things to
 * look, so that a program that asked for JSON is told of its mistake in JSON.
 */
import { type Cause, Effect } from "effect"
import { existsSync, statSync } from "node:fs"
import { Environment } from "../manifest/Environment.ts"
import { errorDocument, plainErrorDocument } from "../report/ErrorDocument.ts"
import { errorReport } from "../report/ErrorReport.ts"
import { type ExitCode, ExitCode as Code, exitCodeOf, type PawlError } from "../run/ExitCode.ts"
import type { Signal } from "../run/Outcome.ts"
import { Shutdown } from "../run/Shutdown.ts"
import { UsageError } from "../run/UsageError.ts"
import { type Call, readArguments } from "./Arguments.ts"
import { defectHint, defectMessage, defectReport, type Identity, versionLine } from "./Defect.ts"
import { dispatch } from "./Dispatch.ts"
import { endedBy, tell } from "./Ending.ts"
import { generalHelp } from "./Help.ts"
import { printHelp } from "./HelpCommand.ts"
import { minimumLevel } from "./Log.ts"
import { type Look, openOutput, Output } from "./Output.ts"
import { signalCode } from "./Signals.ts"
import { type Sink, Streams } from "./Streams.ts"
import { textOnly } from "./TextOnly.ts"

const last = (call: Call, name: string): string | undefined => call.flags.get(name)?.at(-1)

/** How a call wants things to look, as far as it can be understood. */
export const lookOf = (call: Call): Look => {
  const format = last(call, "format")
  const color = last(call, "color")
  return {
    format: format === "json" || format === "ndjson" ? format : "table",
    color: color === "always" || color === "never" ? color : "auto",
    quiet: call.flags.has("quiet"),
    output: last(call, "output")
  }
}

/** Bytes that are no text would become other ones, and with them the folder another one, beside this. */
const checkFolder = Effect.flatMap(
  Environment,
  ({ cwd }) =>
    !cwd.includes("\uFFFD") || existsSync(cwd) && statSync(cwd).ino === statSync(".").ino
      ? Effect.void
      : new UsageError({
        problems: [{
          message: `the name of the current folder is not UTF-8: ${JSON.stringify(cwd)}`,
          hint: "rename that folder, or call pawl from another one"
        }]
      })
)

const perform = Effect.fn("cli.perform")(function*(call: Call, identity: Identity) {
  const output = yield* Output
  const { command, problems } = call
  if (call.flags.has("version")) {
    yield* output.answer(() => ({ schema: "pawl.version/v1", ...identity }), () => [versionLine(identity)])
    return Code.Ok
  }
  if (call.flags.has("help") && (command !== undefined || call.args.length === 0)) return yield* printHelp(command)
  const [first, ...others] = problems
  if (first !== undefined) return yield* new UsageError({ problems: [first, ...others] })
  yield* checkFolder
  const shell = last(call, "completions")
  if (shell !== undefined) {
    yield* textOnly("a completion script is text")
    const { completions } = yield* Effect.promise(() => import("./Completions.ts"))
    output.sink.write(`${completions(shell).join("\n")}\n`)
    return Code.Ok
  }
  if (command === undefined) {
    // A script whose command is an empty variable must not take this for success.
    yield* output.complain([...generalHelp(output.errorStyle), ""])
    return yield* new UsageError({ problems: [{ message: "no command was given", hint: "see `pawl help`" }] })
  }
  return yield* dispatch(call, command.name)
})

const refuse = (error: PawlError) =>
  Effect.gen(function*() {
    const output = yield* Output
    yield* output.complain(errorReport(error, output.errorStyle))
    yield* tell(() => errorDocument(error))
    return exitCodeOf(error)
  })

const confess = (cause: Cause.Cause<unknown>, call: Call, identity: Identity) =>
  Effect.gen(function*() {
    const output = yield* Output
    const isDebugging = ["debug", "trace"].includes(last(call, "log-level") ?? "")
    yield* output.complain(defectReport(cause, identity, output.errorStyle, isDebugging))
    yield* tell(() => plainErrorDocument(Code.Defect, defectMessage(cause), defectHint(identity)))
    return Code.Defect
  })

/** Whether a call drives a run, which has an answer of its own however it ends. */
const drivesRun = ({ command, flags }: Call): boolean =>
  command?.name === "resume" || command?.name === "each" || (command?.name === "run" && !flags.has("dry-run"))

/** A run saves its state at a signal and ends by itself, and an answer that was begun is whole; everything else just ends. */
const untilSignal = <A, E, R>(call: Call, { isAnswered }: Output["Type"], effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Shutdown, ({ requested }) => {
    const ended = Effect.flatMap(requested, (signal) => isAnswered() ? Effect.never : endedBy(signal))
    return drivesRun(call) ? effect : Effect.raceFirst(effect, ended)
  })

const attempt = (call: Call, look: Look, identity: Identity) =>
  Effect.scoped(Effect.gen(function*() {
    const output = yield* openOutput(look)
    let isRefused = false
    const refused = Effect.sync(() => {
      isRefused = true
    })
    const code: ExitCode = yield* untilSignal(call, output, perform(call, identity)).pipe(
      Effect.catchAll((error) => Effect.zipRight(refused, refuse(error))),
      Effect.catchAllCause((cause) => Effect.zipRight(refused, confess(cause, call, identity))),
      Effect.provideService(Output, output)
    )
    // An answer that failed does not replace a table that is there; a document says that it failed.
    if (code !== Code.Ok && look.format === "table" && (isRefused || !drivesRun(call))) return code
    // That a signal ended it is what a script must know first.
    yield* code < Code.Hangup
      ? output.commit
      : Effect.provideService(Effect.catchAll(output.commit, refuse), Output, output)
    return code
  }))

/** How long after a signal a reader may read nothing of what is there for it, milliseconds. */
const patience = 2500

/** After a signal a reader that does not read keeps nothing from its end. */
const leavingUnread = Effect.gen(function*() {
  const { requested } = yield* Shutdown
  const { stderr, stdout } = yield* Streams
  let unread: Signal | undefined
  const leave = ({ giveUp }: Sink, signal: Signal) =>
    Effect.map(giveUp(patience), () => {
      unread = signal
    })
  yield* Effect.fork(
    Effect.flatMap(
      requested,
      (signal) => Effect.all([leave(stdout, signal), leave(stderr, signal)], { concurrency: 2, discard: true })
    )
  )
  return (code: ExitCode): ExitCode => unread === undefined || code >= Code.Hangup ? code : signalCode[unread]
})

/** Everything that `pawl` does with its words. All output is written when it returns. */
export const app = (argv: ReadonlyArray<string>, identity: Identity) =>
  Effect.gen(function*() {
    const { stderr, stdout } = yield* Streams
    const call = readArguments(argv)
    const look = lookOf(call)
    const orUnread = yield* leavingUnread
    const code = yield* attempt(call, look, identity).pipe(
      // The answer could not be written: what is left to say goes to standard output, if it can be written to.
      Effect.catchAll((error) =>
        Effect.flatMap(Effect.orDie(Effect.scoped(openOutput({ ...look, output: undefined }))), (output) =>
          Effect.provideService(refuse(error), Output, output))
      ),
      minimumLevel(last(call, "log-level"))
    )
    yield* stdout.drained
    yield* stderr.drained
    return orUnread(code)
  })
