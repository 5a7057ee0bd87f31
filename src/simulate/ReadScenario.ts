/**
 * Text to scenario, or everything that is wrong with it, each with its place.
 *
 * Owns what a schema can't say: keys that exclude each other, and rules that match nothing in the
 * plan. Must not run anything. The surprise: a rule is looked up in the plan before anything is
 * rehearsed, since a misspelt one would otherwise rehearse the sunny day.
 */
import { Array as Arr, Effect, Either, Schema } from "effect"
import { nearest } from "../expression/Nearest.ts"
import type { Value, ValueObject } from "../expression/Value.ts"
import { diagnose } from "../manifest/Diagnose.ts"
import type { Finding, Path, Source } from "../manifest/Finding.ts"
import { findingsOf } from "../manifest/Issues.ts"
import { type ManifestError, manifestError } from "../manifest/ManifestError.ts"
import { readDocument } from "../manifest/ReadManifest.ts"
import { readSourceFile } from "../manifest/SourceFile.ts"
import { largestSource, sourceOf } from "../manifest/SourceText.ts"
import { Stdin } from "../manifest/Stdin.ts"
import type { Plan } from "../plan/Plan.ts"
import { Scenario } from "./Scenario.ts"
import { makePlaces, type PlaceKind, type Places } from "./ScenarioPlaces.ts"

const decode = Schema.decodeUnknownEither(Scenario, { onExcessProperty: "error", errors: "all" })

const isMapping = (value: Value | undefined): value is ValueObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const itemsOf = (value: Value | undefined): ReadonlyArray<Value> => Array.isArray(value) ? value : []

/** Keys of which at most one is given. */
const exclusive = [
  ["exitCode", "signal", "hangs", "couldNotStart"],
  ["durationMs", "duration"],
  ["hangs", "durationMs"],
  ["hangs", "duration"],
  ["afterMs", "after"],
  ["resumeAfterMs", "resumeAfter"]
] as const

const together = (value: Value | undefined, path: Path): ReadonlyArray<Finding> => {
  if (!isMapping(value)) return []
  return exclusive.flatMap((keys): ReadonlyArray<Finding> => {
    const [first, second] = keys.filter((key) => key in value)
    return first === undefined || second === undefined ? [] : [{
      path: [...path, second],
      at: "key",
      message: `either \`${first}\` or \`${second}\` can be given, not both`,
      hint: "take one of them out"
    }]
  })
}

const checkKeys = (scenario: ValueObject): ReadonlyArray<Finding> => [
  ...together(scenario["default"], ["default"]),
  ...together(scenario["signal"], ["signal"]),
  ...(["steps", "gates", "crash"] as const).flatMap((list) =>
    itemsOf(scenario[list]).flatMap((item, index) => together(item, [list, index]))
  )
]

/** A scenario from its text; on the left every error at once. */
export const readScenario = (source: Source): Either.Either<Scenario, ManifestError> =>
  Either.flatMap(readDocument(source), (value) => {
    if (!isMapping(value)) {
      return Either.left(diagnose(source, [{
        path: [],
        message: value === null ? "there is nothing in it but comments" : "a scenario must be a mapping",
        hint: "for example `steps: [{ match: api/build, exitCode: 2 }]`; `pawl schema scenario` has all of it"
      }]))
    }
    const decoded = decode(value)
    const found = [
      ...(Either.isLeft(decoded) ? findingsOf(decoded.left.issue) : []),
      ...checkKeys(value)
    ]
    if (Arr.isNonEmptyReadonlyArray(found)) return Either.left(diagnose(source, found))
    return Either.mapLeft(decoded, ({ issue }) => diagnose(source, [{ path: [], message: String(issue) }]))
  })

/** What is wrong with a rule that finds things, but none that it could be about. */
const misplaced = (match: string, found: ReadonlySet<PlaceKind>): Pick<Finding, "message" | "hint"> => {
  if (found.has("gate")) {
    return { message: `\`${match}\` is a gate, not a step with attempts`, hint: "put it under `gates`" }
  }
  if (found.has("attempt")) {
    return {
      message: `\`${match}\` waits for no person`,
      hint: "put it under `steps`; a gate, and a step with `idempotent: false`, may wait for one"
    }
  }
  return found.has("rule")
    ? { message: `\`${match}\` is decided by its expression alone`, hint: "take it out, and give other inputs" }
    : { message: `\`${match}\` is a step that holds steps`, hint: `name those, or all of them: \`${match}::*\`` }
}

const unmatched = (
  list: "steps" | "gates",
  index: number,
  match: string,
  places: Places
): ReadonlyArray<Finding> => {
  const path = [list, index, "match"]
  const found = places.kindsOf(match)
  if (found.has(list === "steps" ? "attempt" : "gate")) return []
  if (found.size > 0) return [{ path, ...misplaced(match, found) }]
  const near = nearest(match, places.names())
  const otherwise = match.includes("/")
    ? "`pawl plan BATCH` lists targets and steps"
    : "write target, slash, step, for example `api/build`"
  return [{
    path,
    message: `\`${match}\` matches no step of the plan`,
    hint: near === undefined ? otherwise : `did you mean \`${near}\`?`
  }]
}

/** That every rule of a scenario matches something in the plan; on the left all that do not. */
export const checkMatches = (source: Source, scenario: Scenario, plan: Plan): Either.Either<void, ManifestError> => {
  const places = makePlaces(plan)
  const found = (["steps", "gates"] as const).flatMap((list) =>
    (scenario[list] ?? []).flatMap(({ match }, index) => unmatched(list, index, match, places))
  )
  return Arr.isNonEmptyReadonlyArray(found) ? Either.left(diagnose(source, found)) : Either.void
}

/** The scenario that a file holds; `-` is standard input. */
export const loadScenario = Effect.fn("ReadScenario.loadScenario")(function*(file: string) {
  const bytes = file === "-" ? yield* (yield* Stdin).read(largestSource) : yield* readSourceFile(file, "the scenario")
  if (bytes.every((byte) => byte <= 32)) {
    return yield* manifestError(file, "the scenario is empty", "`pawl schema scenario` says what it may hold")
  }
  const source = yield* sourceOf(file, bytes)
  return { source, scenario: yield* readScenario(source) }
})
