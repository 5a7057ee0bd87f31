/**
 * Bad input as data, and the call that must refuse it.
 *
 * Owns the few manifests that such cases share. Must not expect more than every refusal owes.
 */
import { readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect } from "vitest"
import { type Workplace, workplace } from "./pawl.ts"
import { refusalOf } from "./refusal.ts"

export const one = "name: batch\ntargets:\n  - { id: a, run: 'true' }\n"

/** A manifest of one entry with a `forEach`. */
export const forEach = (source: string): string =>
  `name: batch\ntargets:\n  - forEach: { ${source} }\n    id: "t{{ index }}"\n    run: echo {{ item }}\n`

export const withInputs = `name: batch
inputs:
  release: { type: string, required: true, description: Version under test }
  tries: { type: integer, default: 1 }
  level: { type: string, enum: [quick, full], default: quick }
targets:
  - { id: alpha, labels: { tier: T1 }, run: 'true' }
  - { id: beta, run: 'true' }
`

export interface Case {
  readonly what: string
  /** Of the manifest `batch.yaml`; absent: there is none. */
  readonly manifest?: string | Uint8Array
  readonly prepare?: (place: Workplace) => void
  readonly args?: ReadonlyArray<string>
  readonly code?: number
  /** Each stands somewhere in standard error. */
  readonly says: ReadonlyArray<string>
}

/** Calls pawl with what is bad; gives what is in its folder afterwards. */
export const refuse = async (
  { args = [], code = 65, manifest, prepare, says }: Case
): Promise<ReadonlyArray<string>> => {
  const place = workplace()
  if (manifest !== undefined) writeFileSync(join(place.path, "batch.yaml"), manifest)
  prepare?.(place)
  const answer = await place.pawl("run", "batch.yaml", "--format", "json", ...args)
  refusalOf(answer, code)
  for (const words of says) expect(answer.stderr).toContain(words)
  return readdirSync(place.path)
}
