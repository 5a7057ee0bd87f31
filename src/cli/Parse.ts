/**
 * The words of a command's flags → typed values, by `@effect/cli`.
 *
 * Must not see a call that has problems. The surprise: what `@effect/cli` still refuses after
 * `Arguments.ts` has judged every word is wrong use all the same, told in its words.
 */
import { CliConfig, HelpDoc, Options } from "@effect/cli"
import { Effect, HashMap, Record } from "effect"
import type { FileSystem } from "@effect/platform"
import { UsageError } from "../run/UsageError.ts"
import type { Call } from "./Arguments.ts"
import type { Flags, Values } from "./Flag.ts"

type Parsed<A> = Effect.Effect<A, UsageError, FileSystem.FileSystem>

/** The values of `flags` in a call. */
export function parseFlags<F extends Flags>(flags: F, call: Call): Parsed<Values<F>>
export function parseFlags(flags: Flags, call: Call): Parsed<Readonly<Record<string, unknown>>> {
  const words = HashMap.fromIterable(Array.from(call.flags, ([name, values]) => [`--${name}`, values] as const))
  return Options.parse(Options.all(Record.map(flags, (flag) => flag.options)), words, CliConfig.defaultConfig).pipe(
    Effect.mapError((error) =>
      new UsageError({ problems: [{ message: Bun.stripANSI(HelpDoc.toAnsiText(error.error)).trim() }] })
    )
  )
}
