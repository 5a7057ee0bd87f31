/**
 * What a target needs to run: its plan, its surroundings and the services, in one place.
 */
import type { Checkpoint } from "../checkpoint/Checkpoint.ts"
import type { Scope } from "../expression/Scope.ts"
import type { ProcessRunner } from "../process/ProcessRunner.ts"
import type { PlanTarget } from "../plan/Plan.ts"
import type { Breaker } from "./Breaker.ts"
import type { CompiledTemplate } from "./CompiledTemplate.ts"
import type { GateKeeper } from "./GateKeeper.ts"
import type { Leave } from "./Leave.ts"
import type { LookAhead } from "./LookAhead.ts"
import type { Mask } from "./Mask.ts"
import type { Place } from "./Place.ts"
import type { RateLimits } from "./RateLimit.ts"
import type { TargetState } from "./TargetState.ts"
import type { Turn } from "./Turn.ts"

/** The same for every target of an invocation. */
export interface RunContext {
  readonly checkpoint: Checkpoint["Type"]
  readonly runner: ProcessRunner["Type"]
  readonly keeper: GateKeeper
  readonly mask: Mask
  readonly limits: RateLimits
  readonly turn: Turn
  readonly runId: string
  /** From 1. */
  readonly invocation: number
  /** Absolute. */
  readonly runDir: string
  /** Absolute; relative working directories start here. */
  readonly manifestDir: string
  /** The environment that pawl itself was started with. */
  readonly variables: Readonly<Record<string, string>>
  /** The time of the run's clock, real or virtual, epoch milliseconds. */
  readonly now: () => number
  readonly leave: Leave
  readonly ahead: LookAhead
}

/** One target, before it starts. */
export interface TargetRequest extends RunContext {
  readonly target: PlanTarget
  readonly place: Place
  readonly template: CompiledTemplate
  /** What expressions see, before any step has run. */
  readonly scope: Scope
}

/** One target while it is under way. */
export interface TargetContext extends TargetRequest {
  /** Its state when it was taken up; what has happened since is in the hands of the walk. */
  readonly before: TargetState
  /** Made anew each time the target is taken up. */
  readonly breaker: Breaker
}
