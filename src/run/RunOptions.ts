/** What one invocation of `pawl run` asks for. Flags left out are absent; defaults come from the manifest's `run:`. */
import type { MaxBlocked } from "../plan/Plan.ts"

/** Where a plan comes from: shared by `run`, `validate`, `plan` and `simulate`. */
export interface PlanSource {
  /** Path of the manifest as the user wrote it; `-` is standard input. */
  readonly manifest: string
  /** `k=v`, in the order given. */
  readonly input: ReadonlyArray<string>
  /** A JSON or YAML file of inputs; `-` is standard input. */
  readonly inputs?: string
}

export interface SelectionOptions {
  /** Target ids in the order given. */
  readonly target: ReadonlyArray<string>
  /** Filters such as `tier=T1,T2`; all must hold. */
  readonly only: ReadonlyArray<string>
  readonly order: "manifest" | "longest-first"
}

export interface RunOptions extends PlanSource, SelectionOptions {
  readonly stateDir?: string
  readonly autoAdvance?: boolean
  readonly strict?: boolean
  /** Steps that may be started in this invocation. */
  readonly cap?: number
  readonly maxParallel?: number
  readonly maxBlocked?: MaxBlocked
  readonly fresh: boolean
  readonly retryErrors: boolean
  readonly retryBlocked: boolean
  readonly runId?: string
  readonly expectPlan?: string
  readonly allowChanges: boolean
}
