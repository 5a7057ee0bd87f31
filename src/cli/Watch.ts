/**
 * Who watches a run that this call drives: nobody, plain lines, a terminal, or a reader of NDJSON; and what
 * targets print, where that was asked for.
 *
 * Owns how a watcher is kept off the screen while a person is asked something there. The surprise: what an
 * attempt printed is told before how it ended, so whoever shows output is attached first.
 */
import { Clock, Effect, type Scope } from "effect"
import type { RunStore } from "../checkpoint/RunStore.ts"
import { stringifyJson } from "../expression/Value.ts"
import { Environment } from "../manifest/Environment.ts"
import { noteLine } from "../report/ErrorReport.ts"
import { progressLive } from "../report/ProgressLive.ts"
import { progressPlain } from "../report/ProgressPlain.ts"
import { Output } from "./Output.ts"
import { type Manner, mannerOf } from "./ProgressManner.ts"
import { tail } from "./Tail.ts"
import { Watchers } from "./Watchers.ts"

/** Keeps a watcher off the screen until the scope closes. */
export type Hold = Effect.Effect<void, never, Scope.Scope>

/** What was asked for. */
export interface Asked {
  /** `--progress`. */
  readonly progress?: Manner | undefined
  /** The targets of `--tail`. */
  readonly tail?: ReadonlyArray<string> | undefined
}

/** Where a watcher writes whole lines. */
interface Lines {
  readonly say: (line: string) => void
  readonly hold: Hold
  readonly isHeld: () => boolean
}

/** Lines on standard error; those that come while it is held follow once it is no more. */
const plainLines = (write: (text: string) => void): Lines => {
  let held = 0
  let waiting: Array<string> = []
  const release = Effect.sync(() => {
    held -= 1
    if (held > 0) return
    for (const text of waiting) write(text)
    waiting = []
  })
  return {
    say: (line) => {
      if (held > 0) waiting.push(`${line}\n`)
      else write(`${line}\n`)
    },
    hold: Effect.acquireRelease(
      Effect.sync(() => {
        held += 1
      }),
      () => release
    ),
    isHeld: () => held > 0
  }
}

/** Who shows how far the run is, and where the lines of others go meanwhile. */
const shown = (manner: Manner) =>
  Effect.gen(function*() {
    const { errorStyle, errors } = yield* Output
    if (manner === "live") {
      const display = yield* progressLive(errors, errorStyle)
      return { lines: display, watcher: display }
    }
    const lines = plainLines(errors.write)
    if (manner === "none") return { lines, watcher: undefined }
    const told = progressPlain((text) => lines.say(text.slice(0, -1)), errorStyle)
    const remind = Effect.map(Clock.currentTimeMillis, told.remind)
    yield* Effect.forkScoped(Effect.forever(Effect.zipRight(Effect.sleep("1 minute"), remind)))
    return { lines, watcher: told }
  })

export interface Watched {
  readonly hold: Hold
  /** What the run must be wrapped in for its watchers to see it. */
  readonly around: <A, E, R>(run: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R | RunStore>
}

/** Watches until the scope closes. */
export const watch = (asked: Asked) =>
  Effect.gen(function*() {
    const { errorStyle, errors, format, quiet, sink } = yield* Output
    const { variables } = yield* Environment
    const { attach } = yield* Watchers
    if (format === "ndjson") {
      yield* attach({ observe: (event) => sink.write(`${stringifyJson(event)}\n`) })
    }
    const { lines, watcher } = yield* shown(mannerOf({
      asked: asked.progress,
      quiet,
      isTerminal: errors.isTerminal,
      isDumb: variables["TERM"] === "dumb",
      eventsOnTerminal: format === "ndjson" && sink.isTerminal
    }))
    let around: Watched["around"] = (run) => run
    if (asked.tail !== undefined && asked.tail.length > 0) {
      const told = yield* tail(asked.tail, {
        ...lines,
        note: (text) => quiet ? undefined : lines.say(noteLine(text, errorStyle)),
        drained: errors.drained
      })
      yield* attach(told.watcher)
      around = told.around
    }
    if (watcher !== undefined) yield* attach(watcher)
    const watched: Watched = { hold: lines.hold, around }
    return watched
  })
