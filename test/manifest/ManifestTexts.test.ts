import { describe, expect, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { checkTexts } from "../../src/manifest/CheckTexts.ts"
import { visitTexts } from "../../src/manifest/ManifestTexts.ts"
import { anyBatch, batchOf, type Json } from "./anyBatch.ts"

const texts = [
  "{{ inputs.a }}",
  "{{ steps.a.output.steps.b.status == 'x' }}",
  "{{ item.a | map('b') }} {{ iteration",
  "{{ targets.t.status }}",
  "{{ steps['a'][0].x.map(i, i.output) }}",
  "'{{ env.A }}'",
  ""
]
const keys = (
  "name inputs env workdir preflight targets outputs id forEach items matrix file labels needs run command shell steps when gate "
  + "approval policy options onReject if then else switch cases default map over parallel loop while until type enum "
  + "secret continueOnError 0 __proto__ constructor"
).split(" ")

/** Documents that use the words of the language, in any place. */
const { document } = fc.letrec<{ readonly document: unknown }>((tie) => ({
  document: fc.oneof(
    { depthSize: "medium", withCrossShrink: true },
    fc.constantFrom<unknown>(...texts, null, true, 3, 2.5, 12345678901234567890n, "a"),
    fc.array(tie("document"), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...keys), tie("document"), { maxKeys: 6 })
  )
}))

/** The document with something else where the numbers lead. */
const bent = (value: Json, [turn, ...turns]: ReadonlyArray<number>, other: unknown): unknown => {
  if (turn === undefined || typeof value !== "object") return other
  if (Array.isArray(value)) {
    const at = turn % Math.max(1, value.length)
    return value.map((each: Json, index) => (index === at ? bent(each, turns, other) : each))
  }
  const entries = Object.entries(value)
  const at = turn % Math.max(1, entries.length)
  return Object.fromEntries(entries.map(([key, each], index) => [key, index === at ? bent(each, turns, other) : each]))
}

describe("a document that is no manifest", () => {
  it.prop("can be looked through all the same, whatever it is", [document], ([value]) => {
    for (const { message, path } of checkTexts(value)) {
      expect(message).toMatch(/^(?![A-Z][a-z]).*[^.]$/s)
      expect(path.length).toBeGreaterThan(0)
    }
  }, { fastCheck: { numRuns: 500 } })

  it.prop(
    "but was one before somebody bent it can be looked through all the same",
    [anyBatch, fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 12 }), document],
    ([{ steps }, turns, other]) => {
      expect(Array.isArray(checkTexts(bent({ ...batchOf(steps) }, turns, other)))).toBe(true)
    },
    { fastCheck: { numRuns: 100, endOnFailure: true } }
  )
})

it("the texts of a manifest that nothing can be put into are passed by", () => {
  const seen: Array<string> = []
  const fixed = "{{ x }}"
  visitTexts({
    name: fixed,
    description: fixed,
    targets: [{
      id: "t{{ y }}",
      forEach: { matrix: { a: [fixed] } },
      failure: { timeout: fixed },
      steps: [{
        id: fixed,
        name: fixed,
        run: "x {{ y }}",
        shell: fixed,
        timeout: fixed,
        gate: { options: [fixed], onReject: fixed }
      }]
    }]
  }, (_kind, text) => seen.push(text))
  expect(seen).toEqual(["t{{ y }}", "x {{ y }}"])
})
