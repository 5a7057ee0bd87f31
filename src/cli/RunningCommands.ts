/** The commands that run a batch, decide for it or rehearse it, as data. */
import { type ArgumentData, batch, type CommandData, run } from "./CommandData.ts"
import { cancelling, common, deciding, planning, resuming, running, simulating } from "./Flags.ts"

export const runData = {
  name: "run",
  summary: "start a batch, or go on with its unfinished run",
  arguments: [batch],
  flags: { ...running, ...planning, ...common },
  details: [
    "Targets run in order. Whatever has succeeded is not run again, whatever ended pawl before.",
    "A first SIGINT, SIGTERM or SIGHUP ends the running steps (SIGTERM, then SIGKILL after --grace), saves the state and "
    + "exits with 130, 143 or 129; a second one kills the steps at once; a third one ends pawl, whatever it is doing.",
    "Exit codes: 0 done, with --auto-advance also where some targets are stuck and at least one completed (1 with "
    + "--strict); 1 stuck; 2 come back later: a rate limit, a wait too long for --no-wait, a failed preflight; 3 a person "
    + "must decide; 64 wrong use; 65 manifest or plan not acceptable; 70 a defect; 74 state not readable or writable; 75 "
    + "another process holds the run; 129, 130, 143 ended by SIGHUP, SIGINT, SIGTERM (or `pawl cancel`), state saved."
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

export const cancelData = {
  name: "cancel",
  summary: "ask a live run to stop, as SIGTERM would",
  arguments: [{
    ...run,
    description: "a run id, the beginning of one, or a batch; may be left out where one run is live"
  }],
  flags: { ...cancelling, ...common },
  details: [
    "For whoever may write in the state directory, from any shell or container. The request is left in the run's "
    + "inbox, and taken up within a second. The run starts nothing new, ends its steps (SIGTERM, then SIGKILL after its "
    + "--grace), saves its state and exits with 143. `pawl resume` goes on with it.",
    "`pawl cancel` itself exits with 0 once it has asked, after two seconds at most, and says whether the run has stopped "
    + "by then; with --wait only when nothing works on it any more. It exits with 64 where nothing works on the run.",
    "It is for the invocation that is live now: a later one is not stopped by it."
  ],
  examples: ["pawl cancel nightly-e2e --note 'the database is down'", "pawl cancel --wait"]
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
