/**
 * What pawl says of its own work: to standard error, never to standard output.
 */
import { Effect, Layer, Logger, LogLevel } from "effect"
import { printable } from "../report/Printable.ts"
import { Streams } from "./Streams.ts"

const levels: Readonly<Record<string, LogLevel.LogLevel>> = {
  none: LogLevel.None,
  error: LogLevel.Error,
  warning: LogLevel.Warning,
  info: LogLevel.Info,
  debug: LogLevel.Debug,
  trace: LogLevel.Trace
}

/** Sets what is worth a line; by default warnings and errors. */
export const minimumLevel = (name: string | undefined) =>
  Logger.withMinimumLogLevel(levels[name ?? ""] ?? LogLevel.Warning)

const words = (message: unknown): string =>
  (Array.isArray(message) ? message : [message]).map((part) => typeof part === "string" ? part : Bun.inspect(part))
    .join(" ")

/** In the place of Effect's own logger, which writes to standard output. */
export const layerLog: Layer.Layer<never, never, Streams> = Layer.unwrapEffect(
  Effect.map(Streams, ({ stderr }) =>
    Logger.replace(
      Logger.defaultLogger,
      Logger.make(({ logLevel, message }) =>
        stderr.write(`${logLevel.label.toLowerCase()}: ${printable(words(message))}\n`)
      )
    ))
)
