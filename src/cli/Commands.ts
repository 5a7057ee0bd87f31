/**
 * The commands of pawl as data: help, completions, the reference page and the reading of
 * arguments are all made from this.
 *
 * Owns their names, arguments, flags and words. Must not know what they do.
 */
import type { Flags } from "./Flag.ts"
import {
  cleaning,
  common,
  deciding,
  planning,
  reading,
  resuming,
  root,
  running,
  simulating,
  watching
} from "./Flags.ts"

export interface ArgumentData {
  /** As help shows it. */
  readonly name: string
  readonly required: boolean
  readonly description: string
  readonly choices?: ReadonlyArray<string>
  /** A shell completes file names for it. */
  readonly isFile?: boolean
}

export interface CommandData {
  readonly name: string
  /** One line. */
  readonly summary: string
  readonly arguments: ReadonlyArray<ArgumentData>
  /** Its own, then those that all have. */
  readonly flags: Flags
  /** Paragraphs under the usage. */
  readonly details: ReadonlyArray<string>
  readonly examples: ReadonlyArray<string>
}

const batch: ArgumentData = {
  name: "BATCH",
  required: true,
  description: "the manifest: a YAML or JSON file, or - for standard input",
  isFile: true
}

const run: ArgumentData = {
  name: "RUN",
  required: false,
  description: "a run id, the beginning of one, or a batch; the newest run if left out"
}

export const schemaNames = [
  "manifest",
  "summary",
  "event",
  "error",
  "status",
  "decision",
  "simulation",
  "scenario",
  "rehearsal",
  "runs",
  "logs",
  "events",
  "cleanup",
  "init",
  "version",
  "validation"
] as const

export const importKinds = ["spec-kit", "taskpack"] as const

export const runData = {
  name: "run",
  summary: "start a batch, or go on with its unfinished run",
  arguments: [batch],
  flags: { ...running, ...planning, ...common },
  details: [
    "Targets run in order. Whatever has succeeded is not run again, whatever ended pawl before.",
    "Exit codes: 0 done, 1 stuck, 2 come back later, 3 a person must decide, 64 wrong use, 65 manifest or plan not "
    + "acceptable, 70 a defect, 74 state not readable or writable, 75 another process holds the run."
  ],
  examples: [
    "pawl run batch.yaml --auto-advance",
    "pawl run batch.yaml --only tier=T1 --retry-blocked",
    "pawl run batch.yaml --format json --output summary.json"
  ]
} as const satisfies CommandData

export const resumeData = {
  name: "resume",
  summary: "go on with a run from its stored plan, without the manifest",
  arguments: [{
    ...run,
    description: "a run id, the beginning of one, or a batch; may be left out where there is one batch"
  }],
  flags: { ...resuming, ...planning, ...common },
  details: [
    "The plan, the items of its lists and its inputs are those that were stored. The values of secret inputs are never "
    + "stored: they come from their environment variables, --input or --inputs again.",
    "To go on with a changed manifest, use `pawl run`."
  ],
  examples: ["pawl resume", "pawl resume nightly-e2e --auto-advance --retry-blocked"]
} as const satisfies CommandData

const gate: ArgumentData = {
  name: "GATE",
  required: false,
  description: "TARGET/PATH, as `pawl status` shows it; may be left out where only one waits"
}

export const approveData = {
  name: "approve",
  summary: "decide a gate: its target goes on",
  arguments: [run, gate],
  flags: { ...deciding, ...common },
  details: [
    "Works whether the run is live or at rest. A live run goes on by itself; one at rest with `pawl resume`.",
    "Without --option the first option that is not `reject` is chosen. A gate is decided once: a second decision is "
    + "refused (65), and told who made the first."
  ],
  examples: ["pawl approve nightly-e2e api/ship", "pawl approve nightly-e2e api/ship --option green --note 'checked'"]
} as const satisfies CommandData

export const rejectData = {
  name: "reject",
  summary: "decide a gate: what its `onReject` says happens",
  arguments: [run, gate],
  flags: { ...deciding, ...common },
  details: ["Works whether the run is live or at rest. A gate with `onReject: retry` can be decided again afterwards."],
  examples: ["pawl reject nightly-e2e api/ship --note 'not on a Friday'"]
} as const satisfies CommandData

export const simulateData = {
  name: "simulate",
  summary: "show what would happen; with a scenario, rehearse the whole run",
  arguments: [batch],
  flags: { ...simulating, ...planning, ...common },
  details: [
    "Nothing is run and nothing is written. For each target each step: what it would do, whether it is skipped and why, "
    + "where a person must approve. The same manifest and inputs give the same bytes on any machine; earlier runs are "
    + "not looked at.",
    "With --scenario, --chaos or --seed the run itself is rehearsed, on a virtual clock and with scripted outcomes."
  ],
  examples: [
    "pawl simulate batch.yaml --input release=1.4",
    "pawl simulate batch.yaml --format json --output simulation.json",
    "pawl simulate batch.yaml --scenario bad-night.yaml"
  ]
} as const satisfies CommandData

export const validateData = {
  name: "validate",
  summary: "check a manifest and its inputs; every error at once",
  arguments: [batch],
  flags: { ...planning, ...common },
  details: ["Nothing is run and nothing is written."],
  examples: ["pawl validate batch.yaml --input release=1.4"]
} as const satisfies CommandData

export const planData = {
  name: "plan",
  summary: "print the plan and its hash",
  arguments: [batch],
  flags: { ...planning, ...common },
  details: ["The same manifest and inputs give the same plan. `pawl run --expect-plan HASH` refuses any other."],
  examples: ["pawl plan batch.yaml", "pawl plan batch.yaml --format json --output plan.json"]
} as const satisfies CommandData

export const statusData = {
  name: "status",
  summary: "show one run: what is stuck, why, and what to do next",
  arguments: [run],
  flags: common,
  details: ["The exit code is 0 whenever there is a run to show, however that run ended."],
  examples: ["pawl status", "pawl status nightly-e2e --format json"]
} as const satisfies CommandData

export const runsData = {
  name: "runs",
  summary: "list all runs, newest first",
  arguments: [],
  flags: common,
  details: [],
  examples: ["pawl runs --format ndjson"]
} as const satisfies CommandData

export const logsData = {
  name: "logs",
  summary: "print what steps printed",
  arguments: [
    { ...run, required: true, description: "a run id, the beginning of one, or a batch" },
    { name: "TARGET[/STEP]", required: false, description: "whose log; the logs there are if left out" }
  ],
  flags: { ...reading, ...common },
  details: [
    "The bytes are printed as they are. Each attempt begins with a line `--- pawl: attempt N, TIME ---`.",
    "An id may hold slashes. A word that could be a target as well as the step of another is the step."
  ],
  examples: ["pawl logs nightly-e2e", "pawl logs nightly-e2e api/build --stderr --attempt 2"]
} as const satisfies CommandData

export const eventsData = {
  name: "events",
  summary: "print the events of a run, one JSON object a line",
  arguments: [{ ...run, required: true, description: "a run id, the beginning of one, or a batch" }],
  flags: { ...common, ...watching },
  details: [
    "The events are those of the journal, without its checksums. `--format table` prints one line for people each, "
    + "`--format json` one document with all of them.",
    "A last line that a crash has torn is no event and is not printed; damage anywhere else is exit code 74."
  ],
  examples: ["pawl events nightly-e2e", "pawl events nightly-e2e --follow --format table"]
} as const satisfies CommandData

export const cleanupData = {
  name: "cleanup",
  summary: "remove runs that have ended",
  arguments: [],
  flags: { ...cleaning, ...common },
  details: [
    "Without --keep and --older-than: those that ended more than 30 days ago, but of each batch the newest run stays. "
    + "With --keep alone age does not matter. With both, a run must be old and not among the newest to be removed.",
    "Never removed: a run that is live, one that `pawl run` would go on with since it has pending or paused targets, "
    + "and one that can't be read. Once the newest run of a batch is removed (--keep 0), `pawl run` starts anew."
  ],
  examples: ["pawl cleanup --dry-run", "pawl cleanup --keep 10", "pawl cleanup --older-than 7d --keep 3"]
} as const satisfies CommandData

export const schemaData = {
  name: "schema",
  summary: "print the JSON Schema of a shape",
  arguments: [{ name: "NAME", required: true, description: schemaNames.join(", "), choices: schemaNames }],
  flags: common,
  details: [],
  examples: ["pawl schema manifest --output batch.schema.json"]
} as const satisfies CommandData

export const importData = {
  name: "import",
  summary: "write a manifest from a file of another tool",
  arguments: [
    { name: "KIND", required: true, description: "what the file is: spec-kit or taskpack", choices: importKinds },
    { name: "FILE", required: true, description: "the file, or - for standard input", isFile: true }
  ],
  flags: common,
  details: [
    "The manifest is printed, or written with `--output`. Where something means something else in pawl, a comment "
    + "says so; what can't be carried over is an error that names it, and nothing is written.",
    "KIND is `spec-kit` for a workflow of GitHub Spec Kit, `taskpack` for a Task Pack of StellaOps."
  ],
  examples: ["pawl import spec-kit workflow.yml --output batch.yaml", "pawl import taskpack pack.yaml"]
} as const satisfies CommandData

export const initData = {
  name: "init",
  summary: "write a commented manifest to start from",
  arguments: [{
    name: "FILE",
    required: false,
    description: "batch.yaml if left out; - prints it",
    isFile: true
  }],
  flags: common,
  details: ["A file that is there is never replaced."],
  examples: ["pawl init", "pawl init nightly.yaml"]
} as const satisfies CommandData

const names = [
  "run",
  "resume",
  "approve",
  "reject",
  "simulate",
  "validate",
  "plan",
  "status",
  "runs",
  "logs",
  "events",
  "cleanup",
  "schema",
  "init",
  "import",
  "help"
] as const

export const helpData = {
  name: "help",
  summary: "show help, of one command or of all",
  arguments: [{ name: "COMMAND", required: false, description: "a command", choices: names }],
  flags: common,
  details: [],
  examples: ["pawl help run"]
} as const satisfies CommandData

const all = [
  runData,
  resumeData,
  approveData,
  rejectData,
  simulateData,
  validateData,
  planData,
  statusData,
  runsData,
  logsData,
  eventsData,
  cleanupData,
  schemaData,
  initData,
  importData,
  helpData
] as const satisfies ReadonlyArray<CommandData>

export type CommandName = (typeof all)[number]["name"]

export type KnownCommand = CommandData & { readonly name: CommandName }

/** Every command, in the order help lists them. */
export const commands: ReadonlyArray<KnownCommand> = all

/** Flags that stand without a command. */
export const rootFlags: Flags = { ...root, ...common }
