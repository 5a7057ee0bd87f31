/** `pawl init [FILE]`: a manifest to start from. A file that is there is never replaced. */
import { FileSystem } from "@effect/platform"
import { Effect } from "effect"
import { resolve } from "node:path"
import { Environment } from "../manifest/Environment.ts"
import type { InitDocument } from "../report/Documents.ts"
import { shellWord } from "../report/NextSteps.ts"
import { printable } from "../report/Printable.ts"
import { ExitCode } from "../run/ExitCode.ts"
import { StateError } from "../run/StateError.ts"
import { UsageError } from "../run/UsageError.ts"
import { initText } from "./InitText.ts"
import { Output } from "./Output.ts"
import { textOnly } from "./TextOnly.ts"
import { why } from "./Why.ts"

export const initCommand = Effect.fn("cli.init")(function*(args: ReadonlyArray<string>) {
  const output = yield* Output
  const files = yield* FileSystem.FileSystem
  const { cwd } = yield* Environment
  const [path = "batch.yaml"] = args
  if (path === "-") {
    yield* textOnly("a manifest is text")
    output.sink.write(initText)
    return ExitCode.Ok
  }
  yield* files.writeFileString(resolve(cwd, path), initText.replaceAll("batch.yaml", path), { flag: "wx" }).pipe(
    Effect.mapError((error) =>
      error._tag === "SystemError" && error.reason === "AlreadyExists"
        ? new UsageError({
          problems: [{
            message: `\`${path}\` is there already`,
            hint: "name another file, or print the manifest with `pawl init -`"
          }]
        })
        : new StateError({
          message: `can't write \`${path}\`: ${why(error)}`,
          hint: "name a file in a folder that is there and that you may write to",
          path
        })
    )
  )
  yield* output.answer(
    (): InitDocument => ({ schema: "pawl.init/v1", file: path }),
    () => [`wrote ${printable(path)}; run it with: pawl run ${printable(shellWord(path))}`]
  )
  return ExitCode.Ok
})
