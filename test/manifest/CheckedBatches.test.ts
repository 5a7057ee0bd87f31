import { expect, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { checkTexts } from "../../src/manifest/CheckTexts.ts"
import type { Path } from "../../src/manifest/Finding.ts"
import { anyBatch, batchOf, type Json, type Pick, type Step } from "./anyBatch.ts"
import { follow } from "./following.ts"

/** A document without what stands at a path: a condition becomes one that says nothing of a step. */
const mended = (document: Json, [key, ...rest]: Path): Json => {
  if (key === undefined) {
    return typeof document === "string" && /^\{\{.*\}\}$/s.test(document)
      ? "{{ inputs.flag }}"
      : "x"
  }
  if (Array.isArray(document)) return document.map((each: Json, at) => (at === key ? mended(each, rest) : each))
  if (typeof document !== "object") return document
  if (rest.length === 0 && key === "when") {
    return Object.fromEntries(Object.entries(document).filter(([name]) => name !== key))
  }
  return Object.fromEntries(
    Object.entries(document).map(([name, each]) => [name, name === key ? mended(each, rest) : each])
  )
}

const stepsIn = (document: Json): ReadonlyArray<Step> => {
  const batch = document as unknown as ReturnType<typeof batchOf>
  return batch.targets[0]?.steps ?? []
}

/** The steps without the texts that the check complains of. */
const accepted = (steps: ReadonlyArray<Step>): ReadonlyArray<Step> => {
  let document: Json = batchOf(steps) as unknown as Json
  for (let findings = checkTexts(document); findings.length > 0; findings = checkTexts(document)) {
    for (const { path } of findings) document = mended(document, path)
  }
  return stepsIn(document)
}

const scopeOf = (pick: Pick) => ({
  inputs: {
    flag: pick(2) === 0,
    other: pick(2) === 0,
    level: ["quick", "full", "slow"][pick(3)] ?? "quick",
    count: pick(4),
    words: ["x", "y", "z"].slice(0, pick(4))
  },
  env: {}
})

it.prop("whatever the check lets through never fails while the batch runs", [anyBatch], ([{ pick, steps }]) => {
  const kept = accepted(steps)
  for (let run = 0; run < 4; run++) {
    expect(follow(kept, scopeOf(pick), pick)).toEqual([])
  }
}, { fastCheck: { numRuns: 300 } })
