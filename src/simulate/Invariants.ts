/**
 * What must hold of every run, however it went: over its journal and its final state.
 *
 * Owns the list of these promises. Pure. The surprise: they are worked out from the events alone,
 * a second time and in another way than the engine does, or they would only say that the engine
 * agrees with itself. The fold is what is asked last.
 */
import { HashMap } from "effect"
import { stringifyJson } from "../expression/Value.ts"
import type { Plan } from "../plan/Plan.ts"
import type { Selection } from "../plan/Selection.ts"
import { ExitCode } from "../run/ExitCode.ts"
import type { Signal } from "../run/Outcome.ts"
import type { HaltReason, RunEvent } from "../run/RunEvent.ts"
import { apply, empty, type RunState, targetState } from "../run/RunState.ts"
import type { SchedulerOptions } from "../run/Scheduler.ts"
import { isEnded, stepState, type TargetState } from "../run/TargetState.ts"
import { makeWidths } from "./InvariantsOfWidth.ts"
import { makeCheckLives } from "./InvariantsOfPreflight.ts"
import type { Tell, Violation } from "./InvariantsHeldAgainst.ts"
import { makeStepLives } from "./InvariantsOfSteps.ts"

export interface Ran {
  readonly plan: Plan
  readonly selection: Selection
  readonly options: SchedulerOptions
  readonly strict: boolean
  readonly journal: ReadonlyArray<RunEvent>
  /** As the engine had it at the last halt. */
  readonly state: RunState
  readonly exitCode: ExitCode
  readonly signal?: Signal
}

const isAboutStep = (event: RunEvent): event is Extract<RunEvent, { readonly path: string }> => "path" in event

/** What the journal tells, event by event. */
const checkJournal = ({ journal, options, plan }: Ran, tell: Tell): void => {
  const lives = makeStepLives(plan, tell)
  const checks = makeCheckLives(plan, tell)
  const widths = makeWidths(plan, options)
  const needs = new Map(plan.targets.map((target) => [target.id, target.needs]))
  const ends = new Map<string, RunEvent["type"]>()
  let started = new Set<string>()
  let isLive = false
  /** Epoch milliseconds; a rate limit is everybody's. */
  let limitedUntil = 0
  let before = ""

  for (const [index, event] of journal.entries()) {
    const { at, seq, type } = event
    if (seq !== index + 1) tell("no-gaps", `event ${seq} stands where ${index + 1} belongs`, seq)
    if (at < before) tell("no-gaps", `event ${seq} is older than the one before it`, seq)
    before = at
    if ((type === "RunStarted") !== (index === 0)) tell("no-gaps", `${type} is event ${seq}`, seq)
    if (!isLive && type !== "RunStarted" && type !== "RunResumed") tell("no-gaps", `${type} after the halt`, seq)
    switch (event.type) {
      case "RunStarted":
      case "RunResumed":
        isLive = true
        started = new Set()
        lives.cut()
        checks.begin()
        if (event.type === "RunStarted") break
        for (const id of event.reset) {
          lives.forget(id)
          ends.delete(id)
        }
        for (const id of event.retried) {
          lives.retry(id)
          ends.delete(id)
        }
        break
      case "RunHalted":
        isLive = false
        lives.cut()
        checks.halt(event)
        break
      case "PreflightStarted":
      case "PreflightRetried":
      case "PreflightFinished":
        checks.see(event)
        if (event.type === "PreflightStarted" && Date.parse(at) < limitedUntil) {
          tell("rate-limit", `check ${event.check} began before the rate limit was over`, seq)
        }
        if (event.type === "PreflightRetried" && event.reason === "rate-limited") {
          limitedUntil = Math.max(limitedUntil, Date.parse(event.nextAttemptAt))
        }
        break
      default: {
        const { target } = event
        const end = ends.get(target)
        if (end !== undefined) tell("one-end", `${type} of ${target} after its ${end}`, seq)
        if (isAboutStep(event)) lives.see(event)
        if (event.type === "RateLimited") limitedUntil = Math.max(limitedUntil, Date.parse(event.until))
        if (event.type === "StepStarted") {
          if (Date.parse(at) < limitedUntil) {
            tell("rate-limit", `${target}/${event.path} began before the rate limit was over`, seq)
          }
          started.add(`${event.path}\n${target}`)
          if (started.size > (options.cap ?? Number.POSITIVE_INFINITY)) tell("cap", "more steps than the cap", seq)
          for (const message of widths.over(lives.underWay())) tell("max-parallel", message, seq)
        }
        if (event.type === "TargetStarted") {
          checks.starts(target, seq)
          const missing = needs.get(target)?.find((need) => ends.get(need) !== "TargetCompleted")
          if (missing !== undefined) tell("needs", `${target} started before ${missing} had completed`, seq)
        }
        if (event.type === "TargetBlocked" || event.type === "TargetErrored") {
          if (lives.endOf(target, event.step) !== "failed") {
            tell("one-resolution", `${target} ended at ${event.step}, which has not failed`, seq)
          }
        }
        if (event.type === "TargetCompleted") {
          for (const path of lives.unresolved(target)) {
            tell("one-resolution", `${target} completed though ${path} failed and nothing says to go on`, seq)
          }
        }
        if (["TargetCompleted", "TargetBlocked", "TargetErrored", "TargetSkipped"].includes(type)) {
          ends.set(target, type)
          for (const [id, path] of lives.underWay()) {
            if (id === target) tell("one-end", `${target} ended while ${path} was under way`, seq)
          }
        }
      }
    }
  }
  if (isLive) tell("one-end", "the run ended without a halt", journal.length)
}

/** A value with the keys of every object in one order. */
const sorted = (value: unknown): unknown => {
  if (HashMap.isHashMap(value)) return sorted(Object.fromEntries(HashMap.toEntries(value)))
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== "object" || value === null) return value
  const entries = Object.entries(value).toSorted(([a], [b]) => a < b ? -1 : 1)
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]))
}

/** A state as text that is the same for the same state, however it came about. */
const canonical = (target: TargetState): string => stringifyJson(sorted(target))

const checkState = ({ journal, plan, selection, state }: Ran, tell: Tell): RunState => {
  const folded = journal.reduce(apply, empty)
  if (folded.seq !== state.seq) tell("fold", `the state is that of event ${state.seq}`, folded.seq)
  for (const { id } of plan.targets) {
    const [live, again] = [targetState(state, id), targetState(folded, id)]
    if (live !== again && canonical(live) !== canonical(again)) {
      tell("fold", `the state of ${id} is not what its events come to`, folded.seq)
    }
  }
  for (const index of selection.order) {
    const id = plan.targets[index]?.id ?? ""
    const target = targetState(folded, id)
    const { reason, status, step = "" } = target
    if (status === "running") tell("one-end", `${id} is running though nothing runs`, folded.seq)
    if (status === "paused" && reason !== "policy-denied" && stepState(target, step)?.gate === undefined) {
      tell("one-decision", `${id} waits for a person at ${step}, where nothing is open`, folded.seq)
    }
  }
  return folded
}

const signalCodes = { SIGHUP: ExitCode.Hangup, SIGINT: ExitCode.Interrupted, SIGTERM: ExitCode.Terminated } as const
const stuckAtOnce: ReadonlyArray<HaltReason> = ["TargetBlocked", "CircuitBreakerTripped", "FailureThresholdReached"]
const through: ReadonlyArray<HaltReason> = ["AllDoneOrBlocked", "TargetCompleted", "FilterExhausted"]

/** The exit code as the contract has it, in its order of precedence. */
const expectedCode = ({ options, plan, selection, signal, strict }: Ran, folded: RunState): ExitCode => {
  const count = { completed: 0, paused: 0, left: 0 }
  for (const index of selection.order) {
    const { status } = targetState(folded, plan.targets[index]?.id ?? "")
    if (status === "completed") count.completed += 1
    else if (status === "paused") count.paused += 1
    else if (isEnded(status)) count.left += 1
  }
  if (signal !== undefined) return signalCodes[signal]
  if (folded.halted?.reason === "RateLimited") return ExitCode.ComeBackLater
  if (folded.halted?.reason === "PreflightFailed") return ExitCode.ComeBackLater
  if (count.paused > 0) return ExitCode.DecisionNeeded
  const reason = folded.halted?.reason
  if (reason !== undefined && stuckAtOnce.includes(reason)) return ExitCode.Stuck
  if (count.left === 0) return ExitCode.Ok
  return options.autoAdvance && !strict && count.completed > 0 ? ExitCode.Ok : ExitCode.Stuck
}

const checkHalt = (ran: Ran, folded: RunState, tell: Tell): void => {
  const { journal, plan, selection, signal } = ran
  const last = journal.at(-1)
  // An invocation that found nothing to do recorded nothing; its code follows from what it found.
  if (last?.type !== "RunHalted") return
  const expected = expectedCode(ran, folded)
  if (expected !== ran.exitCode) tell("exit-code", `the exit code is ${ran.exitCode}, not ${expected}`, last.seq)
  const reason = last.haltReason
  if ((reason === "ShutdownRequested") !== (signal !== undefined)) {
    tell("halt-reason", `${reason} with ${signal ?? "no signal"}`, last.seq)
  }
  const statuses = selection.order.map((index) => targetState(folded, plan.targets[index]?.id ?? "").status)
  const hasLeft = statuses.some((status) => status === "pending" || status === "paused")
  if (through.includes(reason) && hasLeft) tell("halt-reason", `${reason} though there is something left`, last.seq)
  if (reason === "PreflightFailed" && !hasLeft) tell("preflight", "checks were made though nothing was left", last.seq)
  if (reason === "AwaitingApproval" && !statuses.includes("paused")) {
    tell("halt-reason", `${reason} though nothing waits for a person`, last.seq)
  }
}

/** Everything that does not hold; empty where all is well. Linear in the events. */
export const violations = (ran: Ran): ReadonlyArray<Violation> => {
  const found: Array<Violation> = []
  const tell: Tell = (invariant, message, seq) => {
    found.push({ invariant, message, seq })
  }
  checkJournal(ran, tell)
  checkHalt(ran, checkState(ran, tell), tell)
  return found
}
