/**
 * The people of a rehearsal: they decide what the script says, when it says so.
 *
 * Owns when a decision is there to be found. Must not record one: that is the engine's. The
 * surprise: it reads the journal rather than being told, so that what pawl forgot in a crash they
 * have not forgotten; a decision left while nothing ran is found by the next invocation.
 */
import { Clock, Effect, Option } from "effect"
import { type GateAnswer, Gates, type LeftDecision } from "../run/Gates.ts"
import type { RunEvent } from "../run/RunEvent.ts"
import type { Opening, RehearsalScript, ScriptedDecision } from "./RehearsalScript.ts"

/** A decision that is or will be in the inbox. */
interface Coming {
  readonly dueAt: number
  readonly decision: LeftDecision
  isFound: boolean
}

export interface ScriptedGates {
  readonly gates: Gates["Type"]
  /** To be called after events have been recorded. */
  readonly look: Effect.Effect<void>
  /** When the next decision will be there that nobody has found yet, epoch milliseconds. */
  readonly nextDue: () => number | undefined
}

const optionOf = ({ choice }: ScriptedDecision, { options }: Opening): string => {
  if ("option" in choice) return choice.option
  return choice.decision === "reject" ? "reject" : options.find((option) => option !== "reject") ?? "approve"
}

const answerOf = (scripted: ScriptedDecision, opening: Opening, decidedAt: number): GateAnswer => ({
  option: optionOf(scripted, opening),
  by: scripted.by,
  ...(scripted.note === undefined ? {} : { note: scripted.note }),
  decidedAt: new Date(decidedAt).toISOString()
})

const key = (target: string, path: string): string => `${path}\n${target}`

/** The people of one rehearsal, over all its invocations. `journal` is the one that the run writes. */
export const makeScriptedGates = (
  journal: ReadonlyArray<RunEvent>,
  { gate, isTerminal }: Pick<RehearsalScript, "gate" | "isTerminal">
): ScriptedGates => {
  const coming: Array<Coming> = []
  const openings = new Map<string, Opening>()
  let read = 0
  let listeners: ReadonlyArray<() => void> = []

  /** Reads what was recorded since the last time; true where a gate was opened. */
  const readOn = (): boolean => {
    const before = coming.length
    for (; read < journal.length; read++) {
      const event = journal[read]
      if (event?.type !== "GateOpened") continue
      const { about, options, path, seq, target } = event
      const number = (openings.get(key(target, path))?.number ?? 0) + 1
      const opening = { target, path, about, options, number }
      openings.set(key(target, path), opening)
      if (isTerminal) continue
      const scripted = gate(opening)
      if (scripted === undefined) continue
      const dueAt = Date.parse(event.at) + scripted.afterMs
      const decision = { ...answerOf(scripted, opening, dueAt), target, path, opened: seq }
      coming.push({ dueAt, decision, isFound: false })
    }
    return coming.length > before
  }

  const nextDue = (): number | undefined => {
    readOn()
    return coming.reduce<number | undefined>(
      (first, { dueAt, isFound }) => isFound || (first !== undefined && first <= dueAt) ? first : dueAt,
      undefined
    )
  }

  /** Returns when a gate has been opened that somebody will decide. */
  const opened = Effect.async<void>((resume) => {
    const listener = (): void => resume(Effect.void)
    listeners = [...listeners, listener]
    return Effect.sync(() => {
      listeners = listeners.filter((each) => each !== listener)
    })
  })

  const changed: Effect.Effect<void> = Effect.flatMap(Clock.currentTimeMillis, (now) => {
    const due = nextDue()
    if (due === undefined) return Effect.flatMap(opened, () => changed)
    if (due <= now) return Effect.void
    return Effect.flatMap(Effect.raceFirst(Effect.sleep(due - now), opened), () => changed)
  })

  return {
    nextDue,
    look: Effect.sync(() => {
      if (!readOn()) return
      const told = listeners
      listeners = []
      for (const listener of told) listener()
    }),
    gates: Gates.of({
      canAsk: isTerminal,
      ask: ({ path, target }) =>
        Effect.gen(function*() {
          readOn()
          const opening = openings.get(key(target, path))
          const scripted = opening === undefined ? undefined : gate(opening)
          if (opening === undefined || scripted === undefined) return Option.none()
          if (scripted.afterMs > 0) yield* Effect.sleep(scripted.afterMs)
          return Option.some(answerOf(scripted, opening, yield* Clock.currentTimeMillis))
        }),
      inbox: () =>
        Effect.map(Clock.currentTimeMillis, (now) => {
          readOn()
          const found = coming.filter(({ dueAt }) => dueAt <= now)
          for (const each of found) each.isFound = true
          return { decisions: found.map(({ decision }) => decision), cancels: [], unreadable: [] }
        }),
      changed: () => changed
    })
  }
}
