/** Somebody who decides about gates, on whatever clock there is. */
import { Effect, Layer, Option } from "effect"
import { type GateAnswer, type GateQuestion, Gates, type LeftCancel, type LeftDecision } from "../../src/run/Gates.ts"

export interface Deciding {
  /** The person at the terminal; left out, there is none. Undefined is the end of input. */
  readonly asked?: (question: GateQuestion) => (Partial<GateAnswer> & { readonly afterMs?: number }) | undefined
  /** What lies in the inbox; looked at anew each time. */
  readonly left?: () => ReadonlyArray<LeftDecision>
  /** Requests to stop that lie there, looked at anew each time. */
  readonly cancels?: () => ReadonlyArray<LeftCancel>
  /** How often the inbox is looked at, milliseconds; never by itself where it is left out. */
  readonly everyMs?: number
}

export const layerDeciding = ({ asked, cancels, everyMs, left }: Deciding): Layer.Layer<Gates> =>
  Layer.succeed(Gates, {
    canAsk: asked !== undefined,
    ask: (question) =>
      Effect.gen(function*() {
        const answer = asked?.(question)
        if (answer === undefined) return Option.none()
        if (answer.afterMs !== undefined) yield* Effect.sleep(answer.afterMs)
        return Option.some({ option: "approve", by: "ann", ...answer })
      }),
    inbox: () => Effect.sync(() => ({ decisions: left?.() ?? [], cancels: cancels?.() ?? [], unreadable: [] })),
    changed: () => everyMs === undefined ? Effect.never : Effect.sleep(everyMs)
  })
