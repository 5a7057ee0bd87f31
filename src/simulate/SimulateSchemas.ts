/**
 * The JSON Schemas of what a simulation prints and reads.
 *
 * Owns the names. Must not be loaded by a command that prints none: see `report/Schemas.ts`.
 */
import type { Schema } from "effect"
import { schemaOf } from "../report/Schemas.ts"
import { Simulation } from "./Simulation.ts"

const ast: { readonly [Name in "simulation"]: Schema.Schema.All["ast"] } = {
  simulation: Simulation.ast
}

export type SimulateSchemaName = keyof typeof ast

/** The JSON Schema (draft 7) of one shape. */
export const simulateSchema = (name: SimulateSchemaName): object => schemaOf(ast[name])
