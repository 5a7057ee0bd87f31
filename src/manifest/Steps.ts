/**
 * The steps of a target, one schema for each kind; the key that gives a step its work tells the kinds apart.
 *
 * Owns how steps hold steps; the rest of each kind is in `StepFields.ts`. Must not read expressions: the
 * texts here are templates, looked at by `CheckTexts.ts`. The surprise: the types are written down beside
 * the schemas, since what holds itself can't be inferred from itself.
 */
import { Schema } from "effect"
import { deepest } from "../expression/Limits.ts"
import { kindsOf } from "./Kinds.ts"
import {
  commandFields,
  gateFields,
  ifFields,
  loopFields,
  mapFields,
  parallelFields,
  runFields,
  switchFields
} from "./StepFields.ts"
import { attemptPlaces, branchPlaces, gatePlaces, loopPlaces, mapPlaces, parallelPlaces } from "./StepPlaces.ts"
import { Expected, Hint, Misplaced, optional, required } from "./Words.ts"

type Of<Fields extends Schema.Struct.Fields> = Schema.Simplify<Schema.Struct.Type<Fields>>
/** At least one. */
export type Steps = readonly [Step, ...ReadonlyArray<Step>]

export type RunStep = Of<typeof runFields>
export type CommandStep = Of<typeof commandFields>
export type GateStep = Of<typeof gateFields>
export interface IfStep extends Of<typeof ifFields> {
  readonly then: Steps
  readonly else?: Steps
}
export interface SwitchStep extends Of<typeof switchFields> {
  readonly cases: Readonly<Record<string, Steps>>
  readonly default?: Steps
}
export interface MapStep extends Of<typeof mapFields> {
  readonly steps: Steps
}
export interface ParallelStep extends Of<typeof parallelFields> {
  readonly steps: Steps
}
export interface LoopStep extends Of<typeof loopFields> {
  readonly steps: Steps
}
export type Step = RunStep | CommandStep | GateStep | IfStep | SwitchStep | MapStep | ParallelStep | LoopStep

const steps: Schema.Schema<Steps> = Schema.NonEmptyArray(Schema.suspend((): Schema.Schema<Step> => Step)).annotations({
  [Expected]: "a list of at least one step",
  [Hint]: "for example `- { id: build, run: make }`"
})

const RunStep = Schema.Struct(runFields).annotations({
  [Misplaced]: attemptPlaces,
  identifier: "RunStep",
  title: "run",
  description: "A step that runs a shell script."
})
const CommandStep = Schema.Struct(commandFields).annotations({
  [Misplaced]: attemptPlaces,
  identifier: "CommandStep",
  title: "command",
  description: "A step that starts a program without a shell."
})
const GateStep = Schema.Struct(gateFields).annotations({
  [Misplaced]: gatePlaces,
  identifier: "GateStep",
  title: "gate",
  description: "A step at which a person or a rule decides."
})
const IfStep = Schema.Struct({
  ...ifFields,
  then: required(steps, "What is done where `if` is true."),
  else: optional(steps, "What is done where it is false.")
}).annotations({
  [Misplaced]: branchPlaces,
  identifier: "IfStep",
  title: "if",
  description: "A step that chooses between two branches."
})
const SwitchStep = Schema.Struct({
  ...switchFields,
  cases: required(
    Schema.Record({ key: Schema.String, value: steps }).annotations({
      [Expected]: "a mapping of texts to steps",
      [Hint]: "for example `cases: { full: [{ id: build, run: make }] }`"
    }).pipe(
      Schema.filter((cases) => Object.keys(cases).length > 0, {
        [Expected]: "a mapping with at least one case",
        jsonSchema: { minProperties: 1 }
      })
    ),
    "What is done for each text."
  ),
  default: optional(steps, "What is done where no case has that name.")
}).annotations({
  [Misplaced]: branchPlaces,
  identifier: "SwitchStep",
  title: "switch",
  description: "A step that chooses between many branches."
})
const MapStep = Schema.Struct({
  ...mapFields,
  steps: required(steps, "What is done for each item; `item` and `index` are in its expressions.")
}).annotations({
  [Misplaced]: mapPlaces,
  identifier: "MapStep",
  title: "map",
  description: "A step that does its steps for each item of a list."
})
const ParallelStep = Schema.Struct({
  ...parallelFields,
  steps: required(steps, "What is done side by side.")
}).annotations({
  [Misplaced]: parallelPlaces,
  identifier: "ParallelStep",
  title: "parallel",
  description: "A step that does its steps side by side."
})
const LoopStep = Schema.Struct({
  ...loopFields,
  steps: required(steps, "What is done in each iteration; `iteration`, from 0, is in its expressions.")
}).annotations({
  [Misplaced]: loopPlaces,
  identifier: "LoopStep",
  title: "loop",
  description: "A step that does its steps again and again."
})

export const Step: Schema.Schema<Step> = kindsOf({
  run: RunStep,
  command: CommandStep,
  gate: GateStep,
  if: IfStep,
  switch: SwitchStep,
  map: MapStep,
  parallel: ParallelStep,
  loop: LoopStep
}, {
  noun: "a step",
  beside: {
    gate: "a gate is a step of its own: put it before the other",
    if: "to do a step only where something is true, write it as `when`",
    map: "what is done for each item goes under `steps`",
    parallel: "what is done side by side goes under `steps`",
    loop: "what is done in each iteration goes under `steps`"
  },
  identifier: "Step",
  description: `One step of a target; steps may stand in each other up to ${deepest} deep.`,
  words: { [Expected]: "a step", [Hint]: "for example `{ id: build, run: make }`" }
})
