/** Rehearses a manifest that is written down in a test. */
import { Effect, Either } from "effect"
import { Environment } from "../../src/manifest/Environment.ts"
import { readManifest } from "../../src/manifest/ReadManifest.ts"
import { resolveInputs } from "../../src/manifest/ResolveInputs.ts"
import { expand } from "../../src/plan/Expand.ts"
import type { LoadedPlan } from "../../src/plan/LoadPlan.ts"
import { select } from "../../src/plan/Select.ts"
import { readScenario } from "../../src/simulate/ReadScenario.ts"
import { type Rehearsal, type RehearsalRequest, rehearse } from "../../src/simulate/Rehearse.ts"
import { scenarioScript } from "../../src/simulate/ScenarioScript.ts"

const sound = <A, E>(either: Either.Either<A, E>): A =>
  Either.getOrThrowWith(either, (error) => new Error(JSON.stringify(error)))

/** A plan from the text of a manifest that takes no items from files. */
export const loadedOf = (text: string): LoadedPlan => {
  const manifest = sound(readManifest({ file: "batch.yaml", text }))
  const { problems, values } = resolveInputs({ declared: manifest.inputs ?? {}, given: [], variables: {} })
  if (problems.length > 0) throw new Error(JSON.stringify(problems))
  const items = manifest.targets.map(({ forEach }) =>
    forEach !== undefined && "items" in forEach && Array.isArray(forEach.items) ? forEach.items : undefined
  )
  return { plan: sound(expand({ manifest, values, items })), values, manifestDir: "/m", file: "batch.yaml" }
}

export interface Rehearsing {
  readonly scenario?: string
  readonly seed?: number
  readonly script?: Partial<RehearsalRequest["script"]>
  readonly options?: Partial<RehearsalRequest["options"]>
  readonly resume?: Partial<RehearsalRequest["resume"]>
  readonly target?: ReadonlyArray<string>
  readonly only?: ReadonlyArray<string>
  readonly strict?: boolean
}

export const requestOf = (loaded: LoadedPlan, rehearsing: Rehearsing = {}): RehearsalRequest => {
  const { only = [], options, resume, scenario = "{}", script, seed = 0, strict = false, target = [] } = rehearsing
  const selection = sound(select(loaded.plan, { target, only, order: "manifest" }, new Map()))
  return {
    loaded,
    selection,
    options: { selectedBy: selection.by, autoAdvance: true, maxParallel: 1, ...options },
    strict,
    resume: { retryErrors: false, retryBlocked: false, allowChanges: false, ...resume },
    script: { ...scenarioScript(sound(readScenario({ file: "scenario.yaml", text: scenario }))).script, ...script },
    seed
  }
}

export const inEnvironment = Effect.provide(Environment.layerOf({ variables: { PATH: "/bin" }, cwd: "/" }))

/** A rehearsal that must come to its end. */
export const toItsEnd = (request: RehearsalRequest): Effect.Effect<Rehearsal> =>
  Effect.flatMap(
    Effect.orDie(inEnvironment(rehearse(request))),
    (end) =>
      "invocations" in end
        ? Effect.succeed(end)
        : Effect.dieMessage(`standstill at ${end.at}: ${JSON.stringify(end.journal, undefined, 1)}`)
  )

/** The rehearsal of a manifest from its text. */
export const rehearsed = (text: string, rehearsing: Rehearsing = {}): Effect.Effect<Rehearsal> =>
  Effect.suspend(() => toItsEnd(requestOf(loadedOf(text), rehearsing)))
