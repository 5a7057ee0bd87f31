/**
 * What an expression can see while it is evaluated.
 *
 * Owns the shape alone; whoever evaluates fills it in. The surprise: what is absent here is
 * missing to an expression, not null: an unset `exit_code` is an error that `default` catches.
 */
import type { Value, ValueObject } from "./Value.ts"

/** What one item of a `map` came to. */
export type ItemRecord = {
  readonly status: "succeeded" | "failed" | "skipped"
  readonly steps: { readonly [id: string]: StepRecord }
}

/** A step that has ended, as `steps.<id>` shows it. A type, not an interface, so that it is a `Value`. */
export type StepRecord = {
  readonly status: "succeeded" | "failed" | "skipped"
  readonly attempts: number
  readonly error?: string
  readonly output: {
    /** Absent when the step has no exit code: it was skipped, timed out or could not be started. */
    readonly exit_code?: number
    /** The last 16 KiB of each stream; a composite step has none. */
    readonly stdout?: string
    readonly stderr?: string
    /** True where the log holds more than `stdout` or `stderr` do. */
    readonly truncated?: boolean
    /** With `outputs: json`. */
    readonly json?: Value
    /** What the step wrote to `$PAWL_OUTPUT`. */
    readonly values?: ValueObject
    /** Of a `map`, in the order of its items. */
    readonly items?: ReadonlyArray<ItemRecord>
    /** Of the other composite steps: what their children came to; of a `loop`, those of the last iteration. */
    readonly steps?: { readonly [id: string]: StepRecord }
    /** Of a `loop`: how many iterations there were. */
    readonly iterations?: number
    /** Of a gate: what was decided, by whom. */
    readonly option?: string
    readonly by?: string
    readonly note?: string
  }
}

export interface Scope {
  readonly inputs: ValueObject
  readonly env: Readonly<Record<string, string>>
  /** By step id, the nearest scope first. */
  readonly steps?: Readonly<Record<string, StepRecord>>
  /** By target id; only where a batch's outputs are evaluated. */
  readonly targets?: Readonly<Record<string, { readonly status: string }>>
  /** In `forEach` and `map`. */
  readonly item?: Value
  readonly index?: number
  /** In `loop`, from 0. */
  readonly iteration?: number
  readonly context?: {
    readonly run_id: string
    readonly batch: string
    readonly target: string
    /** From 1; absent outside an attempt. */
    readonly attempt?: number
    readonly run_dir: string
  }
}
