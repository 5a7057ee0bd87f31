import { expect, it } from "@effect/vitest"
import { checkTexts } from "../../src/manifest/CheckTexts.ts"
import type { Path } from "../../src/manifest/Finding.ts"
import { anyBatch, batchOf, type Json, listOf, type Pick, type Step } from "./anyBatch.ts"
import { type Failed, follow } from "./following.ts"

/** A document without what stands at a path: a condition becomes one that says nothing of a step. */
const mended = (document: Json | undefined, [key, ...rest]: Path): Json => {
  if (document === undefined) return "x"
  if (key === undefined) {
    return typeof document === "string" && /^\{\{.*\}\}$/s.test(document)
      ? "{{ inputs.flag }}"
      : "x"
  }
  if (Array.isArray(document)) return document.map((each: Json, at) => (at === key ? mended(each, rest) : each))
  if (typeof document !== "object") return document
  const entries = Object.entries(document)
  return rest.length === 0 && key === "when"
    ? Object.fromEntries(entries.filter(([name]) => name !== key))
    : Object.fromEntries(entries.map(([name, each]) => [name, name === key ? mended(each, rest) : each]))
}

/** The steps without the texts that the check complains of, and whether it complained of any. */
const accepted = (steps: ReadonlyArray<Step>): ReadonlyArray<Step> => {
  let kept: Json = steps
  for (let findings = checkTexts(batchOf(kept)); findings.length > 0; findings = checkTexts(batchOf(kept))) {
    // The first keys lead to the steps: `targets[0].steps`.
    for (const { path } of findings) kept = mended(kept, path.slice(3))
  }
  return listOf(kept)
}

const inputsOf = (pick: Pick) => ({
  flag: pick(2) === 0,
  other: pick(2) === 0,
  level: ["quick", "full", "slow"][pick(3)] ?? "quick",
  count: pick(4),
  words: ["x", "y", "z"].slice(0, pick(4))
})

/** How many elements a list will have is not known before, and no check speaks of it. */
const isForeseeable = ({ error }: Failed): boolean => !error.message.includes("the list has no element")

it.prop(
  "whatever the check lets through finds what it mentions and can work with it, however the batch runs",
  [anyBatch],
  ([{ pick, steps }]) => {
    const kept = accepted(steps)
    for (let run = 0; run < 4; run++) {
      const scope = { inputs: inputsOf(pick), env: {} }
      expect(follow(kept, scope, pick).filter(isForeseeable)).toEqual([])
    }
  },
  { fastCheck: { numRuns: 60, endOnFailure: true } }
)
