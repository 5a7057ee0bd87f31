/** `pawl import KIND FILE`: a manifest from a file of another tool. */
import { Effect } from "effect"
import { importSource, languages } from "../import/Import.ts"
import { readSourceFile } from "../manifest/SourceFile.ts"
import { largestSource, sourceOf } from "../manifest/SourceText.ts"
import { Stdin } from "../manifest/Stdin.ts"
import { ExitCode } from "../run/ExitCode.ts"
import { importKinds } from "./ManifestCommands.ts"
import { Output } from "./Output.ts"
import { textOnly } from "./TextOnly.ts"

const comments = (count: number): string =>
  count === 1 ? "1 comment in it says what to look at" : `${count} comments in it say what to look at`

export const importCommand = Effect.fn("cli.import")(function*(args: ReadonlyArray<string>) {
  const output = yield* Output
  yield* textOnly("a manifest is text")
  const [given, file = "-"] = args
  // The reading of arguments has let no other name through.
  const kind = importKinds.find((each) => each === given) ?? "spec-kit"
  const bytes = file === "-"
    ? yield* (yield* Stdin).read(largestSource)
    : yield* readSourceFile(file, languages[kind].file)
  const source = yield* sourceOf(file, bytes)
  const { notes, text } = yield* importSource(kind, source)
  if (notes > 0) yield* output.note(comments(notes))
  output.sink.write(text)
  return ExitCode.Ok
})
