/**
 * The exit codes of pawl: a public, documented type that scripts branch on.
 *
 * Owns every number and the mapping from errors to numbers. Must not decide how a run ends
 * (that is `Scheduler` and `report/Summary`). The surprise: the codes from 64 up are those of
 * BSD's `sysexits.h`, so that a supervisor that knows them needs no table of ours.
 */
import type { ManifestError } from "../manifest/ManifestError.ts"
import type { PlanError } from "../plan/PlanError.ts"
import type { GateError } from "./GateError.ts"
import type { RunHeldError, StateError } from "./StateError.ts"
import type { UsageError } from "./UsageError.ts"

export const ExitCode = {
  /** Every selected target completed, or at least one did and `--auto-advance` carried on past the rest. */
  Ok: 0,
  /** Halted on a blocked or errored target, or nothing completed and something is blocked, or too many are. */
  Stuck: 1,
  /** Rate-limited, waiting longer than allowed, or a check of the preflight failed: run again later. */
  ComeBackLater: 2,
  /** Resting at a gate: a person must decide. */
  DecisionNeeded: 3,
  /** Wrong flags or arguments. */
  Usage: 64,
  /** The manifest, the inputs, the plan or a decision are not acceptable. */
  NotAcceptable: 65,
  /** A defect in pawl. */
  Defect: 70,
  /** State could not be read or written. */
  State: 74,
  /** Another process holds this run. */
  Held: 75,
  /** Ended by SIGHUP, with its state saved. */
  Hangup: 129,
  /** Ended by SIGINT, with its state saved. */
  Interrupted: 130,
  /** Ended by SIGTERM, with its state saved. */
  Terminated: 143
} as const
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode]

/** Everything that can stop pawl before or beside a run's own outcome. */
export type PawlError = UsageError | ManifestError | PlanError | GateError | StateError | RunHeldError

const codes: { readonly [Tag in PawlError["_tag"]]: ExitCode } = {
  UsageError: ExitCode.Usage,
  ManifestError: ExitCode.NotAcceptable,
  PlanError: ExitCode.NotAcceptable,
  GateError: ExitCode.NotAcceptable,
  StateError: ExitCode.State,
  RunHeldError: ExitCode.Held
}

/** The code that a script sees for an error. */
export const exitCodeOf = (error: PawlError): ExitCode => codes[error._tag]
