/**
 * What expressions make of secrets: which variables come from one, and which texts have to be masked.
 *
 * Owns telling them. Pure. The surprise: a text that has a secret in it needs nothing more, since
 * the secret is masked in it; only one that shows it in another way, such as in capital letters,
 * is a secret of its own.
 */
import { Either } from "effect"
import { evaluate, type Expression } from "../expression/Expression.ts"
import type { Names } from "../expression/Names.ts"
import type { Scope } from "../expression/Scope.ts"
import type { Template } from "../expression/Template.ts"
import { canonicalJson, type Value } from "../expression/Value.ts"
import { leavesOf, type Mask } from "./Mask.ts"
import { shortest } from "./MaskForms.ts"

export interface Hidden {
  /** Names of the environment variables that come from a secret. */
  readonly env: ReadonlySet<string>
  /** Texts made of secrets, to be masked. */
  readonly texts: ReadonlyArray<string>
}

/** Where nothing is secret. */
export const nothingHidden: Hidden = { env: new Set(), texts: [] }

/** What the environment that pawl itself was started with has of secrets. */
export const hiddenIn = (variables: Readonly<Record<string, string>>, mask: Mask): Hidden =>
  mask.inputs.size === 0
    ? nothingHidden
    : { env: new Set(Object.keys(variables).filter((name) => mask.holds(variables[name] ?? ""))), texts: [] }

const mentions = ({ env, inputs, roots }: Names, { item }: Scope, hidden: Hidden, mask: Mask): boolean =>
  [...inputs].some((name) => mask.inputs.has(name))
  || [...env].some((name) => hidden.env.has(name))
  || (item !== undefined && roots.has("item") && mask.holds(canonicalJson(item)))

/** What of a value would show a secret that the mask does not know yet. A text of the manifest itself is none. */
const unknownTexts = (expression: Expression, scope: Scope, mask: Mask): ReadonlyArray<string> =>
  Either.match(evaluate(expression, scope), {
    // It fails where it is rendered, and is told of there.
    onLeft: () => [],
    onRight: (value) =>
      leavesOf(value).filter((text) =>
        text.length >= shortest && !expression.source.includes(text) && !mask.holds(text)
      )
  })

/** The texts that expressions make of secrets, of those that mention one. */
export const hiddenTexts = (
  expressions: ReadonlyArray<Expression>,
  scope: Scope,
  hidden: Hidden,
  mask: Mask
): ReadonlyArray<string> =>
  mask.inputs.size === 0
    ? []
    : expressions.flatMap((expression) =>
      mentions(expression.names, scope, hidden, mask) ? unknownTexts(expression, scope, mask) : []
    )

/** The expressions of a template. */
export const expressionsIn = ({ parts }: Template): ReadonlyArray<Expression> =>
  parts.filter((part) => typeof part !== "string")

/** What is hidden within a level of variables, each rendered to what `inner` has. */
export const hiddenWithin = (
  level: ReadonlyArray<readonly [name: string, value: Template]>,
  scope: Scope,
  inner: Readonly<Record<string, string>>,
  outer: Hidden,
  mask: Mask
): Hidden => {
  if (mask.inputs.size === 0 || level.length === 0) return outer
  const env = new Set(outer.env)
  const texts = [...outer.texts]
  for (const [name, template] of level) {
    texts.push(...hiddenTexts(expressionsIn(template), scope, outer, mask))
    if (mentions(template.names, scope, outer, mask) || mask.holds(inner[name] ?? "")) env.add(name)
    else env.delete(name)
  }
  return { env, texts }
}

const isList = (value: object): value is ReadonlyArray<Value> => Array.isArray(value)

/** A value with stars in the place of each text and number that shows a secret, or is one of `texts`. */
export const withoutHidden = (value: Value, texts: ReadonlySet<string>, mask: Mask): Value => {
  if (value === null || typeof value === "boolean") return value
  if (typeof value !== "object") {
    const text = String(value)
    return texts.has(text) || mask.holdsInput(text) ? "***" : value
  }
  if (isList(value)) return value.map((each) => withoutHidden(each, texts, mask))
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withoutHidden(each, texts, mask)]))
}
