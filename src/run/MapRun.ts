/**
 * A `map`: its steps for each item of a list.
 *
 * Owns the list: what it may be, and that it is the same when the map is gone on with. The
 * surprise: outcomes belong to the place of an item, so a list that has changed in the meantime
 * fails the step instead of giving one item the outcome of another.
 */
import { Effect, Either } from "effect"
import { mostItems } from "../expression/Limits.ts"
import { canonicalJson, type Value } from "../expression/Value.ts"
import { instancePath } from "../plan/StepPath.ts"
import type { Question } from "./CompiledTemplate.ts"
import { expressionsOf, renderCompiled } from "./CompiledValue.ts"
import { itemRecord } from "./Durable.ts"
import { hiddenTexts, withoutHidden } from "./Hidden.ts"
import type { Mask } from "./Mask.ts"
import { runSideBySide } from "./SideBySide.ts"
import type { StateError } from "./StateError.ts"
import type { TargetContext } from "./TargetContext.ts"
import type { CompositeEnd, CompositeWork } from "./Walk.ts"

type Broken = Extract<CompositeEnd, { readonly type: "broken" }>

const broken = (message: string, reason: Broken["reason"] = "expression-failed"): Broken => ({
  type: "broken",
  reason,
  message
})

const isList = (value: Value): value is ReadonlyArray<Value> => Array.isArray(value)

const nameOf = (value: Value): string => {
  if (value === null) return "null"
  if (typeof value === "object") return "a mapping"
  if (typeof value === "string") return "a text"
  return typeof value === "boolean" ? "true or false" : "a number"
}

/** 16 hex digits: enough to see that a list is another one. */
const hashOf = (items: Value): string => Bun.CryptoHasher.hash("sha256", canonicalJson(items), "hex").slice(0, 16)

const plural = (count: number): string => `${count} item${count === 1 ? "" : "s"}`

/** The items of a map, and their digest. */
const itemsOf = (
  { frame, known }: CompositeWork,
  { over }: Extract<Question, { readonly kind: "map" }>,
  mask: Mask
): Either.Either<{ readonly items: ReadonlyArray<Value>; readonly hash: string }, Broken> => {
  const rendered = renderCompiled(over, frame.scope)
  if (Either.isLeft(rendered)) return Either.left(broken(rendered.left.message))
  const items = rendered.right
  if (!isList(items)) return Either.left(broken(`\`map.over\` gives ${nameOf(items)}, not a list`))
  if (items.length > mostItems) {
    return Either.left(
      broken(`\`map.over\` gives ${items.length} items, more than ${mostItems}: use \`forEach\` to make them targets`)
    )
  }
  const texts = hiddenTexts(expressionsOf(over), frame.scope, frame.surroundings.hidden, mask)
  mask.learn(texts)
  // The digest is recorded, and whoever sees it could try out what a secret in it is.
  const hash = hashOf(mask.inputs.size === 0 ? items : withoutHidden(items, new Set(texts), mask))
  if (known?.itemsHash === undefined || known.itemsHash === hash) return Either.right({ items, hash })
  const then = plural(known.items ?? 0)
  return Either.left(
    broken(`the list of this map changed since it began: ${then} then, ${plural(items.length)} now`, "items-changed")
  )
}

/** Runs a map from where it stands. */
export const runMap = (
  context: TargetContext,
  work: CompositeWork,
  question: Extract<Question, { readonly kind: "map" }>
): Effect.Effect<CompositeEnd, StateError> =>
  Effect.gen(function*() {
    const found = itemsOf(work, question, context.mask)
    if (Either.isLeft(found)) return found.left
    const { hash, items } = found.right
    const { compiled, enter, frame, path, walkSteps } = work
    enter({ items: items.length, itemsHash: hash })
    const steps = compiled.branches.get("steps") ?? []
    const { children, ended } = yield* runSideBySide(context, {
      path,
      maxParallel: question.maxParallel,
      continueOnError: compiled.step.continueOnError,
      carried: frame.carried,
      noun: "item",
      children: items.map((item, index) => {
        const parent = instancePath(path, index)
        const scope = { ...frame.scope, item, index }
        return { parent, steps, run: (carried) => walkSteps(context, steps, { ...frame, parent, scope, carried }) }
      })
    })
    return { ...ended, output: { items: children.map(({ failed, records }) => itemRecord(records, failed)) } }
  })
