/** The commands that look into runs and put them away, as data. */
import { type CommandData, run } from "./CommandData.ts"
import { cleaning, common, reading, watching } from "./Flags.ts"

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
