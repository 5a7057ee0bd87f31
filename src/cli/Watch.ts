/**
 * Who watches a run that this call drives: nobody, plain lines, a terminal, or a reader of NDJSON.
 *
 * Owns that choice, and how a watcher is kept off the screen while a person is asked something there.
 */
import { Clock, Effect, type Scope } from "effect"
import { stringifyJson } from "../expression/Value.ts"
import { Environment } from "../manifest/Environment.ts"
import { progressLive } from "../report/ProgressLive.ts"
import { progressPlain } from "../report/ProgressPlain.ts"
import { Output } from "./Output.ts"
import { Watchers } from "./Watchers.ts"

/** Keeps a watcher off the screen until the scope closes. */
export type Hold = Effect.Effect<void, never, Scope.Scope>

/** Writes lines, and those that come while it is held once it is no more. */
const holdable = (write: (text: string) => void): { readonly write: (text: string) => void; readonly hold: Hold } => {
  let held = 0
  let waiting: Array<string> = []
  const release = Effect.sync(() => {
    held -= 1
    if (held > 0) return
    for (const text of waiting) write(text)
    waiting = []
  })
  return {
    write: (text) => {
      if (held > 0) waiting.push(text)
      else write(text)
    },
    hold: Effect.acquireRelease(
      Effect.sync(() => {
        held += 1
      }),
      () => release
    )
  }
}

/** Watches until the scope closes; gives what keeps the watcher off the screen. */
export const watch = Effect.gen(function*() {
  const { errorStyle, errors, format, quiet, sink } = yield* Output
  const { variables } = yield* Environment
  const { attach } = yield* Watchers
  const free: { readonly hold: Hold } = { hold: Effect.void }
  if (format === "ndjson") {
    yield* attach({ observe: (event) => sink.write(`${stringifyJson(event)}\n`) })
  }
  // Two streams on one terminal would tear each other's lines.
  if (quiet || (format === "ndjson" && sink.isTerminal)) return free
  if (errors.isTerminal && variables["TERM"] !== "dumb") {
    const display = yield* progressLive(errors, errorStyle)
    yield* attach(display)
    return { hold: display.hold }
  }
  const lines = holdable(errors.write)
  const told = progressPlain(lines.write, errorStyle)
  yield* attach(told)
  const remind = Effect.map(Clock.currentTimeMillis, told.remind)
  yield* Effect.forkScoped(Effect.forever(Effect.zipRight(Effect.sleep("1 minute"), remind)))
  return { hold: lines.hold }
})
