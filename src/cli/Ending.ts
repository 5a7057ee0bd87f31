/** What is told where a command ends without its answer. */
import { Effect } from "effect"
import { stringifyJson } from "../expression/Value.ts"
import { plainErrorDocument } from "../report/ErrorDocument.ts"
import type { Signal } from "../run/Outcome.ts"
import { Output } from "./Output.ts"
import { signalCode } from "./Signals.ts"

/** A document where one was asked for and there is no other. */
export const tell = (document: () => unknown) =>
  Effect.map(Output, ({ format, isAnswered, sink }) => {
    if (format !== "table" && !isAnswered()) sink.write(`${stringifyJson(document())}\n`)
  })

/** The end of a call that a signal stopped before it had begun anything; gives its exit code. */
export const endedBy = (signal: Signal) =>
  Effect.as(
    tell(() => plainErrorDocument(signalCode[signal], `ended by ${signal}`, "nothing had begun; run it again")),
    signalCode[signal]
  )
