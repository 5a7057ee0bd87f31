import { expect, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { nearest } from "../../src/expression/Nearest.ts"

const keys = ["continueOnError", "maxAttempts", "timeout", "targets", "run", "env", "inputs"]

it.each([
  ["continueOnEror", "continueOnError"],
  ["continue_on_error", "continueOnError"],
  ["maxattempts", "maxAttempts"],
  ["tiemout", "timeout"],
  ["target", "targets"],
  ["rnu", "run"],
  ["envs", "env"],
  ["input", "inputs"],
  ["timeout", "timeout"]
])("suggests for %s the key %s", (wrong, right) => {
  expect(nearest(wrong, keys)).toBe(right)
})

it.each([["workspace"], ["x"], [""], ["zzz"], ["a".repeat(5_000)]])(
  "suggests nothing for %s, which is like no key",
  (name) => {
    expect(nearest(name, keys)).toBeUndefined()
  }
)

it("takes no account of case and separators, however many there are", () => {
  expect(nearest("T-I-M-E-O-U-T", keys)).toBe("timeout")
})

it("suggests nothing where every character would have to change", () => {
  expect(nearest("x", ["y"])).toBeUndefined()
})

it("counts two neighbours that changed places as one slip", () => {
  expect(nearest("abdc", ["abcd", "abxy"])).toBe("abcd")
})

it("takes the nearest, and of equals the first", () => {
  expect(nearest("stepp", ["stop", "step", "steps"])).toBe("step")
})

it.prop(
  "finds a long name from which one character was dropped",
  [fc.stringMatching(/^[a-z]{6,20}$/), fc.nat()],
  ([name, at]) => {
    const place = at % name.length
    expect(nearest(name.slice(0, place) + name.slice(place + 1), [name])).toBe(name)
  }
)

it.prop("never suggests a name that shares nothing", [
  fc.stringMatching(/^[a-m]{1,12}$/),
  fc.stringMatching(/^[n-z]{1,12}$/)
], ([name, other]) => {
  expect(nearest(name, [other])).toBeUndefined()
})
