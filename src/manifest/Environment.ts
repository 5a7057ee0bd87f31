/**
 * What a process is born with: its environment variables, its working directory and its time zone.
 *
 * The only place of the planning side that reads them, so that a plan can be made anywhere. The surprise:
 * a `TZ` that names no zone (`EST5`, `<+03>-3`) would be UTC without a word; here it is a zone that is not known.
 */
import { Context, Effect, Layer } from "effect"

const isZone = (name: string): boolean => {
  try {
    Temporal.Now.zonedDateTimeISO(name)
    return true
  } catch {
    return false
  }
}

/** The zone that `TZ` asks for, or that of the machine. */
const zoneOf = (asked: string | undefined): string | undefined => {
  const name = asked?.replace(/^:/, "").replace(/^\/.*\/zoneinfo\//, "")
  if (name === undefined || name === "" || name === "/etc/localtime") return Temporal.Now.timeZoneId()
  return /^[A-Za-z]/.test(name) && isZone(name) ? name : undefined
}

export class Environment extends Context.Tag("pawl/Environment")<Environment, {
  readonly variables: Readonly<Record<string, string>>
  /** Absolute. */
  readonly cwd: string
  /**
   * The time zone that clocks of the machine show, an IANA name; undefined where it can't be told. Asked for
   * only when needed: finding it out takes longer than the rest of a start.
   */
  readonly timeZone?: () => string | undefined
}>() {
  /** Of this process, as it is when the layer is built. */
  static readonly layerProcess = Layer.effect(
    this,
    Effect.sync(() => ({
      variables: Object.fromEntries(
        Object.entries(process.env).flatMap(([name, value]) => value === undefined ? [] : [[name, value]])
      ),
      cwd: process.cwd(),
      timeZone: () => zoneOf(process.env["TZ"])
    }))
  )

  /** For tests and for runs that must not depend on where they are started. */
  static readonly layerOf = (environment: Context.Tag.Service<typeof Environment>) => Layer.succeed(this, environment)
}
