/**
 * What the items of `pawl each` print, on its own standard output and standard error.
 *
 * Owns that one item's output stands together, and the order of items. Must not hold it: it comes
 * from the logs, piece by piece, and a slow reader holds up neither the run nor its memory. The
 * surprise: of an item that was tried several times only the last attempt is printed; the log has all.
 */
import { FileSystem } from "@effect/platform"
import { Effect, Fiber, HashMap, Queue, type Scope } from "effect"
import { join } from "node:path"
import { batchDirectory, runDirectory } from "../checkpoint/RunDirectory.ts"
import type { Plan } from "../plan/Plan.ts"
import { logPath } from "../run/LogPath.ts"
import type { RunEvent } from "../run/RunEvent.ts"
import type { RunState } from "../run/RunState.ts"
import { isEnded, type TargetState } from "../run/TargetState.ts"
import { printAttempt } from "./AttemptOutput.ts"
import { Output } from "./Output.ts"
import type { Sink } from "./Streams.ts"
import { taggedSink } from "./TaggedSink.ts"
import type { Hold } from "./Watch.ts"
import { Watchers } from "./Watchers.ts"

export interface Printing {
  readonly keepOrder: boolean
  readonly tag: boolean
}

/** What there is to print of an item that came to its end. */
const newline = 10

interface Printed {
  readonly target: string
  readonly path: string
  readonly attempt: number
  readonly out: boolean
  readonly err: boolean
}

type StepEnd = Extract<RunEvent, { readonly type: "StepSucceeded" | "StepFailed" }>

const printedOf = ({ attempt, output, path, target }: StepEnd): Printed => ({
  target,
  path,
  attempt,
  out: output !== undefined && output.stdout !== "",
  err: output !== undefined && output.stderr !== ""
})

interface Order {
  readonly ended: (printed: Printed) => void
  /** What is left when no more ends, past those that never did. */
  readonly rest: () => void
}

/** Hands on what ended, in the order of the plan: what comes too early is kept until its turn. */
const inOrder = (plan: Plan, before: HashMap.HashMap<string, TargetState>, hand: (printed: Printed) => void): Order => {
  const early = new Map<string, Printed>()
  let turn = 0
  const wasDone = (id: string): boolean => {
    const state = HashMap.get(before, id)
    return state._tag === "Some" && isEnded(state.value.status)
  }
  return {
    ended: (printed: Printed): void => {
      early.set(printed.target, printed)
      for (;; turn++) {
        const id = plan.targets[turn]?.id
        if (id === undefined) return
        const next = early.get(id)
        if (next !== undefined) {
          early.delete(id)
          hand(next)
        } else if (!wasDone(id)) return
      }
    },
    rest: (): void => {
      for (const { id } of early.size === 0 ? [] : plan.targets.slice(turn)) {
        const next = early.get(id)
        if (next !== undefined) hand(next)
      }
    }
  }
}

/** Prints until the scope closes. */
/** A terminal on which a last line without an end is given one: what comes next would be put behind it, or over it. */
const closedLines = (sink: Sink) => {
  let last: number | undefined
  const seen: Sink = {
    ...sink,
    write: (chunk) => {
      last = (typeof chunk === "string" ? Buffer.from(chunk) : chunk).at(-1) ?? last
      sink.write(chunk)
    }
  }
  const close = Effect.sync(() => {
    if (last !== undefined && last !== newline) sink.write("\n")
  })
  return { sink: seen, close }
}

export type Printer = (hold: Hold) => Effect.Effect<
  {
    /** Returns when all is printed; for when nothing more can end. */
    readonly finish: Effect.Effect<void>
  },
  never,
  Scope.Scope
>

/** What prints the items of runs in a state directory, absolute. */
export const itemPrinter = ({ keepOrder, tag }: Printing, stateDir: string) =>
  Effect.gen(function*() {
    const { errors, sink, warn } = yield* Output
    const { attach } = yield* Watchers
    const files = yield* FileSystem.FileSystem
    const print = (directory: string, mayRepeat: boolean, { attempt, err, out, path, target }: Printed) => {
      const log = join(directory, logPath(target, path))
      const one = (stream: Sink, ending: string) => {
        if (stream.isClosed()) return Effect.void
        const { close, sink: to } = stream.isTerminal ? closedLines(stream) : { close: Effect.void, sink: stream }
        const file = `${log}.${ending}`
        const tagged = tag ? taggedSink(to, `${target}\t`) : to
        return Effect.zipRight(printAttempt({ target, path, file }, attempt, mayRepeat, tagged), close)
      }
      return Effect.zipRight(out ? one(sink, "out") : Effect.void, err ? one(errors, "err") : Effect.void).pipe(
        Effect.catchAll((error) => warn(`what ${target} printed can't be shown: ${error.message}`)),
        Effect.provideService(FileSystem.FileSystem, files)
      )
    }
    const printer: Printer = (hold) =>
      Effect.gen(function*() {
        const queue = yield* Queue.unbounded<Printed | "end">()
        const hand = (printed: Printed): void => {
          if (printed.out || printed.err) queue.unsafeOffer(printed)
        }
        let plan: Plan | undefined
        let directory = ""
        let isResumed = false
        let order: Order = { ended: hand, rest: () => {} }
        const learn = ({ batch, invocations, runId, targets }: RunState): void => {
          isResumed = invocations > 1
          directory = runDirectory(batchDirectory(stateDir, batch), runId)
          if (keepOrder && plan !== undefined) order = inOrder(plan, targets, hand)
        }
        yield* attach({
          begin: (begun) => {
            plan = begun
          },
          observe: (event, state) => {
            if (directory === "") learn(state())
            if (event.type === "StepSucceeded" || event.type === "StepFailed") order.ended(printedOf(event))
          }
        })
        const printing = yield* Effect.forkScoped(
          Effect.iterate(true, {
            while: (goesOn) => goesOn,
            body: () =>
              Effect.flatMap(Queue.take(queue), (printed) =>
                printed === "end"
                  ? Effect.succeed(false)
                  : Effect.as(Effect.scoped(Effect.zipRight(hold, print(directory, isResumed, printed))), true))
          })
        )
        const finish = Effect.suspend(() => {
          order.rest()
          queue.unsafeOffer("end")
          return Effect.asVoid(Fiber.join(printing))
        })
        return { finish }
      })
    return printer
  })
