/**
 * The id of a run: when it began and a few random digits.
 *
 * The surprise: sorting ids sorts runs by their start.
 */
import { Clock, Effect, Random } from "effect"

/** What `--run-id` may be: it becomes a folder's name. */
const shape = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/

export const isRunId = (text: string): boolean => shape.test(text)

/** Such as `20261120T031500-7f3a9c`, in UTC. */
export const makeRunId: Effect.Effect<string> = Effect.gen(function*() {
  const now = new Date(yield* Clock.currentTimeMillis).toISOString()
  const digits = yield* Random.nextIntBetween(0, 0x1000000)
  return `${now.slice(0, 19).replace(/[-:]/g, "")}-${digits.toString(16).padStart(6, "0")}`
})
