/**
 * Progress on a terminal: an area at the bottom that is drawn over, and lines that scroll above it.
 *
 * Owns the drawing. Must not decide what is shown (that is `ProgressView` and `EventLine`), and
 * must leave nothing behind. The surprise: before it draws it asks for the width again, since a
 * narrower window has broken the old lines into more rows than were written.
 */
import { Clock, type Context, Effect, type Scope } from "effect"
import { checksOf } from "../plan/Preflight.ts"
import type { Status } from "../run/Status.ts"
import { eventLine } from "./EventLine.ts"
import { width } from "./Printable.ts"
import { type About, advance, nothing } from "./Progress.ts"
import { progressLines } from "./ProgressView.ts"
import { findStep } from "./StepPlace.ts"
import type { Style } from "./Style.ts"

export interface Screen {
  readonly write: (text: string) => void
  readonly columns: () => number
  readonly rows: () => number
}

/** Brings the cursor to where the old lines began and clears from there. */
export const wipe = (lines: ReadonlyArray<string>, columns: number): string => {
  if (lines.length === 0) return ""
  const rows = lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(width(line) / Math.max(1, columns))), 0)
  return `\r\u001b[${rows}A\u001b[0J`
}

const attemptsOf = (about: About | undefined): (target: string, path: string) => number | undefined => {
  if (about === undefined) return () => undefined
  const templates = new Map<string, number>()
  for (const index of about.selection.order) {
    const target = about.plan.targets[index]
    if (target !== undefined) templates.set(target.id, target.template)
  }
  return (target, path) => {
    const { plan } = about
    const template = checksOf(plan, target) ?? plan.templates[templates.get(target) ?? -1]
    const step = findStep(template?.steps ?? [], path)
    return step !== undefined && "retries" in step ? step.retries.maxAttempts : undefined
  }
}

export interface Display extends Context.Tag.Service<typeof Status> {
  /** Leaves the screen to somebody else until the scope closes; what happens meanwhile is told then. */
  readonly hold: Effect.Effect<void, never, Scope.Scope>
}

/** A watcher that draws at most ten times a second until the scope closes, and then wipes its area. */
export const progressLive = (screen: Screen, style: Style): Effect.Effect<Display, never, Scope.Scope> =>
  Effect.gen(function*() {
    let about: About | undefined
    let maxAttempts = attemptsOf(about)
    let progress = nothing
    let drawn: ReadonlyArray<string> = []
    let above: Array<string> = []
    let held = 0

    const draw = (lines: ReadonlyArray<string>): void => {
      if (above.length === 0 && lines.length === drawn.length && lines.every((line, row) => line === drawn[row])) return
      const text = wipe(drawn, screen.columns()) + [...above, ...lines].map((line) => `${line}\n`).join("")
      above = []
      drawn = lines
      screen.write(text)
    }
    const tick = Effect.map(Clock.currentTimeMillis, (now) => {
      if (progress.startedAt === "" || held > 0) return
      draw(progressLines(progress, { columns: screen.columns(), rows: screen.rows(), now }, maxAttempts))
    })
    const hold = Effect.acquireRelease(
      Effect.sync(() => {
        draw([])
        held += 1
      }),
      () =>
        Effect.sync(() => {
          held -= 1
        })
    )
    yield* Effect.addFinalizer(() => Effect.sync(() => draw([])))
    yield* Effect.forkScoped(Effect.forever(Effect.zipRight(Effect.sleep("100 millis"), tick)))
    return {
      hold,
      begin: (plan, selection) => {
        about = { plan, selection }
        maxAttempts = attemptsOf(about)
      },
      observe: (event, state) => {
        progress = advance(progress, event, state, about)
        const line = eventLine(event, progress, style)
        if (line !== undefined) above.push(line)
      }
    }
  })
