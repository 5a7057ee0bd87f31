/**
 * What every step of a Task Pack is written with.
 *
 * Owns the few ways in which a field becomes a field of the manifest. Must not know kinds of steps.
 */
import type { Value, ValueObject } from "../expression/Value.ts"
import type { Path } from "../manifest/Finding.ts"
import { type Draft, note } from "./Draft.ts"
import { complainOf, countAt, type Fields } from "./Fields.ts"
import type { PackSpot, TaskPackNames } from "./TaskPackNames.ts"
import type { WrittenText } from "./WriteText.ts"

export type Steps = ReadonlyArray<ValueObject>

export interface Approval {
  readonly fields: Fields
  readonly grants: ReadonlyArray<string>
}

export interface PackWriter {
  readonly draft: Draft
  readonly names: TaskPackNames
  readonly approvals: ReadonlyMap<string, Approval>
  /** The approvals that gates ask for. */
  readonly used: Set<string>
  /** Writes a list of steps; `isAlone` where there is one step in place of a list. */
  readonly writeSteps: (
    writer: PackWriter,
    around: PackSpot,
    list: Value | undefined,
    from: Path,
    out: Path,
    isAlone?: boolean
  ) => Steps
}

/** A step, where it stands there and here. */
export interface PackAt extends PackSpot {
  readonly fields: Fields
  readonly out: Path
}

/** Takes what was written: its faults are complained of, its remarks become comments. */
export const take = (writer: PackWriter, at: PackAt, path: Path, made: WrittenText): string => {
  complainOf(at.fields, path, made.faults)
  for (const remark of made.remarks) note(writer.draft, at.out, remark)
  for (const remark of made.generalities) note(writer.draft, [], remark)
  return made.text
}

/** Stands where a list of steps would be empty, which no list here may be. */
export const orNothing = (steps: Steps): Steps => steps.length === 0 ? [{ id: "nothing", command: ["true"] }] : steps

/** A setting that may stand in the block of a kind or beside it. */
export const setting = <A>(
  at: PackAt,
  block: Fields | undefined,
  read: (fields: Fields) => A | undefined
): A | undefined => (block === undefined ? undefined : read(block)) ?? read(at.fields)

/** How many may be under way at once, where it is said. */
export const parallelOf = (at: PackAt, block: Fields | undefined): number | undefined =>
  setting(at, block, (fields) => countAt(fields, "maxParallel", 1, Number.MAX_SAFE_INTEGER))
