/**
 * Whoever watches a run: a place where a command puts its watchers before the run begins.
 *
 * Owns the relay behind `Status`. The surprise: the checkpoint is given its `Status` when the
 * layers meet, long before the flags say who is to watch; so that one passes on to these.
 */
import { Context, Effect, Layer, type Scope } from "effect"
import { Status } from "../run/Status.ts"

type Watcher = Context.Tag.Service<typeof Status>

export class Watchers extends Context.Tag("pawl/Watchers")<Watchers, {
  /** Tells a watcher of everything from now on, until the scope closes. */
  readonly attach: (watcher: Watcher) => Effect.Effect<void, never, Scope.Scope>
}>() {
  static readonly layer: Layer.Layer<Watchers | Status> = Layer.effectContext(Effect.sync(() => {
    let watchers: ReadonlyArray<Watcher> = []
    const status: Watcher = {
      begin: (plan, selection) => {
        for (const watcher of watchers) watcher.begin?.(plan, selection)
      },
      observe: (event, state) => {
        for (const watcher of watchers) watcher.observe(event, state)
      },
      stopping: (request) => {
        for (const watcher of watchers) watcher.stopping?.(request)
      },
      holding: (hold) => {
        for (const watcher of watchers) watcher.holding?.(hold)
      }
    }
    const attach = (watcher: Watcher) =>
      Effect.acquireRelease(
        Effect.sync(() => {
          watchers = [...watchers, watcher]
        }),
        () =>
          Effect.sync(() => {
            watchers = watchers.filter((each) => each !== watcher)
          })
      )
    return Context.make(Status, status).pipe(Context.add(Watchers, { attach }))
  }))
}
