import { describe, expect, it } from "@effect/vitest"
import { makeMask } from "../../src/run/Mask.ts"

describe("a secret", () => {
  it("is masked wherever its text stands, the longest first", () => {
    const mask = makeMask(["a", "b"], { a: "pass", b: "password", c: "public" })
    expect(mask.text("password and pass and public")).toBe("*** and *** and public")
  })

  it("that is a list or an object is masked by each of its parts", () => {
    const mask = makeMask(["keys"], { keys: { first: "one1", more: ["two2", 31337] } })
    expect(mask.text("one1 two2 31337")).toBe("*** *** ***")
  })

  it("that is a number is masked as a whole value and within text", () => {
    const mask = makeMask(["pin"], { pin: 4711 })
    expect(mask.value([4711, 14711, "pin 4711", { pin: 4711n }])).toEqual(["***", 14711, "pin ***", { pin: "***" }])
  })

  it("is masked in every part of a step's output", () => {
    const mask = makeMask(["t"], { t: "hunter2" })
    const output = mask.output({
      stdout: "hunter2",
      stderr: "x hunter2",
      json: { a: ["hunter2"] },
      values: { hunter2: "hunter2" }
    })
    expect(output).toEqual({ stdout: "***", stderr: "x ***", json: { a: ["***"] }, values: { "***": "***" } })
  })

  it("is masked as it stands in JSON and in quoted messages too", () => {
    const mask = makeMask(["t"], { t: "a\"b\\c" })
    expect(mask.text("say a\"b\\c and \"a\\\"b\\\\c\"")).toBe("say *** and \"***\"")
  })

  it("that a cut went through is masked by what is left of it", () => {
    const mask = makeMask(["t"], { t: "hunter2" })
    const cut = mask.output({ stdout: "nter2hunter2", stderr: "r2 x", truncated: true })
    expect(cut).toMatchObject({ stdout: "******", stderr: "*** x" })
    expect(mask.output({ stdout: "nter2", stderr: "" }).stdout).toBe("nter2")
  })

  it("that is empty, a boolean or not given masks nothing", () => {
    const mask = makeMask(["a", "b", "c"], { a: "", b: true })
    expect(mask.text("true story")).toBe("true story")
  })

  it("that was made of another is masked once it is known, the last of very many", () => {
    const mask = makeMask(["t"], { t: "hunter2" })
    expect(mask.holds("say HUNTER2")).toBe(false)
    mask.learn(["HUNTER2"])
    expect([mask.holds("say HUNTER2"), mask.holdsInput("say HUNTER2")]).toEqual([true, false])
    expect(mask.text("hunter2 HUNTER2")).toBe("*** ***")
    mask.learn(Array.from({ length: 64 }, (_, index) => `derived-${index}!`))
    expect(mask.text("hunter2 HUNTER2 derived-0! derived-63!")).toBe("*** HUNTER2 *** ***")
  })

  it("is masked in a stream by what is known when it begins; without secrets there is no stream", () => {
    const mask = makeMask(["t"], { t: "hunter2" })
    const stream = mask.stream?.()
    expect(Buffer.from(stream?.feed(Buffer.from("a hunter2 b")) ?? "").toString()).toBe("a *** b")
    expect(makeMask(["t"], {}).stream).toBeUndefined()
  })

  it("is told by name, if it has something to mask", () => {
    expect([...makeMask(["a", "b", "c"], { a: "x", b: "", d: "y" }).inputs]).toEqual(["a"])
  })
})
