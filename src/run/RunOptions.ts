/** What one invocation of `pawl run` asks for. Flags left out are absent; defaults come from the manifest's `run:`. */
import type { MaxBlocked } from "../plan/Plan.ts"
import type { PlanSource } from "../plan/PlanSource.ts"
import type { Load } from "./Brake.ts"
import type { Halt } from "./Scheduler.ts"

export interface SelectionOptions {
  /** Target ids in the order given. */
  readonly target: ReadonlyArray<string>
  /** Filters such as `tier=T1,T2`; all must hold. */
  readonly only: ReadonlyArray<string>
  readonly order: "manifest" | "longest-first"
  /** Target ids whose output is to be shown; they must be in the plan. */
  readonly tail?: ReadonlyArray<string>
}

export interface RunOptions extends PlanSource, SelectionOptions {
  readonly stateDir?: string
  readonly autoAdvance?: boolean
  readonly strict?: boolean
  /** Steps that may be started in this invocation. */
  readonly cap?: number
  /** 0: as many as there are processors. */
  readonly maxParallel?: number
  readonly maxBlocked?: MaxBlocked
  readonly halt?: Halt
  readonly load?: Load
  /** Bytes. */
  readonly memfree?: number
  /** Never sleeps for a rate limit or a retry that is more than a minute away. */
  readonly noWait?: boolean
  readonly fresh: boolean
  readonly retryErrors: boolean
  readonly retryBlocked: boolean
  readonly runId?: string
  readonly expectPlan?: string
  readonly allowChanges: boolean
}
