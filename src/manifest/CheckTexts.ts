/**
 * The expressions of a manifest: each must parse, stand where it can, and be right where it stands.
 *
 * Owns asking about every text. Must not evaluate. The surprise: it works on a document that may not be a
 * manifest otherwise, so that mistakes in expressions are told together with mistakes in shape.
 */
import type { Expression } from "../expression/Expression.ts"
import { makeTextCheck } from "./CheckScopes.ts"
import type { Finding } from "./Finding.ts"
import { visitTexts } from "./ManifestTexts.ts"
import { makeTypeScopes } from "./TypeScopes.ts"

/** Everything wrong with the expressions of a document; `heard` is told of each that can be read. */
export const checkTexts = (
  document: unknown,
  heard: (expression: Expression) => void = () => undefined
): ReadonlyArray<Finding> => {
  const check = makeTextCheck(makeTypeScopes(document), heard)
  const findings: Array<Finding> = []
  visitTexts(document, (kind, text, path, spot) => {
    for (const { beside, ...mistake } of check(kind, text, spot)) {
      findings.push({ path: beside === undefined ? path : [...path.slice(0, -1), ...beside], ...mistake })
    }
  })
  return findings
}
