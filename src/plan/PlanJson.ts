/**
 * `plan.json` to a plan and back.
 *
 * Owns the door through which a stored plan comes in. Must not read files. The surprise: the
 * parts that are few are decoded with Schema, the targets by hand: there may be a hundred
 * thousand, each is small and flat, and a resume should not wait for them.
 */
import { Either, ParseResult, Schema } from "effect"
import { parseStored, stringifyJson } from "../expression/Value.ts"
import { AnyValue, isValue } from "../manifest/Inputs.ts"
import { isIntact } from "./Hash.ts"
import type { Plan, PlanTarget } from "./Plan.ts"
import { AttemptStepJson, PlanStepJson } from "./PlanStepJson.ts"

const exact = { exact: true } as const
const Texts = Schema.Record({ key: Schema.String, value: Schema.String })

const isRecord = (data: unknown): data is { readonly [key: string]: unknown } =>
  typeof data === "object" && data !== null && !Array.isArray(data)

const isText = (data: unknown): data is string => typeof data === "string"

/** Whether data is a target of a plan. */
export const isTarget = (data: unknown): data is PlanTarget =>
  isRecord(data)
  && isText(data["id"])
  && Number.isInteger(data["template"])
  && isText(data["hash"])
  && Array.isArray(data["needs"]) && data["needs"].every(isText)
  && isRecord(data["labels"]) && Object.values(data["labels"]).every(isText)
  && (data["index"] === undefined || Number.isInteger(data["index"]))
  && (data["item"] === undefined || isValue(data["item"]))

const Target = Schema.declare(isTarget, { identifier: "PlanTarget" })

const templateOf = <A, I>(step: Schema.Schema<A, I>) =>
  Schema.Struct({
    steps: Schema.Array(step),
    env: Schema.Array(Texts),
    workdir: Schema.Array(Schema.String),
    breakerThreshold: Schema.Union(Schema.Int, Schema.Literal(false))
  })

const PlanFile = Schema.Struct({
  schema: Schema.Literal("pawl.plan/v1", "pawl.open-plan/v1"),
  batch: Schema.String,
  description: Schema.optionalWith(Schema.String, exact),
  hash: Schema.String,
  contentHash: Schema.optionalWith(Schema.String, exact),
  inputs: Schema.Record({ key: Schema.String, value: AnyValue }),
  secrets: Schema.Array(Schema.String),
  run: Schema.Struct({
    autoAdvance: Schema.optionalWith(Schema.Boolean, exact),
    maxParallel: Schema.optionalWith(Schema.Int, exact),
    strict: Schema.optionalWith(Schema.Boolean, exact),
    maxBlocked: Schema.optionalWith(
      Schema.Union(Schema.Struct({ count: Schema.Number }), Schema.Struct({ percent: Schema.Number })),
      exact
    )
  }),
  rateLimit: Schema.optionalWith(
    Schema.Struct({
      exitCodes: Schema.Array(Schema.Int),
      stderr: Schema.optionalWith(Schema.String, exact),
      onLimit: Schema.Literal("wait", "halt"),
      maxWaitMs: Schema.Number
    }),
    exact
  ),
  preflight: Schema.optionalWith(templateOf(AttemptStepJson), exact),
  templates: Schema.Array(templateOf(PlanStepJson)),
  targets: Schema.Array(Target),
  outputs: Texts
})

const decode = Schema.decodeUnknownEither(PlanFile)

/** Whether a number that a double can't hold may be in a text; the digests are full of long runs of digits. */
const longNumber = /[:,[\s]-?\d{16}/

const read = (text: string): Either.Either<unknown, string> => {
  try {
    const data: unknown = longNumber.test(text) ? parseStored(text) : JSON.parse(text)
    return Either.right(data)
  } catch (cause) {
    return Either.left(`it is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
}

const templatesExist = (plan: Plan): Either.Either<Plan, string> => {
  const stray = plan.targets.find((target) => target.template < 0 || target.template >= plan.templates.length)
  return stray === undefined ? Either.right(plan) : Either.left(`target \`${stray.id}\` has no template`)
}

const intact = (plan: Plan): Either.Either<Plan, string> =>
  isIntact(plan)
    ? Either.right(plan)
    : Either.left(`it was changed since it was written: it is not ${plan.hash} any more`)

const planOf = (data: unknown): Either.Either<Plan, string> =>
  Either.flatMap(
    Either.mapLeft(decode(data), (error) => {
      const [first] = ParseResult.ArrayFormatter.formatErrorSync(error)
      return first === undefined ? "it is no plan" : `\`${first.path.join(".")}\`: ${first.message.split("\n", 1)[0]}`
    }),
    (plan: Plan) => Either.flatMap(templatesExist(plan), intact)
  )

/** A plan from the text of a `plan.json`; on the left what is wrong with it, on one line. */
export const decodePlan = (text: string): Either.Either<Plan, string> => {
  try {
    return Either.flatMap(read(text), planOf)
  } catch (cause) {
    // Looking for it beforehand would cost every resume a walk through the text.
    if (cause instanceof RangeError) return Either.left("things stand deeper in each other than in any plan")
    throw cause
  }
}

/** The text of a `plan.json`: one line of JSON, integers with all their digits. */
export const encodePlan = (plan: Plan): string => stringifyJson(plan)
