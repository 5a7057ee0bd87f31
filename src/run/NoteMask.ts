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

/** Who wrote, and what, with the secrets of the run masked, as far as the environment has them. */
export const maskNote = Effect.fn("NoteMask.maskNote")(function*(
  ref: RunRef,
  { by, note }: { readonly by: string; readonly note?: string | undefined }
) {
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
  const mask = makeMask(Object.keys(values), values)
  return { by: mask.text(by), note: note === undefined ? undefined : mask.text(note) }
})
