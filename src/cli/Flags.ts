/**
 * The flags of pawl, each described once.
 *
 * Owns their names and words. Must not know what they do.
 */
import { choice, count, limit, load, onOff, onSwitch, optionalChoice, size, span, text, texts } from "./Flag.ts"

/** What every command understands. */
export const common = {
  format: choice({
    name: "format",
    choices: ["table", "json", "ndjson"],
    default: "table",
    description: "what to print on standard output"
  }),
  output: text({ name: "output", metavar: "FILE", description: "print into FILE, which appears only when complete" }),
  stateDir: text({
    name: "state-dir",
    metavar: "DIR",
    variable: "PAWL_STATE_DIR",
    description: "where runs are kept (default: .pawl beside the manifest, or here)"
  }),
  color: choice({
    name: "color",
    choices: ["auto", "always", "never"],
    default: "auto",
    description: "colour; auto is on a terminal where NO_COLOR is not set"
  }),
  logLevel: choice({
    name: "log-level",
    choices: ["none", "error", "warning", "info", "debug", "trace"],
    default: "warning",
    description: "what pawl says of its own work on standard error"
  }),
  quiet: onSwitch({ name: "quiet", alias: "q", description: "no progress and no notes" }),
  help: onSwitch({ name: "help", alias: "h", description: "show help and exit" })
}

/** What pawl understands without a command. */
export const root = {
  version: onSwitch({ name: "version", alias: "V", description: "print version and commit, and exit" }),
  completions: optionalChoice({
    name: "completions",
    choices: ["bash", "zsh", "fish"],
    description: "print a completion script and exit"
  })
}

/** What decides the plan. */
export const planning = {
  input: texts({ name: "input", metavar: "NAME=VALUE", description: "give an input" }, "pair"),
  inputs: text({
    name: "inputs",
    metavar: "FILE",
    description: "give inputs by a JSON or YAML file; - is standard input"
  })
}

/** What `pawl run` understands beside that. */
export const running = {
  target: texts({ name: "target", metavar: "ID", description: "only this target; order is kept" }),
  only: texts({
    name: "only",
    metavar: "EXPR",
    description: "only where this holds: tier=T1,T2, id=api-*, size!=large"
  }),
  autoAdvance: onOff({ name: "auto-advance", description: "go on to the next target when one is blocked" }),
  strict: onSwitch({ name: "strict", description: "exit code 1 if any target is blocked or errored" }),
  cap: count({ name: "cap", least: 0, description: "start at most N steps in this invocation" }),
  maxParallel: count({
    name: "max-parallel",
    alias: "j",
    least: 0,
    description: "targets at the same time; 0: as many as there are processors"
  }),
  maxBlocked: limit({ name: "max-blocked", description: "halt when more targets than this are blocked" }),
  halt: choice({
    name: "halt",
    choices: ["soon", "now"],
    default: "soon",
    description: "where stuck targets halt the run: let what runs end, or interrupt it"
  }),
  load: load({ name: "load", description: "start no further target while the load average is as high as this" }),
  memfree: size({ name: "memfree", description: "start no further target while less memory than this is free" }),
  order: choice({
    name: "order",
    choices: ["manifest", "longest-first"],
    default: "manifest",
    description: "which targets start first; longest by earlier runs"
  }),
  noWait: onSwitch({ name: "no-wait", description: "exit code 2 instead of a wait of more than a minute" }),
  grace: span({
    name: "grace",
    description: "how long steps that are told to end (SIGTERM) may take before they are killed (default: 10s)"
  }),
  progress: optionalChoice({
    name: "progress",
    choices: ["none", "plain", "live"],
    description: "how to show the run meanwhile; left out: live on a terminal, plain lines elsewhere"
  }),
  tail: texts({
    name: "tail",
    metavar: "TARGET",
    description: "show on standard error what this target prints, while it runs"
  }),
  fresh: onSwitch({ name: "fresh", description: "set the unfinished run aside and start anew" }),
  retryErrors: onSwitch({ name: "retry-errors", description: "try errored targets again" }),
  retryBlocked: onSwitch({ name: "retry-blocked", description: "try blocked targets again" }),
  runId: text({ name: "run-id", metavar: "ID", description: "the id of a new run, or the one to go on with" }),
  expectPlan: text({ name: "expect-plan", metavar: "HASH", description: "refuse any plan but this one" }),
  allowChanges: onSwitch({ name: "allow-changes", description: "run targets again that changed since they ended" }),
  dryRun: onSwitch({ name: "dry-run", description: "say what would happen, as `pawl simulate` does; nothing is run" })
}

/** What `pawl simulate` understands of that, and of its own. */
export const simulating = {
  target: running.target,
  only: running.only,
  autoAdvance: running.autoAdvance,
  strict: running.strict,
  cap: running.cap,
  maxParallel: running.maxParallel,
  maxBlocked: running.maxBlocked,
  halt: running.halt,
  noWait: running.noWait,
  order: running.order,
  scenario: text({
    name: "scenario",
    metavar: "FILE",
    description: "rehearse the run: how each attempt goes, when a person decides; - is standard input"
  }),
  chaos: onSwitch({ name: "chaos", description: "rehearse it with outcomes drawn at random" }),
  seed: count({ name: "seed", least: 0, description: "what chance begins with (default: 0)" })
}

/** What `pawl resume` understands of that: the plan is there already. */
export const resuming = {
  target: running.target,
  only: running.only,
  autoAdvance: running.autoAdvance,
  strict: running.strict,
  cap: running.cap,
  maxParallel: running.maxParallel,
  maxBlocked: running.maxBlocked,
  halt: running.halt,
  load: running.load,
  memfree: running.memfree,
  noWait: running.noWait,
  grace: running.grace,
  progress: running.progress,
  tail: running.tail,
  order: running.order,
  retryErrors: running.retryErrors,
  retryBlocked: running.retryBlocked,
  expectPlan: running.expectPlan
}

/** What `pawl approve` and `pawl reject` understand. */
export const deciding = {
  option: text({ name: "option", metavar: "NAME", description: "which of the gate's options" }),
  by: text({ name: "by", metavar: "NAME", description: "who decides (default: the user's name)" }),
  note: text({ name: "note", description: "why; kept with the decision" })
}

/** What `pawl cancel` understands. */
export const cancelling = {
  wait: onSwitch({ name: "wait", description: "return only once nothing works on the run any more" }),
  by: text({ name: "by", metavar: "NAME", description: "who cancels (default: the user's name)" }),
  note: text({ name: "note", description: "why; kept with the run" })
}

/** What `pawl logs` understands. */
export const reading = {
  stderr: onSwitch({ name: "stderr", description: "what went to standard error" }),
  attempt: count({ name: "attempt", least: 1, description: "of one attempt only" }),
  follow: onSwitch({ name: "follow", alias: "f", description: "go on printing while the run is live" })
}

/** What `pawl events` understands; its answer is data, so that NDJSON is its own form. */
export const watching = {
  follow: onSwitch({ name: "follow", alias: "f", description: "go on printing while the run is live" }),
  format: choice({
    name: "format",
    choices: ["table", "json", "ndjson"],
    default: "ndjson",
    description: "what to print on standard output"
  })
}

/** What `pawl cleanup` understands. */
export const cleaning = {
  keep: count({ name: "keep", least: 0, description: "keep the newest N runs of each batch (default: 1)" }),
  olderThan: span({ name: "older-than", description: "remove only runs that ended longer ago than this" }),
  dryRun: onSwitch({ name: "dry-run", description: "say what would be removed, and remove nothing" })
}
