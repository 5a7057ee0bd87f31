/**
 * The language of a batch, whole: what a manifest decodes to.
 *
 * Owns the top of the schema; the parts are in `Inputs`, `Failure`, `Steps` and `Targets`. It
 * must stay free of transformations: decoding only checks, so a manifest in memory is what the
 * user wrote, and one definition serves decoding, the JSON Schema and the reference page.
 */
import { Schema } from "effect"
import { FailurePolicy } from "./Failure.ts"
import { Inputs } from "./Inputs.ts"
import { Preflight } from "./Preflight.ts"
import { RateLimit } from "./RateLimit.ts"
import { Target } from "./Targets.ts"
import { BatchName, Text, wholeNumber } from "./Scalars.ts"
import { Env } from "./Work.ts"
import { Expected, Hint, Misplaced, optional, required } from "./Words.ts"

const width = wholeNumber(0, Number.MAX_SAFE_INTEGER, "a whole number, 0 or more")
const blockedCount = wholeNumber(0, Number.MAX_SAFE_INTEGER, "a whole number, 0 or more")
const blockedShare = Schema.String.pipe(Schema.pattern(/^(?:100|\d{1,2})%$/)).annotations({
  [Expected]: "a share from `0%` to `100%`",
  [Hint]: "for example `maxBlocked: 20%`"
})

export const RunSettings = Schema.Struct({
  autoAdvance: optional(Schema.Boolean, "Whether the run goes on when a target is blocked.", { default: false }),
  maxParallel: optional(width, "How many targets may be under way at once; 0: as many as there are processors.", {
    default: 1
  }),
  strict: optional(Schema.Boolean, "Whether any blocked or errored target makes the exit code 1.", {
    default: false
  }),
  maxBlocked: optional(
    Schema.Union(blockedCount, blockedShare).annotations({
      [Expected]: "a whole number or a share such as `20%`"
    }),
    "How many targets, or what share of them, may be blocked before the run halts.",
    { examples: [5, "20%"] }
  )
}).annotations({ identifier: "Run", description: "Defaults for the flags of the same names." })
export type RunSettings = typeof RunSettings.Type

const misplaced = {
  ...Object.fromEntries(Object.keys(RunSettings.fields).map((key) => [key, "put it under `run`"])),
  ...Object.fromEntries(Object.keys(FailurePolicy.fields).map((key) => [key, "put it under `failure`"])),
  ...Object.fromEntries(
    ["id", "forEach", "labels", "needs", "command", "shell", "steps"].map((key) => [key, "it belongs to a target"])
  )
}

export const Manifest = Schema.Struct({
  $schema: optional(Schema.String, "Where the JSON Schema of this language is, for editors."),
  name: required(BatchName, "What the batch is called.", { examples: ["nightly-e2e"] }),
  description: optional(Schema.String, "What the batch is for, in a sentence."),
  inputs: optional(Inputs, "What the batch can be given, by name.", {
    examples: [{ release: { type: "string", required: true } }]
  }),
  env: optional(Env, "Environment variables of every step; a target's and a step's go before these.", {
    examples: [{ CI: "1" }]
  }),
  workdir: optional(Text, "Where steps run, relative to the manifest's folder.", { default: "." }),
  run: optional(RunSettings, "Defaults for the flags of the same names."),
  failure: optional(FailurePolicy, "What happens when a step fails."),
  preflight: optional(
    Preflight,
    "Checks, made one after the other before any target starts, and again when the run is gone on with.",
    { examples: [[{ id: "api-up", run: "curl -fsS \"$API/health\"" }]] }
  ),
  rateLimit: optional(RateLimit, "How a rate limit shows itself, and what to do about it.", {
    examples: [{ exitCodes: [75], onLimit: "wait", maxWait: "2h" }]
  }),
  targets: required(
    Schema.NonEmptyArray(Target).annotations({ [Expected]: "a list of at least one target" }),
    "The units of work, in the order they start."
  ),
  outputs: optional(
    Schema.Record({ key: Text, value: Schema.String }).annotations({
      [Expected]: "a mapping of names to expressions"
    }),
    "Expressions evaluated when the run ends; part of the summary.",
    { examples: [{ released: "{{ targets.api.status == 'completed' }}" }] }
  )
}).annotations({
  [Misplaced]: misplaced,
  identifier: "Manifest",
  title: "pawl batch",
  description: "A batch of targets for pawl."
})
export type Manifest = typeof Manifest.Type
