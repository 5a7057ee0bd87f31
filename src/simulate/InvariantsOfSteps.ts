/**
 * What may never happen to a step, whatever happens around it.
 *
 * Owns the life of each step as its events tell it. Must not use the fold of the run: it is what
 * that is held against. The surprise: a kill or a halt does not end a step; it only cuts short the
 * attempt that is under way, which may then be made again under the same number.
 */
import type { Plan } from "../plan/Plan.ts"
import { definitionPath } from "../plan/StepPath.ts"
import type { RunEvent } from "../run/RunEvent.ts"
import { outerPaths, type Rule, rulesOf, type Tell } from "./InvariantsHeldAgainst.ts"

type End = "succeeded" | "failed" | "continued" | "skipped"

interface Life {
  /** Of the attempt that began last. */
  attempt: number
  isUnderWay: boolean
  /** Recorded, but not started yet: what must not run twice is on record before it runs once. */
  isArmed: boolean
  /** The last attempt was cut short: its number counts again. */
  wasCut: boolean
  /** It is known how the next attempt has ended, so that it must not be made. */
  isRecovered: boolean
  /** Epoch milliseconds. */
  notBefore: number
  opened?: number
  /** An attempt that must not be made twice was cut short, and nobody has said what of it. */
  needsPerson: boolean
  end?: End
  reason?: string
}

const newLife = (): Life => ({
  attempt: 0,
  isUnderWay: false,
  isArmed: false,
  wasCut: false,
  isRecovered: false,
  notBefore: 0,
  needsPerson: false
})

type StepEvent = Extract<RunEvent, { readonly target: string; readonly path: string }>

/** The lives of the steps of a run. */
export interface StepLives {
  readonly see: (event: StepEvent) => void
  /** Pawl ended, whichever way: what was under way is cut short. */
  readonly cut: () => void
  /** A target starts from the beginning again. */
  readonly forget: (target: string) => void
  /** A stuck target is tried again: what succeeded in it stays. */
  readonly retry: (target: string) => void
  /** Steps whose failure nobody has answered for. */
  readonly unresolved: (target: string) => ReadonlyArray<string>
  readonly endOf: (target: string, path: string) => End | undefined
  /** Targets and paths with an attempt under way. */
  readonly underWay: () => ReadonlyArray<readonly [target: string, path: string]>
}

export const makeStepLives = (plan: Plan, tell: Tell): StepLives => {
  const rules = rulesOf(plan)
  const templateOf = new Map(plan.targets.map(({ id, template }) => [id, template]))
  const lives = new Map<string, Map<string, Life>>()
  /** Target, then path: only these are looked at where something is cut short. */
  const active = new Map<Life, readonly [target: string, path: string]>()

  const lifeOf = (target: string, path: string): Life => {
    const own = lives.get(target) ?? new Map<string, Life>()
    lives.set(target, own)
    const life = own.get(path) ?? newLife()
    own.set(path, life)
    return life
  }
  const ruleAt = (target: string, path: string): Rule | undefined =>
    rules[templateOf.get(target) ?? -1]?.get(definitionPath(path))

  const rest = (life: Life): void => {
    life.isUnderWay = false
    life.isArmed = false
    active.delete(life)
  }
  const finish = (life: Life, end: End, reason?: string): void => {
    rest(life)
    life.end = end
    life.notBefore = 0
    delete life.opened
    if (reason !== undefined) life.reason = reason
  }

  const begins = (life: Life, name: string, attempt: number, { at, path, seq, target }: StepEvent): void => {
    const { maxAttempts = Number.POSITIVE_INFINITY } = ruleAt(target, path) ?? {}
    if (life.isUnderWay) tell("one-at-a-time", `${name} began while an attempt was under way`, seq)
    if (life.isRecovered) tell("never-twice", `attempt ${attempt} of ${name} had ended, and was made again`, seq)
    if (life.needsPerson) tell("not-idempotent", `${name} ran again though it must not, and nobody said so`, seq)
    const expected = life.wasCut ? life.attempt : life.attempt + 1
    if (attempt !== expected) tell("attempts", `attempt ${attempt} of ${name} began where ${expected} was next`, seq)
    if (attempt > maxAttempts) tell("attempts", `attempt ${attempt} of ${name} is one more than ${maxAttempts}`, seq)
    if (Date.parse(at) < life.notBefore) tell("back-off", `${name} began before its wait was over`, seq)
    life.attempt = attempt
    life.isUnderWay = true
    life.wasCut = false
    active.set(life, [target, path])
  }

  const cutShort = (life: Life, target: string, path: string): void => {
    life.isUnderWay = false
    life.isArmed = false
    life.wasCut = true
    life.needsPerson = ruleAt(target, path)?.isRepeatable === false
  }

  /** An attempt may fail without ever having begun: a command that is not there, an expression. */
  const resolves = (life: Life, name: string, attempt: number, seq: number): void => {
    const expected = life.isUnderWay || life.wasCut ? life.attempt : life.attempt + 1
    if (attempt !== expected) {
      tell("one-resolution", `the end of attempt ${attempt} of ${name} was recorded where ${expected} was next`, seq)
    }
    life.attempt = attempt
    life.wasCut = false
    life.isRecovered = false
  }

  const decided = (life: Life, name: string, event: Extract<StepEvent, { readonly type: "GateDecided" }>): void => {
    const { by, onReject, opened, option, outcome, seq } = event
    if (by !== "policy" && (life.opened === undefined || opened !== life.opened)) {
      tell("one-decision", `gate ${name} was decided while it was not open`, seq)
    }
    delete life.opened
    rest(life)
    if (outcome === "rejected" && onReject === "retry") {
      life.attempt = 0
    } else if (outcome === "rejected") finish(life, onReject === "skip" ? "skipped" : "failed")
    else if (option === "run-again") life.needsPerson = false
    else finish(life, "succeeded")
  }

  return {
    see: (event) => {
      const { path, seq, target } = event
      const name = `${target}/${path}`
      const life = lifeOf(target, path)
      if (life.end !== undefined && event.type !== "BreakerOpened") {
        tell(
          life.end === "succeeded" ? "never-twice" : "one-resolution",
          `${event.type} of ${name}, which had ${life.end}`,
          seq
        )
      }
      switch (event.type) {
        case "StepEntered":
          if (event.attempt === undefined) break
          begins(life, name, event.attempt, event)
          life.isArmed = true
          break
        case "StepStarted":
          if (!life.isArmed || life.attempt !== event.attempt) begins(life, name, event.attempt, event)
          life.isArmed = false
          break
        case "AttemptRecovered":
          resolves(life, name, event.attempt, seq)
          rest(life)
          life.wasCut = true
          life.isRecovered = true
          life.needsPerson = false
          break
        case "AttemptFailed":
          resolves(life, name, event.attempt, seq)
          life.notBefore = Date.parse(event.nextAttemptAt)
          rest(life)
          break
        case "RateLimited":
          // It does not count as an attempt.
          rest(life)
          life.isRecovered = false
          life.wasCut = true
          life.notBefore = Date.parse(event.until)
          break
        case "StepSucceeded":
        case "StepFailed":
        case "StepContinued":
          if (event.output !== undefined) resolves(life, name, event.attempt, seq)
          finish(
            life,
            event.type === "StepSucceeded" ? "succeeded" : event.type === "StepFailed" ? "failed" : "continued",
            event.type === "StepSucceeded" ? undefined : event.reason
          )
          break
        case "StepSkipped":
          if (life.isUnderWay) cutShort(life, target, path)
          finish(life, "skipped", event.reason)
          break
        case "GateOpened":
          if (life.opened !== undefined) tell("one-decision", `gate ${name} was opened while it was open`, seq)
          life.opened = seq
          break
        case "GateDecided":
          decided(life, name, event)
          break
        case "IterationEnded":
        case "BreakerOpened":
      }
    },
    cut: () => {
      for (const [life, [target, path]] of active) cutShort(life, target, path)
      active.clear()
    },
    forget: (target) => {
      for (const life of lives.get(target)?.values() ?? []) active.delete(life)
      lives.delete(target)
    },
    retry: (target) => {
      const own = lives.get(target) ?? new Map<string, Life>()
      const anew = [...own].filter(([, life]) =>
        life.reason === "too-many-iterations" || life.reason === "items-changed"
      ).map(([path]) => path)
      for (const [path, life] of own) {
        const isStale = anew.some((loop) => path.startsWith(`${loop}[`))
        // What a failure beside it interrupted goes on where it was.
        if (life.reason === "interrupted" && !isStale) delete life.end
        else if (isStale || (life.end !== undefined && life.end !== "succeeded" && life.reason !== "when-false")) {
          active.delete(life)
          own.delete(path)
        }
      }
    },
    unresolved: (target) => {
      const own = lives.get(target) ?? new Map<string, Life>()
      return [...own].flatMap(([path, { end }]) =>
        end !== "failed" || outerPaths(path).some((outer) => own.get(outer)?.end === "continued") ? [] : [path]
      )
    },
    endOf: (target, path) => lives.get(target)?.get(path)?.end,
    underWay: () => [...active.values()]
  }
}
