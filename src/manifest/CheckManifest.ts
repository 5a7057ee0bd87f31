/**
 * What the shape of a manifest alone can't say: names used twice, defaults of the wrong type.
 *
 * Owns these checks. Must not look at expressions (`CheckTexts.ts` does). The surprise: like
 * that one, it walks a document that may not be a manifest otherwise.
 */
import { Either, Schema } from "effect"
import { canonicalJson } from "../expression/Value.ts"
import { sameStepIds, stepsTooDeep } from "./CheckSteps.ts"
import type { Finding, Findings } from "./Finding.ts"
import { Input, isOfType, typeWords } from "./Inputs.ts"
import { isMapping } from "./IssueWords.ts"

const items = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])

const decodeInput = Schema.decodeUnknownEither(Input)

const input = (name: string, declaration: unknown): ReadonlyArray<Finding> => {
  const decoded = decodeInput(declaration)
  if (Either.isLeft(decoded)) return []
  const { default: fallback, enum: allowed, secret: isSecret, type } = decoded.right
  const secret = isSecret === true ? { secret: true as const } : {}
  const path = ["inputs", name]
  const wrong = (allowed ?? []).flatMap((value, index): ReadonlyArray<Finding> =>
    isOfType(type, value)
      ? []
      : [{
        path: [...path, "enum", index],
        message: `\`enum\` of \`${name}\` holds a value that is not ${typeWords(type)}`,
        ...secret
      }]
  )
  if (fallback === undefined) return wrong
  if (!isOfType(type, fallback)) {
    const message = `\`default\` of \`${name}\` must be ${typeWords(type)}`
    return [...wrong, { path: [...path, "default"], message, ...secret }]
  }
  const listed = allowed === undefined || allowed.some((value) => canonicalJson(value) === canonicalJson(fallback))
  return listed
    ? wrong
    : [...wrong, {
      path: [...path, "default"],
      message: `\`default\` of \`${name}\` is not in its \`enum\``,
      ...secret
    }]
}

/** Standard input can be taken up once. */
const stdinTwice = (targets: ReadonlyArray<unknown>): ReadonlyArray<Finding> =>
  targets.flatMap((target, index): ReadonlyArray<Finding> => {
    const source = isMapping(target) ? target["forEach"] : undefined
    return isMapping(source) && source["stdin"] === true
      ? [{
        path: ["targets", index, "forEach", "stdin"],
        at: "key",
        message: "standard input is taken up by another `forEach` already"
      }]
      : []
  }).slice(1)

/**
 * Ids of listed targets that stand there twice, as they are written. The targets of a plan are
 * compared with what items make of them too (`plan/Expand.ts`); this is for a manifest that
 * does not get that far, so that all is told at once.
 */
export const sameTargetIds = (document: unknown): ReadonlyArray<Finding> => {
  const first = new Map<string, number>()
  return items(isMapping(document) ? document["targets"] : undefined).flatMap((target, index) => {
    const id = isMapping(target) && !("forEach" in target) ? target["id"] : undefined
    if (typeof id !== "string") return []
    const earlier = first.get(id)
    if (earlier === undefined) {
      first.set(id, index)
      return []
    }
    return [{ path: ["targets", index, "id"], ...sameId(id, `\`targets[${earlier}]\``, `\`targets[${index}]\``) }]
  })
}

/** What to say of two targets with one id. */
export const sameId = (id: string, one: string, other: string) => ({
  message: `target id \`${id}\` is used twice: by ${one} and by ${other}`,
  hint: "give one of them another id"
})

/** What keeps everything else from being looked at: steps deeper in each other than anything should follow. */
export const tooDeep = (document: unknown): Findings | undefined => {
  const found = isMapping(document) ? stepsTooDeep(items(document["targets"])) : undefined
  return found === undefined ? undefined : [found]
}

/** Everything found. */
export const checkManifest = (document: unknown): ReadonlyArray<Finding> => {
  if (!isMapping(document)) return []
  const inputs = document["inputs"]
  const targets = items(document["targets"])
  const seen = new Set<ReadonlyArray<unknown>>()
  return [
    ...(isMapping(inputs) ? Object.entries(inputs).flatMap(([name, declaration]) => input(name, declaration)) : []),
    ...sameStepIds(document["preflight"], ["preflight"], seen, "the preflight"),
    ...targets.flatMap((target, index) =>
      isMapping(target) ? sameStepIds(target["steps"], ["targets", index, "steps"], seen) : []
    ),
    ...stdinTwice(targets)
  ]
}
