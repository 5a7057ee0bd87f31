/**
 * `pawl logs RUN [TARGET[/STEP]]`: what steps printed, or which logs there are.
 *
 * The surprise: a log that is followed may not be there yet, and a run that is gone on with
 * while it is followed is live under another process; so it is asked again each time.
 */
import { Effect, Either } from "effect"
import { RunStore, type StoredRun } from "../checkpoint/RunStore.ts"
import { printable } from "../report/Printable.ts"
import { statusDocument } from "../report/StatusDocument.ts"
import { table } from "../report/Table.ts"
import { ExitCode } from "../run/ExitCode.ts"
import { targetState } from "../run/RunState.ts"
import { UsageError } from "../run/UsageError.ts"
import type { logsData } from "./Commands.ts"
import { findRun } from "./FindRun.ts"
import type { Values } from "./Flag.ts"
import { logCut } from "./LogCut.ts"
import { findLogs } from "./LogFiles.ts"
import { Output } from "./Output.ts"
import { type OpenLog, printLog } from "./PrintLog.ts"
import { textOnly } from "./TextOnly.ts"

type LogsFlags = Values<typeof logsData.flags>

const wrong = (message: string, hint: string) => new UsageError({ problems: [{ message, hint }] })

const listLogs = Effect.fn("cli.logs.list")(function*(stored: StoredRun) {
  const output = yield* Output
  const logs = statusDocument(stored).targets.flatMap(({ id, steps }) =>
    steps.flatMap(({ attempts, log, path, status }) =>
      log === undefined ? [] : [{ target: id, path, status, attempts, log }]
    )
  )
  if (logs.length === 0) yield* output.note(`run ${stored.ref.runId} has no logs yet`)
  yield* output.answer(
    () => ({ schema: "pawl.logs/v1", runId: stored.ref.runId, logs }),
    (style, columns) =>
      logs.length === 0 ? [] : table(
        ["TARGET/STEP", "STATUS", "ATTEMPTS", "LOG"],
        logs.map((log) =>
          [`${log.target}/${log.path}`, log.status, String(log.attempts), log.log].map((text) => ({
            text: printable(text)
          }))
        ),
        { style, ...(columns === undefined ? {} : { columns }) }
      )
  )
})

const heading = (log: OpenLog): string => `==> ${printable(`${log.target}/${log.path}`)} <==\n`

interface Printed {
  readonly logs: ReadonlyArray<OpenLog>
  /** The file that the last bytes were from; it needs no heading when it goes on. */
  readonly latest?: string
}

/** Prints what there is of all the logs beyond their offsets, and how far each was read. */
const printAll = Effect.fn("cli.logs.print")(function*(before: Printed) {
  const { sink } = yield* Output
  const logs: Array<OpenLog> = []
  let { latest } = before
  for (const log of before.logs) {
    const isNew = before.logs.length > 1 && log.file !== latest
    const printed = yield* printLog(log, sink, isNew ? (latest === undefined ? "" : "\n") + heading(log) : undefined)
    if (printed.offset !== log.offset) latest = log.file
    logs.push(printed)
  }
  return { logs, ...(latest === undefined ? {} : { latest }) }
})

const follow = Effect.fn("cli.logs.follow")(function*(stored: StoredRun, start: Printed) {
  const store = yield* RunStore
  const { sink } = yield* Output
  let before = start
  let isLast = false
  while (!sink.isClosed()) {
    const printed: Printed = yield* printAll(before)
    const moved = printed.logs.some((log, index) => log.offset !== before.logs[index]?.offset)
    before = printed
    if (moved) continue
    if (isLast) break
    yield* Effect.sleep("500 millis")
    // What was printed before the process went is read once more.
    isLast = (yield* store.read(stored.ref)).live === undefined
  }
  return before
})

export const logsCommand = Effect.fn("cli.logs")(function*(flags: LogsFlags, args: ReadonlyArray<string>) {
  const output = yield* Output
  const [run = "", word] = args
  const { stored } = yield* findRun(flags, run)
  if (word === undefined) {
    yield* listLogs(stored)
    return ExitCode.Ok
  }
  yield* textOnly("a log is printed as it is")
  const found = findLogs(stored, word, flags.stderr ? "err" : "out")
  if (Either.isLeft(found)) return yield* new UsageError({ problems: [found.left] })
  const { attempt } = flags
  const start = found.right.map((log): OpenLog => ({
    ...log,
    offset: 0,
    ...(attempt === undefined ? {} : { cut: logCut(attempt) })
  }))
  const { logs }: Printed = flags.follow && stored.live !== undefined
    ? yield* follow(stored, { logs: start })
    : yield* printAll({ logs: start })
  for (const part of logs.flatMap(({ cut }) => cut?.end() ?? [])) output.sink.write(part)
  if (logs.every(({ offset }) => offset === 0)) {
    const steps = logs.map(({ path, target }) => targetState(stored.state, target).steps[path])
    if (steps.some((step) => step?.silent === true)) {
      yield* output.note(`\`${word}\` succeeded without printing anything`)
      return ExitCode.Ok
    }
    return yield* wrong(`\`${word}\` has no log`, "it has not run yet, or has not been started by this run")
  }
  const most = Math.max(...logs.map(({ cut }) => cut?.attempts() ?? 0))
  if (attempt !== undefined && attempt > most) {
    return yield* wrong(
      `\`${word}\` has no attempt ${attempt}`,
      `it has ${most === 1 ? "1 attempt" : `${most} attempts`}`
    )
  }
  return ExitCode.Ok
})
