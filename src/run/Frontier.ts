/**
 * The targets of an invocation that may start now, in their order.
 *
 * Owns the bookkeeping of `needs`. Holds nothing that plan, selection and state do not tell, and
 * is made anew from them for each invocation. The surprise: it does work for each event, never
 * for each target, so a hundred thousand targets cost no more apiece than ten.
 */
import type { Plan, PlanTarget } from "../plan/Plan.ts"
import type { Selection } from "../plan/Selection.ts"
import type { RunFact } from "./RunEvent.ts"
import { type RunState, targetState } from "./RunState.ts"
import { isEnded, type TargetState, type TargetStatus } from "./TargetState.ts"
import type { Candidate } from "./Scheduler.ts"

export interface Frontier {
  /** The first target that need not wait, without taking it. */
  readonly peek: () => Candidate | undefined
  /** Takes that target. */
  readonly take: () => void
  /** Tells that a target ended, which may free or doom those that need it. */
  readonly ended: (id: string, status: TargetStatus) => void
  /** Puts a target that rests back where it was; false where it is not one of these targets. */
  readonly again: (id: string) => boolean
}

/** Inserts a position into an ascending list. */
const insert = (positions: Array<number>, position: number): void => {
  let low = 0
  let high = positions.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((positions[middle] ?? 0) < position) low = middle + 1
    else high = middle
  }
  positions.splice(low, 0, position)
}

interface Held {
  readonly position: number
  unmet: number
  deadNeed?: string
}

/** Whether a target rests until somebody outside decides: taking it up again would change nothing. */
export const waitsForOthers = ({ reason, status }: TargetState, canAsk: boolean): boolean =>
  status === "paused" && !canAsk && reason !== "policy-denied"

/** That a target is skipped, since one that it needs will not complete. */
export const skippedFor = (target: PlanTarget, need: string, state: RunState): RunFact => {
  const { status } = targetState(state, need)
  const why = status === "pending" ? "not part of this selection" : status
  return {
    type: "TargetSkipped",
    target: target.id,
    reason: "need-not-completed",
    need,
    message: `it needs ${need}, which is ${why}`
  }
}

/** `canAsk`: there is a person to ask about gates, so targets that rest at one are taken up again. */
export const makeFrontier = (plan: Plan, selection: Selection, state: RunState, canAsk: boolean): Frontier => {
  const order = selection.order
  let ids: ReadonlySet<string | undefined> | undefined
  /** Of a long list without needs nobody asks. */
  const isSelected = (id: string): boolean => {
    ids ??= new Set(order.map((index) => plan.targets[index]?.id))
    return ids.has(id)
  }
  const held = new Map<number, Held>()
  const dependents = new Map<string, Array<Held>>()
  const freed: Array<number> = []

  for (const [position, index] of order.entries()) {
    const target = plan.targets[index]
    if (target === undefined || target.needs.length === 0) continue
    if (isEnded(targetState(state, target.id).status)) continue
    const entry: Held = { position, unmet: 0 }
    for (const need of target.needs) {
      const { status } = targetState(state, need)
      if (status === "completed") continue
      if (isEnded(status) || !isSelected(need)) {
        entry.deadNeed ??= need
      } else {
        entry.unmet += 1
        dependents.set(need, [...(dependents.get(need) ?? []), entry])
      }
    }
    if (entry.unmet > 0 || entry.deadNeed !== undefined) held.set(position, entry)
    if (entry.deadNeed !== undefined) freed.push(position)
  }

  let cursor = 0
  /** Moves past what has ended and what is held up; held targets come back through `freed`. */
  const settle = (): void => {
    for (; cursor < order.length; cursor++) {
      const target = plan.targets[order[cursor] ?? -1]
      if (target === undefined || held.has(cursor)) continue
      const now = targetState(state, target.id)
      if (!isEnded(now.status) && !waitsForOthers(now, canAsk)) return
    }
  }
  const front = (): number | undefined => {
    settle()
    const first = freed[0]
    if (first === undefined) return cursor < order.length ? cursor : undefined
    return cursor < order.length ? Math.min(first, cursor) : first
  }

  return {
    peek: () => {
      const position = front()
      const index = position === undefined ? undefined : order[position]
      if (position === undefined || index === undefined) return undefined
      const deadNeed = held.get(position)?.deadNeed
      return deadNeed === undefined ? { index } : { index, deadNeed }
    },
    take: () => {
      if (front() === freed[0]) freed.shift()
      else cursor += 1
    },
    ended: (id, status) => {
      for (const entry of dependents.get(id) ?? []) {
        entry.unmet -= 1
        const wasDead = entry.deadNeed !== undefined
        if (status !== "completed") entry.deadNeed ??= id
        if (!wasDead && (entry.unmet === 0 || entry.deadNeed !== undefined)) insert(freed, entry.position)
      }
      dependents.delete(id)
    },
    again: (id) => {
      const position = order.findIndex((index) => plan.targets[index]?.id === id)
      if (position >= 0) insert(freed, position)
      return position >= 0
    }
  }
}
