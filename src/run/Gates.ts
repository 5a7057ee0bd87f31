/**
 * Where decisions about gates come from, as the engine sees it: a person at the terminal, and
 * what others left in the run's inbox; requests to stop it lie there too.
 *
 * Owns the shapes. Must not record anything: that a gate was decided is an event, and the engine's
 * to append. The surprise: a decision refers to the event that opened the gate (`opened`), so one
 * that comes twice, or late, can't be taken for an answer to another question.
 */
import { Context, Effect, Layer, Option } from "effect"

/** What a person is asked. */
export interface GateQuestion {
  readonly target: string
  readonly path: string
  readonly message: string
  readonly options: ReadonlyArray<string>
  /** A file to show, as an absolute path. */
  readonly show?: string
  /** Hides secrets in what is shown of it. */
  readonly mask?: (text: string) => string
}

export interface GateAnswer {
  readonly option: string
  readonly by: string
  readonly note?: string
  /** UTC, ISO-8601 with milliseconds; absent where it was made just now. */
  readonly decidedAt?: string
}

/** A decision that was dropped into the inbox of a run. */
export interface LeftDecision extends GateAnswer {
  readonly target: string
  readonly path: string
  /** `seq` of the `GateOpened` that it answers. */
  readonly opened: number
}

/** A request to stop that was dropped into the inbox of a run. */
export interface LeftCancel {
  /** The invocation that is to stop, and no other: the first one is 1. */
  readonly invocation: number
  readonly by: string
  readonly note?: string
  /** UTC, ISO-8601 with milliseconds. */
  readonly requestedAt: string
}

export interface Inbox {
  readonly decisions: ReadonlyArray<LeftDecision>
  readonly cancels: ReadonlyArray<LeftCancel>
  /** What lies there and can't be read, each worth one word on standard error. */
  readonly unreadable: ReadonlyArray<string>
}

const nothing: Inbox = { decisions: [], cancels: [], unreadable: [] }

export class Gates extends Context.Tag("pawl/Gates")<Gates, {
  /** Whether there is a person to ask. */
  readonly canAsk: boolean
  /** Asks a person, one question at a time. None: nobody answered, as at the end of input. */
  readonly ask: (question: GateQuestion) => Effect.Effect<Option.Option<GateAnswer>>
  /** Everything in the inbox of a run; what was taken up already may still be there. */
  readonly inbox: (runDir: string) => Effect.Effect<Inbox>
  /** Returns when there may be something new in it. */
  readonly changed: (runDir: string) => Effect.Effect<void>
}>() {
  /** Nobody ever decides. */
  static readonly layerNone: Layer.Layer<Gates> = Layer.succeed(Gates, {
    canAsk: false,
    ask: () => Effect.succeed(Option.none()),
    inbox: () => Effect.succeed(nothing),
    changed: () => Effect.never
  })
}
