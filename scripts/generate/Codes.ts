/**
 * What exit codes, halt reasons and events mean, beside what the code says of them.
 *
 * Owns the words that only a reader needs. The surprise: each table has a key for each member
 * of the type it is about, so that a new code without words does not compile.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { ExitCode } from "../../src/run/ExitCode.ts"
import type { FailureReason } from "../../src/run/EventShape.ts"
import type { HaltReason, RunEvent } from "../../src/run/RunEvent.ts"
import { code } from "./Markdown.ts"

type Rows = ReadonlyArray<ReadonlyArray<string>>

const whatToDo: { readonly [Name in keyof typeof ExitCode]: string } = {
  Ok: "Go on. With `--strict` any blocked or errored target makes it 1.",
  Stuck: "Look at `targets` of the summary.",
  ComeBackLater:
    "Run again after `retryAt`. After a failed check of the preflight that is null where no time is known: run again once "
    + "what `preflight` of the summary tells is mended.",
  DecisionNeeded: "`pawl approve` or `pawl reject`, then run again.",
  Usage: "Fix the call.",
  NotAcceptable:
    "Fix the file. A plan other than `--expect-plan` says, and changed targets on resume, end so too; so does a "
    + "decision about a gate that does not wait for it.",
  Defect: "Report it.",
  State: "Fix the disk, then run again: nothing durable was lost.",
  Held: "Wait, or look at the process that is named.",
  Hangup: "Run again to go on.",
  Interrupted: "Run again to go on.",
  Terminated: "Run again to go on."
}

const isName = (name: string): name is keyof typeof ExitCode => name in ExitCode

/** One row a code; its meaning is the comment that stands above it in the source. */
export const exitCodeRows = (): Rows => {
  const source = readFileSync(join(import.meta.dirname, "../../src/run/ExitCode.ts"), "utf8")
  const rows = [...source.matchAll(/\/\*\* (.+) \*\/\n {2}(\w+): (\d+)/g)].flatMap((
    [, meaning = "", name = "", number = ""]
  ) => isName(name) ? [[code(number), meaning, whatToDo[name]]] : [])
  if (rows.length === Object.keys(ExitCode).length) return rows
  throw new Error("scripts/generate/Codes.ts no longer reads the comments of src/run/ExitCode.ts")
}

const haltReasons: { readonly [Reason in HaltReason]: string } = {
  AllDoneOrBlocked: "Every target has ended, one way or another.",
  TargetCompleted: "The targets named by `--target` are through.",
  TargetBlocked: "A target was blocked or errored, and `--auto-advance` was not given.",
  CircuitBreakerTripped: "The same, where it was the target's breaker that opened.",
  FailureThresholdReached: "More targets are stuck than `--max-blocked` allows.",
  CapReached: "`--cap` steps were started, and there is more to do.",
  FilterExhausted: "The targets chosen by `--only` are through.",
  NoMatchingItems: "No target was chosen: `--only` matched none. The exit code is 0.",
  RateLimited: "A rate limit, or with `--no-wait` a wait of more than a minute: run again after `retryAt`.",
  AwaitingApproval: "Nothing is left but targets that rest at a gate; without `--auto-advance`, as soon as one does.",
  PreflightFailed:
    "A check of the `preflight` failed, so that no target was started. The exit code is 2; `retryAt` is null where it is not "
    + "known when to come back.",
  ShutdownRequested: "A signal asked pawl to stop.",
  CheckpointFailed: "The run's state could not be written."
}

export const haltReasonRows = (): Rows =>
  Object.entries(haltReasons).map(([reason, meaning]) => [code(reason), meaning])

const failureReasons: { readonly [Reason in FailureReason]: readonly [meaning: string, target: string] } = {
  "exit-code": ["It ended with an exit code other than 0.", "blocked"],
  signal: ["It was ended by a signal.", "blocked"],
  "timed-out": ["It did not end within its `timeout`.", "errored"],
  "could-not-start": ["Its program or its working directory is not there, or may not be used.", "errored"],
  "bad-output": ["It ended with 0, but its promised JSON, or its `$PAWL_OUTPUT` file, cannot be read.", "blocked"],
  "expression-failed": ["An expression could not be evaluated. Never retried: trying again cannot mend it.", "blocked"],
  "child-failed": ["Of a composite step: a step within it failed; `child` is the first that did.", "as its child"],
  "too-many-iterations": ["Of a loop: it came to its `maxIterations`.", "blocked"],
  "items-changed": ["Of a map that is gone on with: its list is not the one that it began with.", "blocked"],
  "rate-limited": ["A rate limit outlasted `rateLimit.maxWait`.", "errored"],
  "gate-rejected": ["Of a gate with `onReject: abort`: it was rejected.", "blocked"]
}

export const failureReasonRows = (): Rows =>
  Object.entries(failureReasons).map(([reason, [meaning, target]]) => [code(reason), meaning, target])

const events: { readonly [Type in RunEvent["type"]]: string } = {
  RunStarted: "The first event of a run: its id and its plan.",
  RunResumed: "Another invocation goes on with it; which targets begin again, which are retried.",
  PreflightStarted: "An attempt of a check of the preflight began, with its process id.",
  PreflightRetried:
    "An attempt of a check failed and another follows, not before `nextAttemptAt`; with `rate-limited` it does not count.",
  PreflightFinished: "A check is through, with its `outcome`: `passed`, `failed`, `continued` or `skipped`.",
  TargetStarted: "A target is taken up, or taken up again.",
  StepStarted: "An attempt began, with its process id.",
  AttemptRecovered:
    "An attempt ended after the pawl that started it was killed; it counts as it ended, and is not made again.",
  StepEntered:
    "A composite step began, with the branch or the items it goes by; or a step with `idempotent: false` is about to.",
  IterationEnded: "An iteration of a loop is through and another follows, not before `nextAttemptAt`.",
  GateOpened: "A person has to decide; `seq` is what a decision refers to.",
  GateDecided: "A gate was decided: which option, by whom.",
  AttemptFailed: "An attempt failed and another follows, not before `nextAttemptAt`.",
  RateLimited:
    "An attempt ran into a rate limit, which does not count as an attempt; nothing more starts before `until`.",
  StepSucceeded: "With the output that later steps may refer to.",
  StepFailed: "A step is exhausted and ends its branch or its target.",
  StepContinued: "A step is exhausted and its target goes on (`continueOnError`).",
  StepSkipped: "Its `when` is false, a gate before it was rejected, or it was interrupted.",
  BreakerOpened: "So many exhausted steps in a row end the target.",
  TargetCompleted: "All its steps are through.",
  TargetBlocked: "Its own work failed.",
  TargetErrored: "Its surroundings failed: a time-out, or a command that could not start.",
  TargetSkipped: "A target that it needs did not complete; `need` names it.",
  TargetPaused: "It rests at a gate.",
  RunHalted: "The invocation is over, with its halt reason."
}

export const eventRows = (): Rows => Object.entries(events).map(([type, meaning]) => [code(type), meaning])
