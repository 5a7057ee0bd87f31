/**
 * From what the user named to a plan: the use case that `run`, `validate`, `plan` and `simulate` share.
 *
 * Owns the reading of the manifest and the file of inputs, and the order of things: manifest,
 * inputs, items, plan. Must not start anything. The surprise: nothing is written, so a plan
 * that can't be made leaves no trace.
 */
import { FileSystem, Path } from "@effect/platform"
import { Array, Effect, Either } from "effect"
import type { Value, ValueObject } from "../expression/Value.ts"
import { diagnose } from "../manifest/Diagnose.ts"
import { Environment } from "../manifest/Environment.ts"
import { reasonOf } from "../manifest/FileProblem.ts"
import type { Source } from "../manifest/Finding.ts"
import { resolveItems } from "../manifest/Items.ts"
import type { Manifest } from "../manifest/Manifest.ts"
import { type Diagnostic, ManifestError, manifestError } from "../manifest/ManifestError.ts"
import { readDocument, readManifest } from "../manifest/ReadManifest.ts"
import { type InputProblem, resolveInputs } from "../manifest/ResolveInputs.ts"
import { largestSource, sourceOf, tooBig } from "../manifest/SourceText.ts"
import { Stdin } from "../manifest/Stdin.ts"
import { expand, knownOf } from "./Expand.ts"
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

const readFile = Effect.fn("LoadPlan.readFile")(function*(file: string, what: string) {
  const fs = yield* FileSystem.FileSystem
  const { resolve } = yield* Path.Path
  const { cwd } = yield* Environment
  const full = resolve(cwd, file)
  const fail = Effect.mapError((error: Parameters<typeof reasonOf>[0]) => {
    const { hint, message } = reasonOf(error)
    return manifestError(
      file,
      `${what} ${message}`,
      hint ?? (message === "is not there" ? `looked for ${full}` : undefined)
    )
  })
  const { size, type } = yield* fs.stat(full).pipe(fail)
  if (type === "Directory") return yield* manifestError(file, `${what} is a directory`, "name a file in it")
  if (size > largestSource) return yield* tooBig(file, Number(size))
  return yield* fs.readFile(full).pipe(fail)
})

const readSource = Effect.fn("LoadPlan.readSource")(function*(file: string, what: string) {
  const bytes = file === stdin ? yield* (yield* Stdin).read(largestSource) : yield* readFile(file, what)
  return yield* sourceOf(file, bytes)
})

const isObject = (value: Value): value is ValueObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const inputsFile = Effect.fn("LoadPlan.inputsFile")(function*(file: string) {
  const source = yield* readSource(file, "the file of inputs")
  const value = yield* readDocument(source)
  return isObject(value) ? { source, value } : yield* new ManifestError({
    diagnostics: diagnose(source, [{
      path: [],
      message: "a file of inputs must be a mapping of names to values",
      hint: "for example `{ \"release\": \"1.4\" }`"
    }])
  })
})

const placed = (source: Source, { name = "", origin, ...finding }: InputProblem): ReadonlyArray<Diagnostic> =>
  diagnose(source, [{ ...finding, path: origin === "manifest" ? ["inputs", name, "env"] : [name] }])

const inputDiagnostics = (
  problems: Array.NonEmptyReadonlyArray<InputProblem>,
  manifest: Source,
  file: Source | undefined
): Array.NonEmptyReadonlyArray<Diagnostic> =>
  Array.flatMap(problems, (problem): Array.NonEmptyReadonlyArray<Diagnostic> => {
    const source = problem.origin === "manifest" ? manifest : problem.origin === "file" ? file : undefined
    const [first] = source === undefined || problem.name === undefined ? [] : placed(source, problem)
    return [
      first ?? {
        file: "--input",
        message: problem.message,
        ...(problem.hint === undefined ? {} : { hint: problem.hint })
      }
    ]
  })

const valuesOf = Effect.fn("LoadPlan.valuesOf")(function*(source: Source, manifest: Manifest, request: PlanSource) {
  const { variables } = yield* Environment
  const file = request.inputs === undefined ? undefined : yield* inputsFile(request.inputs)
  const values = resolveInputs({
    declared: manifest.inputs ?? {},
    given: request.input,
    variables,
    ...(file === undefined ? {} : { file: file.value })
  })
  return Either.isRight(values)
    ? values.right
    : yield* new ManifestError({ diagnostics: inputDiagnostics(values.left, source, file?.source) })
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
  const manifest = yield* readManifest(source)
  const readers = stdinReaders(manifest, request)
  return readers.length < 2 ? { source, manifest } : yield* manifestError(
    request.manifest,
    `standard input is wanted by ${readers.join(" and by ")}`,
    "it can be read once: put one of them into a file"
  )
})

/** Reads, checks and expands what a request names. All that is wrong is told together, stage by stage. */
export const loadPlan = Effect.fn("LoadPlan.loadPlan")(function*(request: PlanSource) {
  const path = yield* Path.Path
  const { cwd } = yield* Environment
  const input = yield* Stdin
  const { manifest, source } = yield* loadManifest(request)
  const values = yield* valuesOf(source, manifest, request)
  const manifestDir = request.manifest === stdin ? cwd : path.dirname(path.resolve(cwd, request.manifest))
  const items = yield* resolveItems({
    manifest,
    source,
    known: knownOf(manifest, values),
    folder: manifestDir,
    stdin: input.read(Number.MAX_SAFE_INTEGER)
  })
  const plan = expand({ manifest, values, items })
  if (Either.isLeft(plan)) return yield* new ManifestError({ diagnostics: diagnose(source, plan.left) })
  const loaded: LoadedPlan = { plan: plan.right, values, manifestDir, file: request.manifest }
  return loaded
})
