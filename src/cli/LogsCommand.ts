/**
 * `pawl logs RUN [TARGET[/STEP]]`: what steps printed, or which logs there are.
 *
 * The surprise: a log that is followed may not be there yet, nor be known of: how many items a map
 * has is found out on the way. So the folder of the target's logs is looked at each time.
 */
import { Effect, Either } from "effect"
import { RunStore, type StoredRun } from "../checkpoint/RunStore.ts"
import { printable } from "../report/Printable.ts"
import { ExitCode } from "../run/ExitCode.ts"
import type { RunState } from "../run/RunState.ts"
import { stepState, type TargetState } from "../run/TargetState.ts"
import { UsageError } from "../run/UsageError.ts"
import type { logsData } from "./LookingCommands.ts"
import { findRun } from "./FindRun.ts"
import type { Values } from "./Flag.ts"
import { listLogs, namesOf } from "./ListLogs.ts"
import { logCut } from "./LogCut.ts"
import { findLogs, logFiles, loggedState, type WantedLogs } from "./LogFiles.ts"
import { hasLeftLog, isOpenedByCheck, lostLogs } from "./LostLogs.ts"
import { Output } from "./Output.ts"
import { type OpenLog, printLog } from "./PrintLog.ts"
import { textOnly } from "./TextOnly.ts"

type LogsFlags = Values<typeof logsData.flags>

const wrong = (message: string, hint: string) => new UsageError({ problems: [{ message, hint }] })

const heading = (log: OpenLog): string => `==> ${printable(`${log.target}/${log.path}`)} <==\n`

interface Printed {
  readonly logs: ReadonlyArray<OpenLog>
  /** The file that the last bytes were from; it needs no heading when it goes on. */
  readonly latest?: string
}

/** Prints what there is of all the logs beyond their offsets, and how far each was read. */
const printAll = Effect.fn("cli.logs.print")(function*(before: Printed, isOne: boolean) {
  const { sink } = yield* Output
  const logs: Array<OpenLog> = []
  let { latest } = before
  for (const log of before.logs) {
    const isNew = !isOne && log.file !== latest
    const printed = yield* printLog(log, sink, isNew ? (latest === undefined ? "" : "\n") + heading(log) : undefined)
    if (printed.offset !== log.offset) latest = log.file
    logs.push(printed)
  }
  return { logs, ...(latest === undefined ? {} : { latest }) }
})

/** What is looked at, and how. */
interface Look {
  readonly stored: StoredRun
  readonly wanted: WantedLogs
  readonly flags: LogsFlags
}

/** The logs that there are by now; those that were read before go on from where that ended. */
const openLogs = Effect.fn("cli.logs.open")(function*(
  { flags, stored, wanted }: Look,
  state: RunState,
  before: ReadonlyArray<OpenLog>
) {
  const { attempt } = flags
  const { directory } = stored.ref
  const names = yield* namesOf(directory, wanted.target)
  const known = new Map(before.map((log) => [log.file, log]))
  return logFiles(
    wanted,
    directory,
    loggedState(stored.plan, state, wanted.target),
    names,
    flags.stderr ? "err" : "out"
  ).map((
    log
  ): OpenLog =>
    known.get(log.file) ?? { ...log, offset: 0, ...(attempt === undefined ? {} : { cut: logCut(attempt) }) }
  )
})

const follow = Effect.fn("cli.logs.follow")(function*(look: Look, start: ReadonlyArray<OpenLog>) {
  const { stored, wanted } = look
  const store = yield* RunStore
  const { sink } = yield* Output
  let before: Printed = { logs: start }
  let isLast = false
  while (!sink.isClosed()) {
    const printed: Printed = yield* printAll(before, wanted.isOne)
    const moved = printed.logs.some((log, index) => log.offset !== before.logs[index]?.offset)
    before = printed
    if (moved) continue
    if (isLast) break
    yield* Effect.sleep("500 millis")
    // What was printed before the process went is read once more.
    isLast = (yield* store.live(stored.ref)) === undefined
    const { state } = isLast ? yield* store.read(stored.ref) : stored
    before = { ...printed, logs: yield* openLogs(look, state, printed.logs) }
  }
  return before.logs
})

/** Why there is nothing to print: nothing was printed, or nothing has run. */
const explainNothing = Effect.fn("cli.logs.nothing")(function*(
  target: TargetState,
  logs: ReadonlyArray<OpenLog>,
  word: string
) {
  const output = yield* Output
  if (logs.some(({ path }) => stepState(target, path)?.silent === true)) {
    yield* output.note(`\`${word}\` succeeded without printing anything`)
    return ExitCode.Ok
  }
  if (logs.some(({ path }) => isOpenedByCheck(target, path))) {
    yield* output.note(`\`${word}\` has no log: its check succeeded, and printed nothing unless the log was removed`)
    return ExitCode.Ok
  }
  return yield* wrong(`\`${word}\` has no log`, "it has not run yet, or has not been started by this run")
})

export const logsCommand = Effect.fn("cli.logs")(function*(flags: LogsFlags, args: ReadonlyArray<string>) {
  const output = yield* Output
  const store = yield* RunStore
  const [run = "", word] = args
  const { stored } = yield* findRun(flags, run)
  if (word === undefined) {
    yield* listLogs(stored)
    return ExitCode.Ok
  }
  yield* textOnly("a log is printed as it is")
  const found = findLogs(stored.plan, stored.ref.runId, word)
  if (Either.isLeft(found)) return yield* new UsageError({ problems: [found.left] })
  const look = { stored, wanted: found.right, flags }
  const start = yield* openLogs(look, stored.state, [])
  const isFollowed = flags.follow && stored.live !== undefined
  const logs = isFollowed
    ? yield* follow(look, start)
    : (yield* printAll({ logs: start }, found.right.isOne)).logs
  for (const part of logs.flatMap(({ cut }) => cut?.end() ?? [])) output.sink.write(part)
  if (output.sink.isClosed()) return ExitCode.Ok
  const missing = logs.filter(({ offset }) => offset === 0)
  if (missing.length > 0 || logs.length === 0) {
    const stateNow = Effect.map(
      store.read(stored.ref),
      ({ state }) => loggedState(stored.plan, state, found.right.target)
    )
    // What ended after the logs were looked for is not missing in them.
    const looked = isFollowed ? yield* stateNow : loggedState(stored.plan, stored.state, found.right.target)
    const lost = lostLogs(stored.ref.runId, missing.filter(({ path }) => hasLeftLog(looked, path)))
    if (lost !== undefined) return yield* lost
    if (missing.length === logs.length) return yield* explainNothing(yield* stateNow, logs, word)
  }
  const { attempt } = flags
  const most = Math.max(...logs.map(({ cut }) => cut?.attempts() ?? 0))
  if (attempt !== undefined && attempt > most) {
    return yield* wrong(
      `\`${word}\` has no attempt ${attempt}`,
      `it has ${most === 1 ? "1 attempt" : `${most} attempts`}`
    )
  }
  return ExitCode.Ok
})
