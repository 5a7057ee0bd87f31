/**
 * Long manifests, and who reads them: the `yaml` package alone, and pawl, which also decodes, checks and plans.
 *
 * Owns what is in them. The surprise: every listed target is its own text, down to its expression, so that
 * nothing is won by having seen it before.
 */
import { write } from "./Batches.ts"
import type { Part, Programs } from "./Part.ts"
import { grouped, numbers, type Scope } from "./Scope.ts"

const head = "name: long\ninputs:\n  release: { type: string, default: \"1.4\" }\ntargets:\n"

/** Two steps and one expression each. */
const listedManifest = (count: number): string =>
  head + numbers(count).map((index) =>
    `  - id: host-${index}
    labels: { tier: T${Number(index) % 3} }
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

const writeListed = (folder: string, count: number): string => write(folder, "listed.yaml", listedManifest(count))

const writeEach = (folder: string, count: number): string => {
  write(folder, "hosts.txt", `${numbers(count).map((index) => `h${index}.example`).join("\n")}\n`)
  return write(folder, "each.yaml", eachManifest)
}

/** Who reads a long manifest, in an order in which those that are compared stand next to each other. */
export const manifestPart = (
  { pawl, yaml }: Programs,
  { hundredThousand: items, rounds, tenThousand: listed }: Scope
): Part => {
  const names = {
    yaml: `the yaml package, ${grouped(listed)} listed targets`,
    listed: `pawl validate, ${grouped(listed)} listed targets`,
    each: `pawl validate, ${grouped(items)} items`,
    plan: `pawl plan, ${grouped(items)} items`
  }
  return {
    name: "manifests",
    about: `Long manifests: ${grouped(listed)} listed targets with two steps and an expression each, and `
      + `${grouped(items)} from a \`forEach\` with five steps and three expressions`,
    rounds,
    warmUp: true,
    contenders: [
      { name: names.yaml, command: (folder) => [yaml, writeListed(folder, listed)] },
      { name: names.listed, command: (folder) => [pawl, "validate", writeListed(folder, listed)] },
      { name: names.each, command: (folder) => [pawl, "validate", writeEach(folder, items)] },
      {
        name: names.plan,
        command: (folder) => [pawl, "plan", writeEach(folder, items), "--format", "json", "--output", "plan.json"]
      }
    ],
    comparisons: [{ what: "`pawl validate` to the yaml package", of: names.listed, against: names.yaml, atMost: 1.6 }],
    limits: [
      { of: names.listed, peakMiB: 400 },
      { of: names.each, wallMs: 2000, peakMiB: 250 },
      { of: names.plan, wallMs: 2000, peakMiB: 250 }
    ]
  }
}
