/**
 * The JSON Schema (draft-07) of the manifest language, for editors and other programs.
 *
 * Owns nothing but the call: it is made from the definitions that decode a manifest. The
 * surprise: it says a little less than pawl does, since expressions and ids that must differ
 * are beyond a JSON Schema.
 */
import { JSONSchema } from "effect"
import { Manifest } from "./Manifest.ts"

/** The schema as a JSON object, definitions under `$defs`. */
export const manifestJsonSchema = (): JSONSchema.JsonSchema7Root => JSONSchema.make(Manifest)
