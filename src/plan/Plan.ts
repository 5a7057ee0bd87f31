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

interface StepBase {
  readonly id: string
  readonly name?: string
  /** The text of a condition, `{{ … }}`; absent means always. */
  readonly when?: string
  readonly continueOnError: boolean
  /** Of a composite step, for everything within it. */
  readonly env?: Readonly<Record<string, string>>
  readonly workdir?: string
}

/** What is done by attempts: everything inherited is here already. */
interface AttemptBase extends StepBase {
  /** Of one attempt, milliseconds; absent means none. */
  readonly timeoutMs?: number
  readonly outputs: "text" | "json"
  readonly retries: RetryPolicyData
  /** Present where an attempt that was in flight must not be made again without a person. */
  readonly idempotent?: false
}

export interface RunStep extends AttemptBase {
  readonly kind: "run"
  readonly run: string
  /** The words before the script, which is handed over with `-c`. */
  readonly shell: ReadonlyArray<string>
}

export interface CommandStep extends AttemptBase {
  readonly kind: "command"
  readonly command: ReadonlyArray<string>
}

export type OnReject = "abort" | "skip" | "retry"

/** A person decides. */
export interface ApprovalGate {
  readonly type: "approval"
  /** A template. */
  readonly message: string
  /** At least one that is not `reject`; `reject` is the one that rejects. */
  readonly options: ReadonlyArray<string>
  readonly onReject: OnReject
  /** A template: the path of a file to show. */
  readonly show?: string
}

/** A rule decides: an expression that is true, or a check that exits 0. */
export type PolicyGate =
  | { readonly type: "policy"; readonly policy: string; readonly onReject: OnReject }
  | {
    readonly type: "check"
    readonly run: string
    readonly shell: ReadonlyArray<string>
    readonly timeoutMs?: number
    readonly onReject: OnReject
  }

export interface GateStep extends StepBase {
  readonly kind: "gate"
  readonly gate: ApprovalGate | PolicyGate
}

export interface IfStep extends StepBase {
  readonly kind: "if"
  readonly if: string
  readonly then: ReadonlyArray<PlanStep>
  /** Empty where there is none. */
  readonly else: ReadonlyArray<PlanStep>
}

export interface SwitchStep extends StepBase {
  readonly kind: "switch"
  readonly switch: string
  readonly cases: Readonly<Record<string, ReadonlyArray<PlanStep>>>
  /** Empty where there is none. */
  readonly default: ReadonlyArray<PlanStep>
}

export interface MapStep extends StepBase {
  readonly kind: "map"
  /** The text of one lone `{{ … }}`, or the list itself, in whose texts expressions may stand. */
  readonly over: string | ReadonlyArray<Value>
  readonly maxParallel: number
  readonly steps: ReadonlyArray<PlanStep>
}

export interface ParallelStep extends StepBase {
  readonly kind: "parallel"
  /** Absent: all at once. */
  readonly maxParallel?: number
  readonly steps: ReadonlyArray<PlanStep>
}

export interface LoopStep extends StepBase {
  readonly kind: "loop"
  /** Looked at before each iteration; the loop goes on while it is true. */
  readonly while?: string
  /** Looked at after each iteration; the loop ends once it is true. One of the two is there. */
  readonly until?: string
  readonly maxIterations: number
  /** From the end of one iteration to the start of the next, milliseconds. */
  readonly everyMs?: number
  readonly steps: ReadonlyArray<PlanStep>
}

export type AttemptStep = RunStep | CommandStep
export type CompositeStep = IfStep | SwitchStep | MapStep | ParallelStep | LoopStep
export type PlanStep = AttemptStep | GateStep | CompositeStep

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

/** What is a rate limit, and what to do about it; the same for every target. */
export interface RateLimitPolicy {
  /** Empty where none is named. */
  readonly exitCodes: ReadonlyArray<number>
  /** A regular expression of RE2. */
  readonly stderr?: string
  readonly onLimit: "wait" | "halt"
  readonly maxWaitMs: number
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
  /** An open one is of a list that was not read to its end, or not yet: more targets stand beside it. */
  readonly schema: "pawl.plan/v1" | "pawl.open-plan/v1"
  readonly batch: string
  readonly description?: string
  /** `sha256:` and 64 hex digits, over everything below but `run`, and over the values of secret inputs. */
  readonly hash: string
  /** The same without those values; only there where some have one. It tells whether a stored plan was changed. */
  readonly contentHash?: string
  /** Values of the inputs that are not secret. */
  readonly inputs: ValueObject
  /** Names of the secret inputs; their values are never part of a plan. */
  readonly secrets: ReadonlyArray<string>
  readonly run: RunDefaults
  readonly rateLimit?: RateLimitPolicy
  /** Its steps are attempts, done before any target starts. Not part of what a target does, so of no target's hash. */
  readonly preflight?: PlanTemplate
  readonly templates: ReadonlyArray<PlanTemplate>
  readonly targets: ReadonlyArray<PlanTarget>
  /** Expressions evaluated when the run ends, by name. */
  readonly outputs: Readonly<Record<string, string>>
}
