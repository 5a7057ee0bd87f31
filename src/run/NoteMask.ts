/**
 * The mask over what people write about a run from outside it: the note of a decision, of a cancel.
 *
 * Owns finding out what is secret. Must not ask for it. The surprise: values of secrets are stored
 * nowhere, so it knows those alone that the environment gives to whoever calls.
 */
import { Effect } from "effect"
import { type RunRef, RunStore } from "../checkpoint/RunStore.ts"
import { Environment } from "../manifest/Environment.ts"
import { makeMask } from "./Mask.ts"

/** A note with the secrets of its run masked, as far as the environment has them. */
export const maskNote = Effect.fn("NoteMask.maskNote")(function*(ref: RunRef, note: string | undefined) {
  if (note === undefined) return undefined
  const { variables } = yield* Environment
  const store = yield* RunStore
  const origin = yield* store.origin(ref)
  const secrets = Object.entries(origin?.secrets ?? {})
  const values = Object.fromEntries(
    secrets.flatMap(([name, { env }]) => {
      const value = env === undefined ? undefined : variables[env]
      return value === undefined ? [] : [[name, value]]
    })
  )
  return makeMask(Object.keys(values), values).text(note)
})
