/**
 * Answers that are text and nothing else: help, a completion script, a manifest, a log.
 *
 * The surprise: a program that asks for one as JSON is refused, since text in a JSON string would
 * be of no more use to it, and standard output must not hold anything else then.
 */
import { Effect } from "effect"
import { UsageError } from "../run/UsageError.ts"
import { Output } from "./Output.ts"

/** Fails where another format than text was asked for; `what` begins the complaint, such as `help is text`. */
export const textOnly = (what: string) =>
  Effect.flatMap(Output, ({ format }) =>
    format === "table" ? Effect.void : new UsageError({
      problems: [{ message: `${what}, and has no other format`, hint: `leave out \`--format ${format}\`` }]
    }))
