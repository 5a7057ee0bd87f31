/**
 * What every step of a Spec Kit workflow is written with.
 *
 * Owns the few ways in which a field becomes a field of the manifest. Must not know step types.
 */
import type { Value, ValueObject } from "../expression/Value.ts"
import type { Path } from "../manifest/Finding.ts"
import { type Draft, note } from "./Draft.ts"
import { complain, complainOf, type Fields } from "./Fields.ts"
import { type SpecKitNames, type Spot, tongueAt } from "./SpecKitNames.ts"
import type { Tongue, WrittenText } from "./WriteText.ts"

export interface SpecKitWriter {
  readonly draft: Draft
  readonly names: SpecKitNames
  /** What the workflow says for all steps that call an agent. */
  readonly integration?: string
  readonly model?: string
  /** Ids of shell steps whose output is read by `from_json`. */
  readonly readAsJson: ReadonlySet<string>
  /** Whether the batch as a whole says how long an attempt may take. */
  readonly saysTimeout: boolean
  /** Writes a list of steps: `at` is what is around it, `from` its place there, `out` its place here. */
  readonly writeSteps: (writer: SpecKitWriter, at: Spot, list: Value, from: Path, out: Path) => Steps
  /** Writes one step; nothing where it can't be carried over. */
  readonly writeStep: (writer: SpecKitWriter, at: At) => ValueObject | undefined
}

/** A step, where it stands there and here. */
export interface At extends Spot {
  readonly fields: Fields
  /** Into the manifest. */
  readonly out: Path
}

/** Takes what was written: its faults are complained of, its remarks become a comment of the step. */
export const accept = (writer: SpecKitWriter, { fields, out }: At, key: string, written: WrittenText): string => {
  complainOf(fields, [...fields.at, key], written.faults)
  for (const remark of written.remarks) note(writer.draft, out, remark)
  for (const remark of written.generalities) note(writer.draft, [], remark)
  return written.text
}

/** A text of a step, written by `write`; nothing where there is none. */
export const written = (
  writer: SpecKitWriter,
  at: At,
  key: string,
  text: string | undefined,
  write: (tongue: Tongue, text: string) => WrittenText
): string | undefined =>
  text === undefined ? undefined : accept(writer, at, key, write(tongueAt(writer.names, at), text))

/** Seconds as a duration. */
export const durationOf = (seconds: number): string =>
  Number.isInteger(seconds)
    ? seconds % 3600 === 0 ? `${seconds / 3600}h` : seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`
    : `${Math.max(1, Math.round(seconds * 1000))}ms`

/** What an attempt may take where nothing is said, in seconds. */
export const usualTimeout = 300

/** How long an attempt may take; nothing where the whole batch says so. */
export const timeoutOf = ({ saysTimeout }: SpecKitWriter, { fields }: At): string | undefined => {
  const seconds = fields.values["timeout"]
  if (seconds === undefined) return saysTimeout ? undefined : durationOf(usualTimeout)
  if (typeof seconds === "number" && Number.isFinite(seconds) && seconds > 0) return durationOf(seconds)
  complain(fields, [...fields.at, "timeout"], "`timeout` must be a number of seconds, more than 0")
  return undefined
}

export type Steps = ReadonlyArray<ValueObject>

/** Stands where a list of steps would be empty, which no list here may be. */
export const orNothing = (steps: Steps): Steps => steps.length === 0 ? [{ id: "nothing", command: ["true"] }] : steps

/** A list of steps under a key of a step; `out` is the place of what it becomes. */
export const stepsAt = (writer: SpecKitWriter, at: At, key: string, out: Path): Steps =>
  writer.writeSteps(writer, at, at.fields.values[key] ?? [], [...at.fields.at, key], out)
