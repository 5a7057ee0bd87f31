import { describe, expect, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { jsonLine } from "../../src/expression/JsonChunks.ts"
import { stringifyJson } from "../../src/expression/Value.ts"

const whole = (document: unknown): string => [...jsonLine(document)].join("")

const value = FastCheck.jsonValue()

describe("a document in pieces", () => {
  it.prop("is the same text as in one", [value], ([document]) => {
    expect(whole(document)).toBe(`${stringifyJson(document)}\n`)
  })

  it("keeps long integers, and leaves out what is undefined", () => {
    const document = { a: 12345678901234567890n, b: undefined, c: [undefined, { d: undefined }], e: {}, f: [] }
    expect(whole(document)).toBe("{\"a\":12345678901234567890,\"c\":[null,{}],\"e\":{},\"f\":[]}\n")
  })

  it("makes the elements of a list no sooner than they are written", () => {
    let made = 0
    const list = function*() {
      for (; made < 10_000;) {
        made += 1
        yield { text: "x".repeat(100) }
      }
    }
    const pieces = jsonLine({ before: 1, list: list() })
    const [first = ""] = pieces
    expect(first.length).toBeLessThan(70_000)
    expect(made).toBeLessThan(700)
  })
})
