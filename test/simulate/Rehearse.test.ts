import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { told } from "../run/driven.ts"
import { rehearsed } from "./rehearsing.ts"

describe("a rehearsal", () => {
  it.live("goes as the run would", () =>
    Effect.gen(function*() {
      const { exitCode, invocations, journal } = yield* rehearsed("name: b\ntargets: [{ id: a, run: make }]\n")
      expect(told(journal)).toEqual([])
      expect([exitCode, invocations]).toBe(0)
    }))
})
