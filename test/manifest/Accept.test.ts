import { describe, expect, it } from "@effect/vitest"
import { Either, FastCheck, Schema } from "effect"
import { accepts } from "../../src/manifest/Accept.ts"
import { Manifest } from "../../src/manifest/Manifest.ts"
import { damaged, manifestWith, picks, someSteps } from "./trees.ts"

const accept = accepts(Manifest)
const decode = Schema.decodeUnknownEither(Manifest, { onExcessProperty: "error" })

/** Everything else that a manifest may have. */
const whole = {
  $schema: "x",
  name: "a",
  description: "d",
  inputs: {
    i: { type: "integer", default: 12345678901234567890n, enum: [1n, 2], env: "I", secret: true, required: true },
    o: { type: "object", default: { a: [null, { b: 1.5 }] } }
  },
  env: { A: "1" },
  workdir: "w",
  run: { autoAdvance: true, maxParallel: 2, strict: false, maxBlocked: "20%" },
  failure: {
    retries: {
      maxAttempts: 2,
      backoffSeconds: 0,
      factor: 1,
      maxBackoffSeconds: 9,
      jitter: true,
      on: { exitCodes: [1] }
    },
    circuitBreaker: false,
    timeout: "1m"
  },
  targets: [
    {
      id: "a",
      run: "x",
      shell: "bash",
      timeout: "1s",
      outputs: "json",
      labels: { l: "m" },
      needs: ["b"],
      env: { B: "2" }
    },
    { id: "b", command: ["x", "y"], failure: { circuitBreaker: { threshold: 2 } }, workdir: "v" },
    ...[{ items: [1, { a: 2 }] }, { items: "{{ inputs.i }}" }, { file: "f" }, { glob: "g" }, { jsonl: "j" }, {
      stdin: true
    }, {
      matrix: { a: [1] }
    }].map((forEach, at) => ({ id: `e${at}`, forEach, run: "x" }))
  ],
  outputs: { o: "{{ 1 }}" }
}

describe("the quick look at a manifest", () => {
  it("takes what a manifest may have, as decoding does, which changes nothing of it", () => {
    expect(decode(whole)).toEqual(Either.right(whole))
    expect(accept(whole)).toBe(true)
  })

  it.prop("takes any steps in each other", [someSteps], ([steps]) => {
    expect(decode(manifestWith(steps))).toEqual(Either.right(manifestWith(steps)))
    expect(accept(manifestWith(steps))).toBe(true)
  })

  it.prop(
    "takes exactly what can be decoded, whatever is wrong with the steps",
    [someSteps, picks],
    ([steps, pick]) => {
      const manifest = { name: "a", targets: [{ id: "t", steps: damaged(steps, pick) }] }
      expect(accept(manifest)).toBe(Either.isRight(decode(manifest)))
    },
    { fastCheck: { numRuns: 500 } }
  )

  it.prop("takes exactly what can be decoded, whatever is wrong", [picks], ([pick]) => {
    const manifest = damaged(whole, pick)
    expect(accept(manifest)).toBe(Either.isRight(decode(manifest)))
  }, { fastCheck: { numRuns: 500 } })

  it.prop("takes no value of another kind", [FastCheck.anything()], ([value]) => {
    expect(accept(value)).toBe(Either.isRight(decode(value)))
  })
})
