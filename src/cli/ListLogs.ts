/**
 * Which logs a run has.
 *
 * Owns the list and how it is shown. The surprise: of a loop the state holds the latest iteration
 * alone, so that the logs of earlier ones are found in the folder, and how their attempts ended is
 * not known any more.
 */
import { FileSystem } from "@effect/platform"
import { Effect } from "effect"
import { basename, join } from "node:path"
import type { StoredRun } from "../checkpoint/RunStore.ts"
import { PREFLIGHT } from "../plan/Preflight.ts"
import { allSteps } from "../plan/StepTree.ts"
import type { LogsDocument } from "../report/Documents.ts"
import { printable } from "../report/Printable.ts"
import { statusDocument } from "../report/StatusDocument.ts"
import { inPlanOrder } from "../report/StepPlace.ts"
import type { SummaryStep, SummaryTarget } from "../report/Summary.ts"
import { table } from "../report/Table.ts"
import { StateError } from "../run/StateError.ts"
import { logPath } from "../run/LogPath.ts"
import { logFolder, loggedPaths, loggedState } from "./LogFiles.ts"
import { hasLeftLog, some } from "./LostLogs.ts"
import { Output } from "./Output.ts"
import { why } from "./Why.ts"

/** The names in the folder of a target's logs; none where there is no such folder. */
export const namesOf = Effect.fn("cli.logs.names")(function*(directory: string, target: string) {
  const files = yield* FileSystem.FileSystem
  const path = join(directory, logFolder(target))
  return yield* files.readDirectory(path).pipe(
    Effect.catchAll((error) =>
      error._tag === "SystemError" && error.reason === "NotFound"
        ? Effect.succeed<ReadonlyArray<string>>([])
        : new StateError({
          message: `can't read \`${path}\`: ${why(error)}`,
          hint: "see who may read it and whether it is there",
          path
        })
    )
  )
})

type Log = LogsDocument["logs"][number]

const logOf = (target: string, { attempts, log, path, status }: SummaryStep): ReadonlyArray<Log> =>
  log === undefined ? [] : [{ target, path, status, attempts, log }]

const logsOf = Effect.fn("cli.logs.of")(
  function*({ plan, ref }: StoredRun, { id, steps }: SummaryTarget, index: number) {
    const known = new Map(steps.flatMap((step) => logOf(id, step)).map((log) => [log.path, log]))
    const planned = plan.templates[plan.targets[index]?.template ?? -1]?.steps ?? []
    if (
      !allSteps(planned).some(({ kind }) => kind === "loop")
    ) return [...known.values()]
    const logged = loggedPaths(planned, yield* namesOf(ref.directory, id))
    return inPlanOrder(planned, new Set([...known.keys(), ...logged])).map((path): Log =>
      known.get(path) ?? { target: id, path, log: `${logPath(id, path)}.out` }
    )
  }
)

/** The files of logs that are listed and gone; that of a step which is under way may not have its name yet. */
const goneOf = Effect.fn("cli.logs.gone")(function*({ plan, ref, state }: StoredRun, logs: ReadonlyArray<Log>) {
  const byTarget = new Map<string, Array<Log>>()
  for (const log of logs) {
    if (!hasLeftLog(loggedState(plan, state, log.target), log.path)) continue
    const others = byTarget.get(log.target)
    if (others === undefined) byTarget.set(log.target, [log])
    else others.push(log)
  }
  const gone: Array<string> = []
  for (const [target, known] of byTarget) {
    const names = new Set(yield* namesOf(ref.directory, target))
    for (const { log } of known) if (!names.has(basename(log))) gone.push(log)
  }
  return gone
})

/** Prints the list of the logs of a run, and says which of them are gone. */
export const listLogs = Effect.fn("cli.logs.list")(function*(stored: StoredRun) {
  const output = yield* Output
  const { preflight, targets } = statusDocument(stored)
  const logs = [
    ...preflight.flatMap((check) => logOf(PREFLIGHT, check)),
    ...(yield* Effect.forEach(targets, (target, index) => logsOf(stored, target, index))).flat()
  ]
  if (logs.length === 0) yield* output.note(`run ${stored.ref.runId} has no logs yet`)
  const gone = yield* goneOf(stored, logs)
  if (gone.length > 0) {
    const words = gone.length === 1 ? "1 of these logs is" : `${gone.length} of these logs are`
    yield* output.warn(`${words} gone, though the steps have run: ${some(gone)}`)
  }
  yield* output.answer(
    (): LogsDocument => ({ schema: "pawl.logs/v1", runId: stored.ref.runId, logs }),
    (style, columns) =>
      logs.length === 0 ? [] : table(
        ["TARGET/STEP", "STATUS", "ATTEMPTS", "LOG"],
        logs.map(({ attempts = "", log, path, status = "", target }) =>
          [`${target}/${path}`, status, String(attempts), log].map((text) => ({ text: printable(text) }))
        ),
        { style, ...(columns === undefined ? {} : { columns }) }
      )
  )
})
