/**
 * The inputs of a run that goes on from its stored plan.
 *
 * Owns which of them may be given again: secret ones, whose values are never stored. Pure. The
 * surprise: others may be given too, if they say what the plan says, so that a run can be gone on
 * with by the same file of inputs that it was started with.
 */
import { Record } from "effect"
import { canonicalJson, type Value, type ValueObject } from "../expression/Value.ts"
import type { Input, InputType } from "../manifest/Inputs.ts"
import { type InputProblem, resolveInputs } from "../manifest/ResolveInputs.ts"
import type { SecretInput } from "./RunOrigin.ts"

export interface StoredInputs {
  /** Those of the plan. */
  readonly stored: ValueObject
  /** By name. */
  readonly secrets: Readonly<Record<string, SecretInput>>
  /** `k=v` each. */
  readonly given: ReadonlyArray<string>
  /** What the file of `--inputs` holds. */
  readonly file?: ValueObject
  /** Environment variables. */
  readonly variables: Readonly<Record<string, string>>
}

const typeOf = (value: Value): InputType => {
  switch (typeof value) {
    case "string":
      return "string"
    case "boolean":
      return "boolean"
    case "object":
      return Array.isArray(value) ? "array" : "object"
    default:
      return "number"
  }
}

const secretInput = ({ env, type }: SecretInput): Input => ({
  type,
  secret: true,
  ...(env === undefined ? {} : { env })
})

const other = (name: string, stored: Value, given: Value, origin: InputProblem["origin"]): InputProblem => ({
  origin,
  name,
  message: `input \`${name}\` is ${canonicalJson(stored)} in the stored plan, not ${canonicalJson(given)}`,
  hint: "leave it out; `pawl run` with the manifest goes on with changed inputs"
})

const missing = (name: string, { env }: SecretInput): InputProblem => ({
  origin: "given",
  name,
  message: `input \`${name}\` is secret, so that its value is not stored, and nothing gives it now`,
  hint: `give it with \`--input ${name}=…\`, in a file with \`--inputs\`${
    env === undefined ? "" : ` or in the environment variable \`${env}\``
  }`
})

/** The values of all inputs, and what is wrong with what was given. */
export const storedInputs = ({ file, given, secrets, stored, variables }: StoredInputs) => {
  const { problems, values } = resolveInputs({
    declared: {
      ...Record.map(stored, (value): Input => ({ type: typeOf(value) })),
      ...Record.map(secrets, secretInput)
    },
    given,
    variables,
    ...(file === undefined ? {} : { file })
  })
  const changed = Object.entries(stored).flatMap(([name, value]) => {
    const now = values[name]
    if (now === undefined || canonicalJson(now) === canonicalJson(value)) return []
    return [other(name, value, now, given.some((text) => text.startsWith(`${name}=`)) ? "given" : "file")]
  })
  const wrong = new Set(problems.map(({ name }) => name))
  const absent = Object.entries(secrets).flatMap(([name, secret]) =>
    secret.given && values[name] === undefined && !wrong.has(name) ? [missing(name, secret)] : []
  )
  return {
    values: { ...stored, ...values },
    // There is no manifest to look at.
    problems: [
      ...problems.map((problem) => problem.origin === "manifest" ? { ...problem, origin: "given" as const } : problem),
      ...changed,
      ...absent
    ]
  }
}
