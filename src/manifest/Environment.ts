/**
 * What a process is born with: its environment variables and its working directory.
 *
 * The only place of the planning side that reads them, so that a plan can be made anywhere.
 */
import { Context, Effect, Layer } from "effect"

export class Environment extends Context.Tag("pawl/Environment")<Environment, {
  readonly variables: Readonly<Record<string, string>>
  /** Absolute. */
  readonly cwd: string
}>() {
  /** Of this process, as it is when the layer is built. */
  static readonly layerProcess = Layer.effect(
    this,
    Effect.sync(() => ({
      variables: Object.fromEntries(
        Object.entries(process.env).flatMap(([name, value]) => value === undefined ? [] : [[name, value]])
      ),
      cwd: process.cwd()
    }))
  )

  /** For tests and for runs that must not depend on where they are started. */
  static readonly layerOf = (environment: Context.Tag.Service<typeof Environment>) => Layer.succeed(this, environment)
}
