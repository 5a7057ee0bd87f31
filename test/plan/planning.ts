/** Planning in tests: manifests as text, plans and mistakes as a user sees them. */
import { Either } from "effect"
import type { Value, ValueObject } from "../../src/expression/Value.ts"
import { diagnose } from "../../src/manifest/Diagnose.ts"
import { expand } from "../../src/plan/Expand.ts"
import type { Plan } from "../../src/plan/Plan.ts"
import { manifestOf, shown } from "../manifest/reading.ts"

export interface Given {
  readonly values?: ValueObject
  /** By entry under `targets`. */
  readonly items?: ReadonlyArray<ReadonlyArray<Value> | undefined>
}

const expanded = (text: string, { items = [], values = {} }: Given) =>
  expand({ manifest: manifestOf(text), values, items })

/** The plan of a text that has to have one. Items of a `forEach` are given, whatever its source. */
export const planned = (text: string, given: Given = {}): Plan =>
  Either.getOrThrowWith(expanded(text, given), (findings) => new Error(findings.map((each) => each.message).join("\n")))

/** `line: marked characters: message (hint)`, a line each. */
export const refused = (text: string, given: Given = {}): ReadonlyArray<string> =>
  Either.match(expanded(text, given), {
    onLeft: (findings) => shown(diagnose({ file: "batch.yaml", text }, findings).diagnostics),
    onRight: () => []
  })
