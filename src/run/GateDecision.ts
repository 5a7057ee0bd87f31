/**
 * From an open gate and an answer to the fact that it was decided.
 *
 * Pure. Owns what counts as a rejection: the option `reject`, which can always be chosen. The
 * surprise: an option that nobody offered decides nothing, whoever sends it.
 */
import { Either } from "effect"
import type { GateAnswer } from "./Gates.ts"
import type { RunFact } from "./RunEvent.ts"
import type { OpenGate } from "./StepState.ts"

export const REJECT = "reject"

export type GateDecided = Extract<RunFact, { readonly type: "GateDecided" }>

/** The options a person can choose from. */
export const optionsOf = ({ options }: Pick<OpenGate, "options">): ReadonlyArray<string> =>
  options.includes(REJECT) ? options : [...options, REJECT]

/** The fact that an answer decides a gate; on the left why it does not. */
export const decideFact = (
  target: string,
  path: string,
  gate: OpenGate,
  { by, decidedAt, note, option }: GateAnswer
): Either.Either<GateDecided, string> =>
  optionsOf(gate).includes(option)
    ? Either.right({
      type: "GateDecided",
      target,
      path,
      option,
      outcome: option === REJECT ? "rejected" : "approved",
      onReject: gate.onReject,
      by,
      ...(note === undefined ? {} : { note }),
      ...(decidedAt === undefined ? {} : { decidedAt }),
      opened: gate.opened
    })
    : Either.left(`${option} is not one of ${optionsOf(gate).join(", ")}`)
