/**
 * Standard output and standard error, and files that are written as they are.
 *
 * Owns what happens where a reader is slow or gone. Must not know what is written. The
 * surprise: `write` only queues, since progress and events are written from the path of the
 * run itself; a reader that closed the pipe is no error, what is written after that is dropped.
 * Any other failure drops it too, and is asked for at the end.
 */
import { Context, type Effect, type Scope } from "effect"
import type { StateError } from "../run/StateError.ts"

export interface Sink {
  /** Queues; what is queued together is written together, in order. */
  readonly write: (chunk: string | Uint8Array) => void
  /** Returns when all that was queued is written or nobody can read it any more. */
  readonly drained: Effect.Effect<void>
  /** Never ends by itself but where a reader has read nothing for so long while something waits for it, which is then dropped. */
  readonly giveUp: (patienceMs: number) => Effect.Effect<void>
  /** Nothing more can be written: nobody reads it any more, or it failed. */
  readonly isClosed: () => boolean
  /** What ended the writing; that nobody reads it any more is no failure. */
  readonly failure: () => Error | undefined
  readonly isTerminal: boolean
  /** Of the terminal; 80 where that is not known. */
  readonly columns: () => number
  readonly rows: () => number
}

export interface NewFile {
  readonly sink: Sink
  /** Puts the file in its place, whole; without it the scope's end leaves no trace. */
  readonly commit: Effect.Effect<void, StateError>
}

export class Streams extends Context.Tag("pawl/Streams")<Streams, {
  readonly stdout: Sink
  readonly stderr: Sink
  /** A file that appears under its name only when it is complete; `shown` is how the user named it. */
  readonly create: (path: string, shown: string) => Effect.Effect<NewFile, StateError, Scope.Scope>
}>() {}
