/** The commands around a manifest, as data: checking, planning, writing one. */
import { batch, type CommandData } from "./CommandData.ts"
import { common, planning } from "./Flags.ts"

export const schemaNames = [
  "manifest",
  "summary",
  "event",
  "error",
  "status",
  "decision",
  "cancel",
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
