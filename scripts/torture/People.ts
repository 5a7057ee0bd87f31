/**
 * The people who decide the gates of a tortured run, each with a process of their own.
 *
 * Owns when a decision is dropped into the run's inbox, and dropping it again where that failed.
 * Must not record one: that is the engine's. The surprise: they go by what they were told, and who
 * was told of a gate that a crash then forgot would have been lied to.
 */
import { Clock, Effect, Layer, Option } from "effect"
import { Disk } from "../../src/checkpoint/Disk.ts"
import { layerFileInbox } from "../../src/checkpoint/FileInbox.ts"
import { type DroppedDecision, RunInbox } from "../../src/checkpoint/Inbox.ts"
import type { Gates } from "../../src/run/Gates.ts"
import type { RunEvent } from "../../src/run/RunEvent.ts"
import type { Opening, RehearsalScript, ScriptedDecision } from "../../src/simulate/RehearsalScript.ts"

interface Coming {
  readonly decision: DroppedDecision
  readonly runDir: string
  dueAt: number
  isDropped: boolean
}

export interface People {
  /** To be called with every event that a watcher is told of. */
  readonly hear: (event: RunEvent, runDir: string) => void
  /** Drops what is due, each with a new process of its own. */
  readonly act: (newDisk: () => Disk["Type"]) => Effect.Effect<void>
  readonly nextDue: () => number | undefined
  readonly gates: (disk: Disk["Type"], newDisk: () => Disk["Type"]) => Effect.Effect<Gates["Type"]>
  /** Decisions that are durable, as far as who made them knows. */
  readonly dropped: () => ReadonlyArray<DroppedDecision>
}

/** How long somebody waits before trying again, milliseconds. */
const PAUSE_MS = 1000

const inboxOn = (disk: Disk["Type"]): Effect.Effect<RunInbox["Type"]> =>
  Effect.provide(RunInbox, Layer.provide(layerFileInbox, Layer.succeed(Disk, disk)))

const optionOf = ({ choice }: ScriptedDecision, { options }: Opening): string => {
  if ("option" in choice) return choice.option
  return choice.decision === "reject" ? "reject" : options.find((option) => option !== "reject") ?? "approve"
}

export const makePeople = ({ gate, isTerminal }: Pick<RehearsalScript, "gate" | "isTerminal">): People => {
  const coming: Array<Coming> = []
  const openings = new Map<string, Opening>()
  const key = (target: string, path: string): string => `${path}\n${target}`
  let listeners: ReadonlyArray<() => void> = []

  const nextDue = (): number | undefined => {
    const due = coming.flatMap(({ dueAt, isDropped }) => (isDropped ? [] : [dueAt]))
    return due.length === 0 ? undefined : Math.min(...due)
  }

  const act: People["act"] = (newDisk) =>
    Effect.gen(function*() {
      const now = yield* Clock.currentTimeMillis
      for (const each of coming) {
        if (each.isDropped || each.dueAt > now) continue
        const inbox = yield* inboxOn(newDisk())
        const dropped = yield* Effect.either(inbox.drop(each.runDir, each.decision))
        if (dropped._tag === "Right") each.isDropped = true
        else each.dueAt = now + PAUSE_MS
      }
    })

  const opened = Effect.async<void>((resume) => {
    const listener = (): void => resume(Effect.void)
    listeners = [...listeners, listener]
    return Effect.sync(() => {
      listeners = listeners.filter((each) => each !== listener)
    })
  })

  return {
    nextDue,
    act,
    dropped: () => coming.flatMap(({ decision, isDropped }) => (isDropped ? [decision] : [])),
    hear: (event, runDir) => {
      if (event.type !== "GateOpened") return
      const { about, at, options, path, seq, target } = event
      const number = (openings.get(key(target, path))?.number ?? 0) + 1
      const opening = { target, path, about, options, number }
      openings.set(key(target, path), opening)
      const scripted = isTerminal ? undefined : gate(opening)
      if (scripted === undefined) return
      const dueAt = Date.parse(at) + scripted.afterMs
      const decidedAt = new Date(dueAt).toISOString()
      const option = optionOf(scripted, opening)
      coming.push({
        decision: { target, path, opened: seq, option, by: scripted.by, decidedAt },
        runDir,
        dueAt,
        isDropped: false
      })
      const told = listeners
      listeners = []
      for (const listener of told) listener()
    },
    gates: (disk, newDisk) =>
      Effect.map(inboxOn(disk), (inbox) => {
        const changed: Effect.Effect<void> = Effect.flatMap(Clock.currentTimeMillis, (now) => {
          const due = nextDue()
          if (due === undefined) return Effect.zipRight(opened, changed)
          if (due <= now) return act(newDisk)
          return Effect.zipRight(Effect.raceFirst(Effect.sleep(due - now), opened), changed)
        })
        return {
          canAsk: isTerminal,
          ask: ({ path, target }) =>
            Effect.gen(function*() {
              const opening = openings.get(key(target, path))
              const scripted = opening === undefined ? undefined : gate(opening)
              if (opening === undefined || scripted === undefined) return Option.none()
              if (scripted.afterMs > 0) yield* Effect.sleep(scripted.afterMs)
              return Option.some({ option: optionOf(scripted, opening), by: scripted.by })
            }),
          inbox: inbox.read,
          changed: () => changed
        }
      })
  }
}
