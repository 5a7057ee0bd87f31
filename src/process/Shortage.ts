/**
 * What the system has no more of for now, so that an attempt waits before it starts: nothing that its target has done.
 *
 * Owns the codes, and the question whom to tell. Must not wait.
 */
import { Context } from "effect"
import type { ShortageCode } from "../run/HoldBack.ts"

const codes: ReadonlyArray<ShortageCode> = ["EMFILE", "ENFILE", "EAGAIN", "ENOMEM"]

/** The shortage that an error of the system, or its code, tells of. */
export const shortageOf = (cause: unknown): ShortageCode | undefined => {
  const code = cause instanceof Error && "code" in cause ? cause.code : cause
  // Two names of one number.
  return code === "EWOULDBLOCK" ? "EAGAIN" : codes.find((each) => each === code)
}

/** Who is told; whoever drives a run answers. */
export interface Told {
  /** An attempt begins to wait; undefined: none does any more. */
  readonly tell: (code: ShortageCode | undefined) => void
}

export class Shortage extends Context.Reference<Shortage>()("pawl/Shortage", {
  defaultValue: (): Told => ({ tell: () => {} })
}) {}
