/**
 * Long manifests, and who reads them: the `yaml` package alone, and pawl, which also decodes, checks and plans.
 *
 * Owns what is in them. The surprise: every listed target is its own text, down to its expression, so that
 * nothing is won by having seen it before.
 */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Contender } from "./Measure.ts"
import type { Limit } from "./Report.ts"

const listed = 10_000
const items = 100_000

const numbers = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, index) => index)

const head = "name: long\ninputs:\n  release: { type: string, default: \"1.4\" }\ntargets:\n"

/** Two steps and one expression each. */
const listedManifest = (): string =>
  head + numbers(listed).map((index) =>
    `  - id: host-${index}
    labels: { tier: T${index % 3} }
    steps:
      - id: build
        run: make -C host-${index}
      - id: ship
        run: ./ship.sh host-${index}
        when: "{{ inputs.release != '0.${index}' }}"
`
  ).join("")

/** Five steps and three expressions, beside the one in the id. */
const eachManifest = `${head}  - forEach: { file: hosts.txt }
    id: "host-{{ item }}"
    steps:
      - { id: fetch, run: 'curl -fsS "https://{{ item }}/release"' }
      - { id: build, command: [make, all] }
      - { id: test, run: make test, continueOnError: true }
      - { id: note, run: echo failed, when: "{{ steps.test.output.exit_code != 0 }}" }
      - { id: ship, run: './ship.sh "{{ inputs.release }}"' }
`

const write = (folder: string, name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return name
}

const writeListed = (folder: string): string => write(folder, "listed.yaml", listedManifest())
const writeEach = (folder: string): string => {
  write(folder, "hosts.txt", `${numbers(items).map((index) => `h${index}.example`).join("\n")}\n`)
  return write(folder, "each.yaml", eachManifest)
}

export const names = {
  yaml: "the yaml package, 10,000 listed targets",
  listed: "pawl validate, 10,000 listed targets",
  each: "pawl validate, 100,000 items",
  plan: "pawl plan, 100,000 items"
} as const

/** Who reads a long manifest, in an order in which those that are compared stand next to each other. */
export const readers = (executables: { readonly pawl: string; readonly yaml: string }): ReadonlyArray<Contender> => [
  { name: names.yaml, command: (folder) => [executables.yaml, writeListed(folder)] },
  { name: names.listed, command: (folder) => [executables.pawl, "validate", writeListed(folder)] },
  { name: names.each, command: (folder) => [executables.pawl, "validate", writeEach(folder)] },
  {
    name: names.plan,
    command: (folder) => [executables.pawl, "plan", writeEach(folder), "--format", "json", "--output", "plan.json"]
  }
]

export const limits: ReadonlyArray<Limit> = [
  { of: names.listed, peakMiB: 400 },
  { of: names.each, wallMs: 2000, peakMiB: 250 },
  { of: names.plan, wallMs: 2000, peakMiB: 250 }
]
