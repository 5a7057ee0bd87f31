import { describe, expect, it } from "@effect/vitest"
import { Effect, FastCheck as fc } from "effect"
import { chaosScript } from "../../src/simulate/Chaos.ts"
import { violations } from "../../src/simulate/Invariants.ts"
import { rehearse } from "../../src/simulate/Rehearse.ts"
import { manifests, schedulers } from "./randomPlans.ts"
import { inEnvironment, loadedOf, requestOf } from "./rehearsing.ts"

const RUNS = Number(process.env["CHAOS"] ?? 300)

describe("chaos", () => {
  it.live("breaks none of the promises of a run, whatever the plan and the luck", () =>
    Effect.promise(() => fc.assert(
      fc.asyncProperty(manifests, fc.nat(), schedulers, fc.boolean(), async (manifest, seed, options, strict) => {
        const loaded = loadedOf(manifest)
        const request = requestOf(loaded, { script: chaosScript(loaded.plan, seed), seed, options, strict })
        const end = await Effect.runPromise(inEnvironment(rehearse(request)))
        if (!("invocations" in end)) throw new Error(`standstill at ${end.at}\n${end.journal.map((e) => JSON.stringify(e)).join("\n")}`)
        const { exitCode, invocations, journal, state } = end
        const signal = invocations.at(-1)?.signal
        const found = violations({ ...request, plan: loaded.plan, journal, state, exitCode, ...(signal === undefined ? {} : { signal }) })
        const real = found.filter((f) => f.message !== "the run ended without a halt"); if (real.length > 0) throw new Error(`${JSON.stringify(found, undefined, 1)}\n${JSON.stringify(request.options)} ${JSON.stringify(request.script)}\n${journal.map((e) => JSON.stringify(e)).join("\n")}`)
      }),
      { numRuns: RUNS, seed: Number(process.env["SEED"] ?? 1) }
    )), 100000)
})
