/**
 * What a user is told when pawl itself is wrong: one paragraph, and no stack trace unless asked.
 */
import { Cause } from "effect"
import { printable } from "../report/Printable.ts"
import type { Style } from "../report/Style.ts"

/** Which pawl this is. */
export interface Identity {
  readonly version: string
  readonly commit: string
}

/** `pawl 0.1.0 (abc1234)`. */
export const versionLine = ({ commit, version }: Identity): string => `pawl ${version} (${commit})`

/** What happened, in one line. */
export const defectMessage = (cause: Cause.Cause<unknown>): string => {
  const defect = Cause.squash(cause)
  return `pawl met a defect of its own: ${printable(defect instanceof Error ? defect.message : String(defect))}`
}

export const defectHint = (identity: Identity): string =>
  `please report it with the command you ran and this: ${versionLine(identity)}; what was recorded of a run is kept, `
  + "and running again goes on from there; --log-level debug shows where it happened"

/** The lines for standard error. */
export const defectReport = (
  cause: Cause.Cause<unknown>,
  identity: Identity,
  style: Style,
  isDebugging: boolean
): ReadonlyArray<string> => [
  `${style.bold(style.red("error:"))} ${defectMessage(cause)}`,
  "",
  `${style.bold(style.cyan("hint:"))} ${defectHint(identity)}`,
  ...(isDebugging ? ["", ...Cause.pretty(cause).split("\n").map(printable)] : [])
]
