/**
 * `pawl resume`: from a stored run to its halt, without its manifest.
 *
 * Owns where the plan, the inputs and the folder of the manifest come from instead. Must not
 * print. The surprise: the plan is read under the lock, since another process may have gone on
 * with a changed manifest until then.
 */
import { FileSystem } from "@effect/platform"
import { Effect } from "effect"
import { type RunRef, RunStore } from "../checkpoint/RunStore.ts"
import { Environment } from "../manifest/Environment.ts"
import { type ManifestError, manifestError } from "../manifest/ManifestError.ts"
import { inputError, inputsFile } from "../plan/LoadPlan.ts"
import { isOpen } from "../plan/OpenPlan.ts"
import type { Plan } from "../plan/Plan.ts"
import { PlanError } from "../plan/PlanError.ts"
import { visibleSecrets } from "../plan/VisibleSecrets.ts"
import { type Manner, runLoaded } from "./RunLoaded.ts"
import type { SelectionOptions } from "./RunOptions.ts"
import { folderOf, type RunOrigin } from "./RunOrigin.ts"
import { expectPlan, selectTargets } from "./SelectTargets.ts"
import { storedInputs } from "./StoredInputs.ts"

export interface ResumeOptions extends SelectionOptions, Omit<Manner, "allowChanges"> {
  /** Absolute. */
  readonly stateDir: string
  readonly ref: RunRef
  /** `k=v`, in the order given. */
  readonly input: ReadonlyArray<string>
  /** A JSON or YAML file of inputs; `-` is standard input. */
  readonly inputs?: string
  readonly expectPlan?: string
}

/** A script must not take what was read of a list for all of it. */
const notWhole = ({ runId }: RunRef): ManifestError =>
  manifestError(
    `run ${runId}`,
    "its list was not read to its end, and only what was read of it could be done",
    "the rest needs the same `pawl each` and the list again"
  )

const withManifest = "go on with `pawl run` and the manifest"

const folder = Effect.fn("ResumeBatch.folder")(
  function*(stateDir: string, runId: string, origin: RunOrigin | undefined) {
    const files = yield* FileSystem.FileSystem
    const path = folderOf(stateDir, origin)
    if (path === undefined) {
      return yield* new PlanError({
        message: `where the manifest of run ${runId} was is not known, and its steps run from there`,
        hint: withManifest,
        details: []
      })
    }
    if (yield* Effect.orElseSucceed(files.exists(path), () => false)) return path
    return yield* new PlanError({
      message: `the folder of the manifest of run ${runId}, from which its steps run, is not there: ${path}`,
      hint: `put it back, or ${withManifest}`,
      details: []
    })
  }
)

/** The values of a run's inputs: the stored ones, and the secret ones that this call gives. */
const valuesOf = Effect.fn("ResumeBatch.valuesOf")(function*(
  plan: Plan,
  origin: RunOrigin | undefined,
  { input, inputs, ref }: Pick<ResumeOptions, "input" | "inputs" | "ref">
) {
  const { variables } = yield* Environment
  const file = inputs === undefined ? undefined : yield* inputsFile(inputs, plan.secrets.length > 0)
  const secrets = origin?.secrets ?? {}
  const unknown = plan.secrets.filter((name) => secrets[name] === undefined)
  if (unknown.length > 0) {
    return yield* new PlanError({
      message: `what the secret inputs of run ${ref.runId} are is not known: ${unknown.join(", ")}`,
      hint: withManifest,
      details: []
    })
  }
  const { problems, values } = storedInputs({
    stored: plan.inputs,
    secrets,
    given: input,
    variables,
    ...(file === undefined ? {} : { file: file.value })
  })
  const error = inputError(problems, undefined, file?.source)
  return error === undefined ? values : yield* error
})

/** Goes on with a stored run, whichever of its batch; gives how that ended. */
export const resumeBatch = Effect.fn("ResumeBatch.resumeBatch")(function*(options: ResumeOptions) {
  const { ref, stateDir } = options
  const store = yield* RunStore
  return yield* Effect.scoped(Effect.gen(function*() {
    const opened = yield* store.open(stateDir, ref.batch)
    if (opened.lost !== undefined) return yield* opened.lost
    const { plan } = yield* store.read(ref)
    yield* expectPlan(plan, options.expectPlan)
    const origin = yield* opened.origin(ref)
    const values = yield* valuesOf(plan, origin, options)
    const selected = yield* selectTargets(stateDir, plan, options)
    const selection = { ...selected, notes: [...visibleSecrets(plan.secrets, options.input), ...selected.notes] }
    const manifestDir = yield* folder(stateDir, ref.runId, origin)
    const { current } = opened
    const outcome = yield* runLoaded({
      ref,
      created: false,
      notes: current === undefined || current.runId === ref.runId
        ? []
        : [`run ${ref.runId} was set aside; \`pawl run\` goes on with run ${current.runId}`],
      loaded: { plan, values, manifestDir, file: "" },
      selection,
      manner: { ...options, allowChanges: false },
      opened
    })
    return isOpen(plan) ? { ...outcome, refused: notWhole(ref) } : outcome
  }))
})
