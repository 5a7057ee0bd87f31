/**
 * From what the user named to a plan: the use case that `run`, `validate`, `plan` and `simulate` share.
 *
 * Owns the reading of the manifest and the file of inputs, and the order of things: manifest,
 * inputs, items, plan. Must not start anything. The surprise: nothing is written, so a plan
 * that can't be made leaves no trace.
 */
import { Path } from "@effect/platform"
import { Array, Effect, Either } from "effect"
import type { Value, ValueObject } from "../expression/Value.ts"
import { diagnose } from "../manifest/Diagnose.ts"
import { Environment } from "../manifest/Environment.ts"
import type { Finding, Source } from "../manifest/Finding.ts"
import { resolveItems } from "../manifest/Items.ts"
import type { Manifest } from "../manifest/Manifest.ts"
import { type Diagnostic, ManifestError, manifestError } from "../manifest/ManifestError.ts"
import { readDocument, readManifestAndNames } from "../manifest/ReadManifest.ts"
import { type InputProblem, resolveInputs } from "../manifest/ResolveInputs.ts"
import { readSourceFile } from "../manifest/SourceFile.ts"
import { largestSource, sourceOf } from "../manifest/SourceText.ts"
import { Stdin } from "../manifest/Stdin.ts"
import { expand, knownOf } from "./Expand.ts"
import { defaults, inherit } from "./Failure.ts"
import type { Plan } from "./Plan.ts"
import type { PlanSource } from "./PlanSource.ts"

export interface LoadedPlan {
  readonly plan: Plan
  /** Of all inputs that have a value, the secret ones included. */
  readonly values: ValueObject
  /** Absolute: the manifest's folder, or the working directory where it came from standard input. */
  readonly manifestDir: string
  /** The manifest as the user named it. */
  readonly file: string
}

const stdin = "-"

const readSource = Effect.fn("LoadPlan.readSource")(function*(file: string, what: string) {
  const bytes = file === stdin ? yield* (yield* Stdin).read(largestSource) : yield* readSourceFile(file, what)
  return yield* sourceOf(file, bytes)
})

const isObject = (value: Value): value is ValueObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** The file of inputs, `-` for standard input, with its text. No line of it is shown where some inputs are secret. */
export const inputsFile = Effect.fn("LoadPlan.inputsFile")(function*(file: string, hasSecrets: boolean) {
  const read = yield* readSource(file, "the file of inputs")
  const source: Source = hasSecrets ? { ...read, secret: true } : read
  const value = yield* readDocument(source)
  return isObject(value) ? { source, value } : yield* diagnose(source, [{
    path: [],
    message: "a file of inputs must be a mapping of names to values",
    hint: "for example `{ \"release\": \"1.4\" }`"
  }])
})

const together = (errors: Array.NonEmptyReadonlyArray<ManifestError>): ManifestError => {
  const [first, ...rest] = errors
  return rest.length === 0 ? first : new ManifestError({
    diagnostics: Array.flatMap(errors, ({ diagnostics }) => diagnostics),
    total: errors.reduce((sum, { diagnostics, total }) => sum + (total ?? diagnostics.length), 0)
  })
}

const beside = (first: ManifestError | undefined, second: ManifestError): ManifestError =>
  first === undefined ? second : together([first, second])

/** Problems by what they are about, each with its place there: looking up many places at once is as quick as one. */
export const inputError = (
  problems: ReadonlyArray<InputProblem>,
  manifest: Source | undefined,
  file: Source | undefined
): ManifestError | undefined => {
  const from = (origin: InputProblem["origin"]) => problems.filter((problem) => problem.origin === origin)
  const given = from("given").map(({ hint, message }): Diagnostic => ({
    file: "--input",
    message,
    ...(hint === undefined ? {} : { hint })
  }))
  const placed = (source: Source | undefined, origin: "file" | "manifest") => {
    const findings = from(origin).map(({ name = "", origin: _, ...finding }): Finding => ({
      ...finding,
      path: origin === "manifest" ? ["inputs", name, "env"] : [name]
    }))
    return source !== undefined && Array.isNonEmptyReadonlyArray(findings) ? [diagnose(source, findings)] : []
  }
  const errors = [
    ...(Array.isNonEmptyReadonlyArray(given) ? [new ManifestError({ diagnostics: given })] : []),
    ...placed(file, "file"),
    ...placed(manifest, "manifest")
  ]
  return Array.isNonEmptyReadonlyArray(errors) ? together(errors) : undefined
}

interface Values {
  readonly values: ValueObject
  readonly unknown?: ManifestError
}

const valuesOf = Effect.fn("LoadPlan.valuesOf")(function*(source: Source, manifest: Manifest, request: PlanSource) {
  const { variables } = yield* Environment
  const hasSecrets = Object.values(manifest.inputs ?? {}).some(({ secret }) => secret === true)
  const file = request.inputs === undefined ? undefined : yield* inputsFile(request.inputs, hasSecrets)
  const { problems, values } = resolveInputs({
    declared: manifest.inputs ?? {},
    given: request.input,
    variables,
    ...(file === undefined ? {} : { file: file.value })
  })
  const error = inputError(problems, source, file?.source)
  if (error === undefined) return { values } satisfies Values
  // A name too many leaves every value as it is.
  return problems.every(({ at }) => at === "key") ? { values, unknown: error } satisfies Values : yield* error
})

/** Standard input can be read once, by one of three. */
const stdinReaders = (manifest: Manifest, request: PlanSource): ReadonlyArray<string> => [
  ...(request.manifest === stdin ? ["the manifest (`-`)"] : []),
  ...(request.inputs === stdin ? ["the inputs (`--inputs -`)"] : []),
  ...(manifest.targets.some((target) => target.forEach !== undefined && "stdin" in target.forEach)
    ? ["a `forEach: { stdin: true }`"]
    : [])
]

/** The manifest that a request names, checked, with its text. */
export const loadManifest = Effect.fn("LoadPlan.loadManifest")(function*(request: PlanSource) {
  if (request.manifest === stdin && request.inputs === stdin) {
    return yield* manifestError(
      stdin,
      "standard input can't be both the manifest and the inputs",
      "put one of them into a file"
    )
  }
  const source = yield* readSource(request.manifest, "the manifest")
  const { manifest, names } = yield* readManifestAndNames(source)
  const readers = stdinReaders(manifest, request)
  return readers.length < 2 ? { source, manifest, names } : yield* manifestError(
    request.manifest,
    `standard input is wanted by ${readers.join(" and by ")}`,
    "it can be read once: put one of them into a file"
  )
})

/**
 * Reads, checks and expands what a request names, and tells inputs that it names and nobody knows beside the
 * plan: for who has names of its own to look up in it and tells all that are unknown together.
 */
export const loadPlanAndNames = Effect.fn("LoadPlan.loadPlanAndNames")(function*(request: PlanSource) {
  const path = yield* Path.Path
  const { cwd } = yield* Environment
  const input = yield* Stdin
  const { manifest, names, source } = yield* loadManifest(request)
  const { unknown, values }: Values = yield* valuesOf(source, manifest, request)
  const manifestDir = request.manifest === stdin ? cwd : path.dirname(path.resolve(cwd, request.manifest))
  const items = yield* resolveItems({
    manifest,
    source,
    known: knownOf(manifest, values),
    folder: manifestDir,
    stdin: input.read(Number.MAX_SAFE_INTEGER)
  }).pipe(Effect.mapError((error) => beside(unknown, error)))
  const plan = expand({ manifest, names, values, items })
  if (Either.isLeft(plan)) return yield* beside(unknown, diagnose(source, plan.left))
  const loaded: LoadedPlan = { plan: plan.right, values, manifestDir, file: request.manifest }
  return { loaded, inputs: manifest.inputs ?? {}, failure: inherit(defaults, manifest.failure), unknown }
})

/** Reads, checks and expands what a request names. All that is wrong is told together, stage by stage. */
export const loadPlan = Effect.fn("LoadPlan.loadPlan")(function*(request: PlanSource) {
  const { loaded, unknown } = yield* loadPlanAndNames(request)
  return unknown === undefined ? loaded : yield* unknown
})
