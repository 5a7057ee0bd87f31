/** `pawl status [RUN]`: one run as it stands, with the decisions that wait for it. */
import { Effect } from "effect"
import { RunInbox } from "../checkpoint/Inbox.ts"
import { statusDocument } from "../report/StatusDocument.ts"
import { summaryTable } from "../report/SummaryTable.ts"
import { ExitCode } from "../run/ExitCode.ts"
import { findRun } from "./FindRun.ts"
import { type CommonFlags, Output } from "./Output.ts"
import { shownPath } from "./ShownPath.ts"

export const statusCommand = Effect.fn("cli.status")(function*(flags: CommonFlags, args: ReadonlyArray<string>) {
  const output = yield* Output
  const inbox = yield* RunInbox
  const { place, stored } = yield* findRun(flags, args[0])
  const { decisions, unreadable } = yield* inbox.read(stored.ref.directory)
  yield* Effect.forEach(unreadable, output.warn, { discard: true })
  const document = statusDocument({ ...stored, decisions }, place.named)
  const directory = yield* shownPath(stored.ref.directory)
  yield* output.answer(
    () => document,
    (style, columns) =>
      summaryTable(document, {
        style,
        next: document.next,
        directory,
        ...(columns === undefined ? {} : { columns })
      })
  )
  return ExitCode.Ok
})
