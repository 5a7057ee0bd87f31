/**
 * A scenario as what the rehearsed run meets.
 *
 * Owns which rule is taken, and remembers which were. Must not run anything. The surprise: a rule
 * that was never taken is told of, since what one meant to rehearse has then not been rehearsed.
 */
import type { ScriptedEnd } from "../process/ScriptedProcess.ts"
import type { RehearsalScript, ScriptedDecision } from "./RehearsalScript.ts"
import { endOf, type GateRule, type Scenario, timeOf } from "./Scenario.ts"
import { makeMatcher } from "./ScenarioPlaces.ts"

export interface ScenarioScript {
  readonly script: RehearsalScript
  /** What was given and never met, each worth one word on standard error; ask when the rehearsal is over. */
  readonly unmet: () => ReadonlyArray<string>
}

const decisionOf = (rule: GateRule): ScriptedDecision => ({
  choice: "option" in rule ? { option: rule.option } : { decision: rule.decision },
  by: rule.by ?? "scenario",
  ...(rule.note === undefined ? {} : { note: rule.note }),
  afterMs: timeOf(rule.afterMs, rule.after) ?? 0
})

/** What a rehearsal meets by a scenario; where that says nothing, `otherwise` does. */
export const scenarioScript = (scenario: Scenario, otherwise: Partial<RehearsalScript> = {}): ScenarioScript => {
  const { crash = [], gates = [], signal, steps = [] } = scenario
  const stepsAbout = makeMatcher(steps)
  const gatesAbout = makeMatcher(gates)
  const usedSteps = new Set<number>()
  const usedGates = new Set<number>()
  /** How often a rule with `times` was taken, for each step. */
  const taken = new Map<string, number>()
  const ends = steps.map(endOf)
  const fallBack: ScriptedEnd = scenario.default === undefined ? {} : endOf(scenario.default)
  const resumeAfterMs = signal === undefined ? undefined : timeOf(signal.resumeAfterMs, signal.resumeAfter)

  const script: RehearsalScript = {
    attempt: (which) => {
      const nameOf = (at: number): string => `${at}\n${which.target}/${which.path}`
      const index = stepsAbout(which.target, which.path).find((at) => {
        const { attempt = which.attempt, times } = steps[at] ?? {}
        return attempt === which.attempt && (times === undefined || (taken.get(nameOf(at)) ?? 0) < times)
      })
      if (index === undefined) return otherwise.attempt?.(which) ?? fallBack
      usedSteps.add(index)
      if (steps[index]?.times !== undefined) taken.set(nameOf(index), (taken.get(nameOf(index)) ?? 0) + 1)
      return ends[index] ?? fallBack
    },
    gate: (opening) => {
      const index = gatesAbout(opening.target, opening.path).find((at) => (gates[at]?.opening ?? 1) === opening.number)
      const rule = index === undefined ? undefined : gates[index]
      if (index === undefined || rule === undefined) return otherwise.gate?.(opening)
      usedGates.add(index)
      return decisionOf(rule)
    },
    isTerminal: scenario.terminal ?? otherwise.isTerminal ?? false,
    crashes: [
      ...crash.map((each) =>
        typeof each === "number"
          ? { atEvent: each, resumeAfterMs: 0 }
          : { atEvent: each.atEvent, resumeAfterMs: timeOf(each.resumeAfterMs, each.resumeAfter) ?? 0 }
      ),
      ...otherwise.crashes ?? []
    ],
    signals: signal === undefined ? otherwise.signals ?? [] : [{
      name: signal.name ?? "SIGTERM",
      afterMs: timeOf(signal.afterMs, signal.after) ?? 0,
      ...(resumeAfterMs === undefined ? {} : { resumeAfterMs })
    }]
  }
  const unused = (list: "steps" | "gates", used: ReadonlySet<number>) =>
    (scenario[list] ?? []).flatMap(({ match }, index) =>
      used.has(index) ? [] : [`${list}[${index}] of the scenario (${match}) was never met`]
    )
  return { script, unmet: () => [...unused("steps", usedSteps), ...unused("gates", usedGates)] }
}

/** What a rehearsal meets where nobody says anything: everything succeeds at once, and nobody decides. */
export const sunny: Scenario = {}
