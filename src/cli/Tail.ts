/**
 * What targets print, shown while they run (`--tail TARGET`).
 *
 * Owns which logs are looked at, and when: ten times a second while an attempt runs, and at its end before that is
 * told. They are read where they are kept, so that what is shown is masked as they are. The surprise: of logs
 * that an earlier invocation left only what is added is shown.
 */
import { type Context, Effect, type Scope } from "effect"
import { readdirSync, statSync } from "node:fs"
import { join } from "node:path"
import { RunStore } from "../checkpoint/RunStore.ts"
import type { Plan } from "../plan/Plan.ts"
import { PREFLIGHT } from "../plan/Preflight.ts"
import type { Selection } from "../plan/Selection.ts"
import { printable } from "../report/Printable.ts"
import { checkAsStep } from "../run/PreflightState.ts"
import { logPath } from "../run/LogPath.ts"
import { type RunState, targetState } from "../run/RunState.ts"
import type { Status } from "../run/Status.ts"
import { isEnded } from "../run/TargetState.ts"
import { logFolder } from "./LogFiles.ts"
import { type TailLog, tailLog } from "./TailLog.ts"

/** Who shows the lines. */
export interface Teller {
  /** Shows a printable line. */
  readonly say: (line: string) => void
  /** Shows a note, where notes are wanted. */
  readonly note: (text: string) => void
  /** Nothing may be shown for now. */
  readonly isHeld: () => boolean
  /** Returns when all that was shown is taken. */
  readonly drained: Effect.Effect<void>
}

/** Sizes of the logs that a target has by now. Where the folder can't be read there are none, or soon an error. */
const sizesOf = (directory: string, target: string): ReadonlyMap<string, number> => {
  const folder = join(directory, logFolder(target))
  try {
    return new Map(readdirSync(folder).map((name) => [join(folder, name), statSync(join(folder, name)).size]))
  } catch {
    // The run itself meets what is wrong with it as soon as it writes there.
    return new Map()
  }
}

/** After these an attempt prints nothing more, but for what it left behind. */
const ends: ReadonlySet<string> = new Set([
  "AttemptFailed",
  "RateLimited",
  "StepSucceeded",
  "StepFailed",
  "StepContinued",
  "StepSkipped"
])

const selectedOf = ({ targets }: Plan, { order }: Selection): ReadonlySet<string | undefined> =>
  new Set(order.map((index) => targets[index]?.id))

/** Why nothing will be shown of a target. */
const silence = (state: RunState, isSelected: boolean, id: string): string | undefined => {
  if (id === PREFLIGHT) return undefined
  if (!isSelected) return "is not among the targets of this call"
  const { status } = targetState(state, id)
  return isEnded(status) ? `is ${status} already` : undefined
}

/**
 * Shows what targets print until the scope closes. Attach it before whoever tells of the run: what an attempt
 * printed comes before how it ended. `around` is the run that it is about.
 */
export const tail = (
  targets: ReadonlyArray<string>,
  { drained, isHeld, note, say }: Teller
): Effect.Effect<
  {
    readonly watcher: Context.Tag.Service<typeof Status>
    readonly around: <A, E, R>(run: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R | RunStore>
  },
  never,
  Scope.Scope
> =>
  Effect.gen(function*() {
    const wanted = new Set(targets)
    const running = new Map<string, TailLog>()
    /** Where to read on, by file. */
    const offsets = new Map<string, number>()
    let directory = ""
    let selected: ReadonlySet<string | undefined> | undefined
    /** Of a list that was still being read when the run began. */
    const unseen = new Set<string>()

    const follow = (target: string, path: string, key: string): void => {
      if (running.has(key)) return
      const file = join(directory, key)
      running.set(
        key,
        tailLog(printable(`${target}/${path}`), { out: `${file}.out`, err: `${file}.err` }, offsets, say)
      )
    }
    const settle = (key: string): void => {
      running.get(key)?.end()
      running.delete(key)
    }
    const pump = Effect.sync(() => {
      if (isHeld()) return
      for (const log of running.values()) log.pump()
    })
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        for (const key of running.keys()) settle(key)
        for (const id of unseen) note(`nothing was shown of ${id}: no such target was begun`)
      })
    )
    yield* Effect.forkScoped(
      Effect.forever(Effect.zipRight(Effect.sleep("100 millis"), Effect.zipRight(drained, pump)))
    )
    return {
      watcher: {
        begin: (plan, selection) => {
          selected = selection.isOpen?.() === true ? undefined : selectedOf(plan, selection)
          for (const id of wanted) {
            if (selected === undefined) unseen.add(id)
            for (const [file, size] of sizesOf(directory, id)) offsets.set(file, size)
          }
        },
        observe: (event, state) => {
          if (event.type === "RunStarted" || event.type === "RunResumed") {
            for (const id of wanted) {
              const why = silence(state(), selected?.has(id) ?? true, id)
              if (why !== undefined) note(`nothing is shown of ${id}: it ${why}`)
            }
          }
          if ("target" in event) unseen.delete(event.target)
          const step = "check" in event ? checkAsStep(event) : event
          if (!("target" in step && "path" in step) || !wanted.has(step.target)) return
          const key = logPath(step.target, step.path)
          if (step.type === "StepStarted") follow(step.target, step.path, key)
          else if (ends.has(step.type)) settle(key)
        }
      },
      around: (run) =>
        Effect.provideServiceEffect(
          run,
          RunStore,
          Effect.map(RunStore, (store) => ({
            ...store,
            checkpoint: (ref) => {
              directory = ref.directory
              return store.checkpoint(ref)
            }
          }))
        )
    }
  })
