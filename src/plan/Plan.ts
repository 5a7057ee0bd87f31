/**
 * A plan: what a manifest and its inputs come to, ready to be run, compared and hashed.
 *
 * Owns the shape of a plan in memory and in `plan.json` (`pawl.plan/v1`). Must not read files,
 * clocks or the environment. The surprise: a target does not carry its steps. Targets that
 * come from one `forEach` share one template, so a hundred thousand of them stay small.
 */
import type { Value, ValueObject } from "../expression/Value.ts"

/** Retry policy of a step after inheritance; times in seconds as the manifest has them. */
export interface RetryPolicyData {
  /** How often a step may be tried in all, at least 1. */
  readonly maxAttempts: number
  readonly backoffSeconds: number
  /** 1 is a constant delay; above 1 the delay grows by it after each attempt. */
  readonly factor: number
  readonly maxBackoffSeconds: number
  readonly jitter: boolean
  /** Which failures are worth another attempt; absent means any. */
  readonly on?: { readonly exitCodes?: ReadonlyArray<number>; readonly timeout?: boolean }
}

interface PlanStepBase {
  readonly id: string
  readonly name?: string
  /** The text of a condition, `{{ … }}`; absent means always. */
  readonly when?: string
  readonly continueOnError: boolean
  readonly env?: Readonly<Record<string, string>>
  readonly workdir?: string
  /** Of one attempt, milliseconds; absent means none. */
  readonly timeoutMs?: number
  readonly outputs: "text" | "json"
  readonly retries: RetryPolicyData
}

export interface RunStep extends PlanStepBase {
  readonly kind: "run"
  readonly run: string
  /** The words before the script, which is handed over with `-c`. */
  readonly shell: ReadonlyArray<string>
}

export interface CommandStep extends PlanStepBase {
  readonly kind: "command"
  readonly command: ReadonlyArray<string>
}

export type PlanStep = RunStep | CommandStep

/** What the targets of one entry under `targets:` have in common. Texts are templates, not yet rendered. */
export interface PlanTemplate {
  readonly steps: ReadonlyArray<PlanStep>
  /** Environment of the batch, then of the target: later ones win. */
  readonly env: ReadonlyArray<Readonly<Record<string, string>>>
  /** Relative to the manifest's folder unless absolute: the batch's, then the target's. */
  readonly workdir: ReadonlyArray<string>
  /** Consecutive exhausted steps that open the breaker; `false`: there is none. */
  readonly breakerThreshold: number | false
}

export interface PlanTarget {
  readonly id: string
  /** Index into `Plan.templates`. */
  readonly template: number
  /** What `item` and `index` mean in its expressions; absent for a listed target. */
  readonly item?: Value
  readonly index?: number
  readonly labels: Readonly<Record<string, string>>
  /** Ids of the targets that must be completed first, globs resolved, in plan order. */
  readonly needs: ReadonlyArray<string>
  /** Digest of everything that decides what this target does: 16 hex digits. */
  readonly hash: string
}

/** Defaults for the flags of the same name. Not part of the hash: they do not change what a target does. */
export interface RunDefaults {
  readonly autoAdvance?: boolean
  readonly maxParallel?: number
  readonly strict?: boolean
  readonly maxBlocked?: MaxBlocked
}

export type MaxBlocked = { readonly count: number } | { readonly percent: number }

export interface Plan {
  readonly schema: "pawl.plan/v1"
  readonly batch: string
  readonly description?: string
  /** `sha256:` and 64 hex digits, over everything below but `run`. */
  readonly hash: string
  /** Values of the inputs that are not secret. */
  readonly inputs: ValueObject
  /** Names of the secret inputs; their values are never part of a plan. */
  readonly secrets: ReadonlyArray<string>
  readonly run: RunDefaults
  readonly templates: ReadonlyArray<PlanTemplate>
  readonly targets: ReadonlyArray<PlanTarget>
  /** Expressions evaluated when the run ends, by name. */
  readonly outputs: Readonly<Record<string, string>>
}
