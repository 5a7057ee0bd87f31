/**
 * The JSON Schemas of the shapes that pawl prints, made from the definitions that make them.
 *
 * Owns the names. Must not be loaded by a command that prints none: making a schema takes
 * longer than starting a run. The manifest's is made in its own room. The surprise: they let
 * fields through that they don't know, since a minor version may add some.
 */
import { JSONSchema, type Schema } from "effect"
import { RunEvent } from "../run/RunEvent.ts"
import {
  CleanupDocument,
  EventsDocument,
  InitDocument,
  LogsDocument,
  RunsDocument,
  ValidationDocument,
  VersionDocument
} from "./Documents.ts"
import { CancelDocument } from "./CancelDocument.ts"
import { DecisionDocument } from "./DecisionDocument.ts"
import { ErrorDocument } from "./ErrorDocument.ts"
import { StatusDocument } from "./StatusDocument.ts"
import { Summary } from "./Summary.ts"

const ast = {
  summary: Summary.ast,
  event: RunEvent.ast,
  error: ErrorDocument.ast,
  status: StatusDocument.ast,
  decision: DecisionDocument.ast,
  cancel: CancelDocument.ast,
  runs: RunsDocument.ast,
  logs: LogsDocument.ast,
  events: EventsDocument.ast,
  cleanup: CleanupDocument.ast,
  init: InitDocument.ast,
  version: VersionDocument.ast,
  validation: ValidationDocument.ast
} as const satisfies Readonly<Record<string, Schema.Schema.All["ast"]>>

export type ReportSchemaName = keyof typeof ast

/** Two values of any kind would be two schemas of one `$id`, which validators refuse. */
const withoutIds = (schema: object): object =>
  JSON.parse(JSON.stringify(schema, (key, value) => key === "$id" ? undefined : value))

/** The JSON Schema (draft 7) of a shape. */
export const schemaOf = (ast: Schema.Schema.All["ast"]): object => {
  const definitions: Record<string, JSONSchema.JsonSchema7> = {}
  const schema = JSONSchema.fromAST(ast, { definitions, additionalPropertiesStrategy: "allow" })
  return withoutIds({
    $schema: "http://json-schema.org/draft-07/schema#",
    ...(Object.keys(definitions).length === 0 ? {} : { $defs: definitions }),
    ...schema
  })
}

/** The JSON Schema of one of the shapes of this room. */
export const reportSchema = (name: ReportSchemaName): object => schemaOf(ast[name])
