/**
 * What a rehearsed run meets, drawn at random from a seed.
 *
 * Owns the odds. Pure: the same seed gives the same luck, whatever order it is asked in. The
 * surprise: an attempt's luck depends on its name and number alone, so that one that a crash cut
 * short meets the same again when it is made again, and a run with crashes can be held against
 * one without.
 */
import type { Plan, PlanStep } from "../plan/Plan.ts"
import { checksOf } from "../plan/Preflight.ts"
import { definitionPath } from "../plan/StepPath.ts"
import type { ScriptedAttempt, ScriptedEnd } from "../process/ScriptedProcess.ts"
import type { Opening, RehearsalScript, ScriptedDecision } from "./RehearsalScript.ts"
import { definitionsOf } from "./ScenarioPlaces.ts"

/** Numbers from 0 up to but not including 1, each of which its name decides. */
type Draw = (name: string) => number

const drawFrom = (seed: number, about: string): Draw => (name) =>
  Bun.hash.xxHash32(`${seed}\n${about}\n${name}`) / 0x1_0000_0000

const below = (draw: Draw, name: string, bound: number): number => Math.floor(draw(name) * bound)

const pick = <A>(draw: Draw, name: string, choices: readonly [A, ...ReadonlyArray<A>]): A =>
  choices[below(draw, name, choices.length)] ?? choices[0]

const signals = ["SIGKILL", "SIGSEGV", "SIGTERM"] as const
const exitCodes = [1, 2, 75, 126, 127, 255] as const

/** From no time to a day, short ones more often. */
const lengthOf = (draw: Draw): number => {
  const scale = pick(draw, "scale", [0, 1000, 1000, 60_000, 3_600_000, 86_400_000])
  return below(draw, "length", scale)
}

const success = (draw: Draw, isJson: boolean): ScriptedEnd => ({
  durationMs: lengthOf(draw),
  ...(isJson ? { stdout: JSON.stringify({ n: below(draw, "n", 5), ok: draw("ok") < 0.5 }) } : {}),
  ...(draw("values") < 0.2 ? { outputs: `value=${below(draw, "value", 10)}` } : {})
})

const failure = (draw: Draw, hasTimeout: boolean): ScriptedEnd => {
  const luck = draw("failure")
  const durationMs = lengthOf(draw)
  if (luck < 0.45) return { exitCode: pick(draw, "code", exitCodes), durationMs, stderr: "chaos\n" }
  if (luck < 0.6) return { signal: pick(draw, "signal", signals), durationMs }
  if (luck < 0.75) return { couldNotStart: "chaos has it that it can't be started" }
  if (luck < 0.85) return { durationMs, stdout: "not JSON", outputs: "not a value" }
  return hasTimeout ? { hangs: true } : { exitCode: 1, durationMs }
}

const decisionOf = (draw: Draw, { options }: Opening, badLuck: number): ScriptedDecision | undefined => {
  if (draw("decided") < badLuck) return undefined
  const [first = "approve", ...others] = options
  return {
    choice: draw("rejects") < badLuck ? { decision: "reject" } : { option: pick(draw, "option", [first, ...others]) },
    by: pick(draw, "by", ["ada", "grace"]),
    afterMs: lengthOf(draw)
  }
}

/** Events that a plan comes to, more or less: crashes are spread over so many. */
const roughly = ({ targets, templates }: Plan): number =>
  Math.min(10_000, targets.reduce((sum, { template }) => sum + 3 + 3 * (templates[template]?.steps.length ?? 0), 3))

/** Everything that a run of this plan meets with this seed. */
export const chaosScript = (plan: Plan, seed: number): RehearsalScript => {
  const steps = plan.templates.map((template) => new Map<string, PlanStep>(definitionsOf(template.steps)))
  const templateOf = new Map(plan.targets.map(({ id, template }) => [id, template]))
  const world = drawFrom(seed, "world")
  // Where half of everything fails, nothing gets far: some nights are better.
  const badLuck = world("weather") * 0.5
  const events = roughly(plan)
  const crashes = Array.from({ length: below(world, "crashes", 4) }, (_, index) => ({
    atEvent: 1 + below(world, `crash ${index}`, events),
    resumeAfterMs: below(world, `down ${index}`, 600_000)
  }))
  return {
    attempt: ({ attempt, path, target, timeoutMs }: ScriptedAttempt) => {
      const step = steps[templateOf.get(target) ?? -1]?.get(definitionPath(path))
      const isJson = step !== undefined && "outputs" in step && step.outputs === "json"
      const draw = drawFrom(seed, `attempt ${attempt} of ${target}/${path}`)
      // A check that fails ends everything, which shows little.
      const odds = checksOf(plan, target) === undefined ? badLuck : badLuck / 5
      return draw("end") < odds ? failure(draw, timeoutMs !== undefined) : success(draw, isJson)
    },
    gate: (opening) =>
      decisionOf(drawFrom(seed, `opening ${opening.number} of ${opening.target}/${opening.path}`), opening, badLuck),
    isTerminal: world("terminal") < 0.25,
    crashes,
    signals: world("signal") < 0.2
      ? [{
        name: pick(world, "name", ["SIGTERM", "SIGINT", "SIGHUP"]),
        afterMs: below(world, "after", 7_200_000),
        resumeAfterMs: below(world, "again", 600_000)
      }]
      : []
  }
}
