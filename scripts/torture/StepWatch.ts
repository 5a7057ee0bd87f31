/**
 * Who sees every process begin, and knows which may not.
 *
 * Owns what must never be begun: what has succeeded, what still runs, and what must not run twice. The
 * surprise: it goes by what was told, so that it does not matter what pawl has forgotten.
 */
import type { Plan } from "../../src/plan/Plan.ts"
import { definitionPath } from "../../src/plan/StepPath.ts"
import type { Attempt } from "../../src/process/ProcessRunner.ts"
import { rulesOf } from "../../src/simulate/InvariantsHeldAgainst.ts"
import type { Computer } from "./Computer.ts"
import type { RunEvent } from "../../src/run/RunEvent.ts"
import type { Witness } from "./Witness.ts"

export interface StepWatch {
  /** A process is about to begin; `now` in epoch milliseconds. */
  readonly begins: (attempt: Attempt, now: number) => void
}

export const makeStepWatch = (
  plan: Plan,
  witness: Witness,
  computer: Pick<Computer, "isRunning">,
  journal: () => ReadonlyArray<RunEvent>,
  fail: (message: string) => void
): StepWatch => {
  const templateOf = new Map(plan.targets.map(({ id, template }) => [id, template]))
  const rules = rulesOf(plan)
  const begun = new Map<string, number>()
  const mustNotRepeat = (target: string, path: string): boolean =>
    rules[templateOf.get(target) ?? -1]?.get(definitionPath(path))?.isRepeatable === false

  return {
    begins: ({ env }, now) => {
      const [target = "", path = "", attempt = ""] = [env["PAWL_TARGET"], env["PAWL_STEP"], env["PAWL_ATTEMPT"]]
      // The checks of the preflight are made anew by every call.
      if (!templateOf.has(target)) return
      const name = `attempt ${attempt} of ${target}/${path}`
      if (witness.hasSucceeded(target, path)) fail(`${name} began after its success was told`)
      if (computer.isRunning(target, path, now)) fail(`${name} began while an earlier one still ran`)
      if (!mustNotRepeat(target, path)) return
      // What a rate limit turned away counts as no attempt, and a person may say that it shall run again.
      const key = `${target}\n${path}\n${attempt}`
      const count = (begun.get(key) ?? 0) + 1
      begun.set(key, count)
      if (count === 1) return
      // What is recorded counts, whether its pawl lived to tell it or not.
      const reasons = journal().filter((event) =>
        (event.type === "RateLimited" || event.type === "GateDecided") && event.target === target && event.path === path
      )
      if (count > 1 + reasons.length) {
        fail(`${name} began again though it must not, and nobody said so`)
      }
    }
  }
}
