/** `pawl schema NAME`: the JSON Schema of a shape. */
import { Effect } from "effect"
import { stringifyJson } from "../expression/Value.ts"
import { ExitCode } from "../run/ExitCode.ts"
import { schemaNames } from "./ManifestCommands.ts"
import { Output } from "./Output.ts"

type Name = (typeof schemaNames)[number]

const load = (name: Name): Promise<object> => {
  switch (name) {
    case "manifest":
      return import("../manifest/JsonSchema.ts").then(({ manifestJsonSchema }) => manifestJsonSchema())
    case "simulation":
    case "scenario":
    case "rehearsal":
      return import("../simulate/SimulateSchemas.ts").then(({ simulateSchema }) => simulateSchema(name))
    default:
      return import("../report/Schemas.ts").then(({ reportSchema }) => reportSchema(name))
  }
}

export const schemaCommand = Effect.fn("cli.schema")(function*(args: ReadonlyArray<string>) {
  const output = yield* Output
  // The reading of arguments has let no other name through.
  const name = schemaNames.find((each) => each === args[0]) ?? "manifest"
  const schema = yield* Effect.promise(() => load(name))
  output.sink.write(`${stringifyJson(schema, output.format === "ndjson" ? undefined : 2)}\n`)
  return ExitCode.Ok
})
