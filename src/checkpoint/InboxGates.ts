/**
 * The gates of a run that nobody can be asked about (`layerInboxGates`): only its inbox decides.
 *
 * Who has a terminal puts a person beside it, see `cli/LiveGates.ts`.
 */
import { Effect, Layer, Option } from "effect"
import { Gates } from "../run/Gates.ts"
import { RunInbox } from "./Inbox.ts"

export const layerInboxGates: Layer.Layer<Gates, never, RunInbox> = Layer.effect(
  Gates,
  Effect.map(RunInbox, ({ changed, read }) => ({
    canAsk: false,
    ask: () => Effect.succeed(Option.none()),
    inbox: read,
    changed
  }))
)
