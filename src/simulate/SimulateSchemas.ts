/**
 * The JSON Schemas of what a simulation prints and reads.
 *
 * Owns the names. Must not be loaded by a command that prints none: see `report/Schemas.ts`. The surprise: that
 * of a scenario lets no unknown key through, since people write one.
 */
import { languageSchema } from "../manifest/JsonSchema.ts"
import { schemaOf } from "../report/Schemas.ts"
import { RehearsalDocument } from "./RehearsalDocument.ts"
import { Scenario } from "./Scenario.ts"
import { Simulation } from "./Simulation.ts"

const schemas = {
  simulation: () => schemaOf(Simulation.ast),
  scenario: () => languageSchema(Scenario.ast, "Scenario"),
  rehearsal: () => schemaOf(RehearsalDocument.ast)
}

export type SimulateSchemaName = keyof typeof schemas

/** The JSON Schema (draft 7) of one shape. */
export const simulateSchema = (name: SimulateSchemaName): object => schemas[name]()
