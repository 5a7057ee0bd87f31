/**
 * The JSON Schema (draft-07) of the manifest language, for editors and other programs.
 *
 * Owns what is made of the definitions that decode a manifest so that it reads well in an editor. The
 * surprise: it says a little less than pawl does, since expressions and ids that must differ are beyond
 * a JSON Schema.
 */
import { JSONSchema, type Schema } from "effect"
import { Manifest } from "./Manifest.ts"

/** What the library says of its own rules: no words for people, and an editor would show them as a heading. */
const isRuleName = (key: string, value: unknown): boolean =>
  typeof value === "string"
  && (key === "title" ? /^\w+\(.*\)$/.test(value) : key === "description" && /^an? (?:string|array) /.test(value))

/**
 * The schema of a language that people write, as a JSON object: the document itself, whose identifier is `name`,
 * and everything else under `definitions`.
 */
export const languageSchema = (ast: Schema.Schema.All["ast"], name: string): object => {
  const definitions: Record<string, JSONSchema.JsonSchema7> = {}
  JSONSchema.fromAST(ast, { definitions, definitionPath: "#/definitions/" })
  const { [name]: root, ...others } = definitions
  const whole = { $schema: "http://json-schema.org/draft-07/schema#", ...root, definitions: others }
  return JSON.parse(JSON.stringify(whole, (key, value) => isRuleName(key, value) ? undefined : value))
}

/** The schema of the manifest. */
export const manifestJsonSchema = (): object => languageSchema(Manifest.ast, "Manifest")
