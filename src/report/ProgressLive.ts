/**
 * Progress on a terminal: the status area at the bottom, and lines that scroll above it.
 *
 * Owns when it is drawn: at most ten times a second, however many events there are. Must not decide what is
 * shown (that is `ProgressView` and `EventLine`), and must leave nothing behind. The surprise: nothing is
 * drawn while the terminal has not taken what was drawn before, or a screen that is held (Ctrl-S) overnight
 * would fill the memory.
 */
import { Clock, type Context, Effect, type Scope } from "effect"
import type { Status } from "../run/Status.ts"
import { type Drawn, redraw } from "./Area.ts"
import { attemptLimits } from "./AttemptLimits.ts"
import { eventLine } from "./EventLine.ts"
import { type About, advance, nothing, upToDate } from "./Progress.ts"
import { progressLines } from "./ProgressView.ts"
import type { MaxAttempts } from "./RunningLines.ts"
import type { Style } from "./Style.ts"

/** Between two drawings, milliseconds. */
const interval = 100
const second = 1000

export interface Screen {
  readonly write: (text: string) => void
  readonly columns: () => number
  readonly rows: () => number
  /** Returns when all that was written is taken. */
  readonly drained: Effect.Effect<void>
}

export interface Display extends Context.Tag.Service<typeof Status> {
  /** Leaves the screen to somebody else until the scope closes; what happens meanwhile is told then. */
  readonly hold: Effect.Effect<void, never, Scope.Scope>
  /** Adds a printable line above the area. */
  readonly say: (line: string) => void
  readonly isHeld: () => boolean
}

/** A watcher that draws until the scope closes, and then wipes its area. */
export const progressLive = (screen: Screen, style: Style): Effect.Effect<Display, never, Scope.Scope> =>
  Effect.gen(function*() {
    let about: About | undefined
    let maxAttempts: MaxAttempts = () => undefined
    let progress = nothing
    let drawn: Drawn = { lines: [], columns: screen.columns(), rows: screen.rows() }
    let above: Array<string> = []
    let held = 0
    let isStale = false
    let isStopping = false
    let drawnAt = 0

    const draw = (after: Drawn): void => {
      const text = redraw(drawn, after, above)
      above = []
      drawn = after
      if (text !== "") screen.write(text)
    }
    const clear = (): void => draw({ lines: [], columns: screen.columns(), rows: screen.rows() })
    const show = (now: number): void => {
      if (progress.startedAt === "" || held > 0) return
      const [columns, rows] = [screen.columns(), screen.rows()]
      const isSame = columns === drawn.columns && rows === drawn.rows
      // Without events only the times change, and those by the second.
      if (isSame && !isStale && above.length === 0 && now - drawnAt < second) return
      isStale = false
      drawnAt = now
      progress = upToDate(progress, about)
      draw({ lines: progressLines(progress, { columns, rows, now, isStopping }, maxAttempts), columns, rows })
    }
    const tick = Effect.map(Clock.currentTimeMillis, show)
    const release = Effect.map(Clock.currentTimeMillis, (now) => {
      held -= 1
      isStale = true
      // Whoever takes the screen many times a second shows more of theirs than of this.
      if (now - drawnAt >= interval) show(now)
    })
    const take = Effect.sync(() => {
      clear()
      held += 1
    })
    // Somebody may write to the same terminal by another descriptor; where it takes nothing they don't wait for ever.
    const wiped = Effect.asVoid(Effect.timeoutOption(screen.drained, second))
    const hold = Effect.zipRight(Effect.acquireRelease(take, () => release), wiped)
    yield* Effect.addFinalizer(() => Effect.sync(clear))
    yield* Effect.forkScoped(
      Effect.forever(Effect.zipRight(Effect.sleep(interval), Effect.zipRight(tick, screen.drained)))
    )
    return {
      hold,
      isHeld: () => held > 0,
      say: (line) => {
        above.push(line)
      },
      begin: (plan, selection) => {
        about = { plan, selection }
        maxAttempts = attemptLimits(plan)
      },
      stopping: () => {
        isStopping = true
        isStale = true
      },
      observe: (event, state) => {
        progress = advance(progress, event, state, about)
        isStale = true
        const line = eventLine(event, progress, style)
        if (line !== undefined) above.push(line)
      }
    }
  })
