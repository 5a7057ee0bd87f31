/**
 * Digests of plans and targets: what "the same plan" and "this target changed" mean.
 *
 * Owns what goes into them. The surprise: a target's digest covers the values of the inputs
 * that its own expressions mention and no others, so changing one input leaves the rest of a
 * batch as it was; labels choose targets, names are for people, and both are in the plan's digest alone.
 */
import { Either } from "effect"
import { parseExpression } from "../expression/Expression.ts"
import { scanExpression } from "../expression/ExpressionScanner.ts"
import { type Names, unionNames } from "../expression/Names.ts"
import { canonicalJson, type Value, type ValueObject } from "../expression/Value.ts"
import type { Plan, PlanStep, PlanTarget, PlanTemplate } from "./Plan.ts"
import { allSteps, mapBranches, outerTexts, stepTexts } from "./StepTree.ts"

const sha256 = (text: string): string => Bun.CryptoHasher.hash("sha256", text, "hex")

const around = (template: PlanTemplate): ReadonlyArray<string> => [
  ...template.env.flatMap((env) => Object.values(env)),
  ...template.workdir
]

const unnamedSteps = (steps: ReadonlyArray<PlanStep>): ReadonlyArray<PlanStep> =>
  steps.map(({ name: _, ...step }) => mapBranches(step, unnamedSteps))

/** A template without what people call its steps, which changes nothing that they do. */
const unnamed = (template: PlanTemplate): PlanTemplate => ({ ...template, steps: unnamedSteps(template.steps) })

/** The expressions in a text, as they are written. */
const sourcesIn = (text: string): ReadonlyArray<string> => {
  const sources: Array<string> = []
  for (let start = text.indexOf("{{"); start !== -1;) {
    const scanned = scanExpression(text, start + 2, false)
    if (scanned._tag === "Unclosed") break
    sources.push(text.slice(start + 2, scanned.end))
    start = text.indexOf("{{", scanned.end + 2)
  }
  return sources
}

/** An expression in which neither word stands mentions nothing that a digest asks about. */
const asked = /inputs|index/

/** What expressions mention of the inputs and of the index; remembered, since those of a long list repeat themselves. */
const namesReader = (
  read: ReadonlyMap<string, Names>
): (texts: ReadonlyArray<string>) => ReadonlyArray<Names> => {
  const known = new Map<string, Names>()
  const namesOf = (source: string): Names => {
    const found = read.get(source.trim())
      ?? known.get(source)
      ?? Either.match(parseExpression(source, 0), { onLeft: () => unionNames([]), onRight: ({ names }) => names })
    known.set(source, found)
    return found
  }
  return (texts) => {
    const names: Array<Names> = []
    for (const text of texts) {
      if (!asked.test(text) || !text.includes("{{")) continue
      const lone = text.startsWith("{{") && text.endsWith("}}") ? read.get(text.slice(2, -2).trim()) : undefined
      if (lone !== undefined) names.push(lone)
      else for (const source of sourcesIn(text)) if (asked.test(source)) names.push(namesOf(source))
    }
    return names
  }
}

/** What a template gives to the digests of its targets and of the plan. */
export interface TemplateDigest {
  readonly digest: string
  /** Canonical JSON of the template. */
  readonly text: string
  /** Whether its expressions look at a target's place among its items. */
  readonly index: boolean
}

/**
 * `inputs` are the values that are not secret; of a secret one, its name in a template's texts is all that counts.
 * `read` may have what expressions mention, by their texts, of those that were read before.
 */
export const templateDigests = (
  templates: ReadonlyArray<PlanTemplate>,
  inputs: ValueObject,
  read: ReadonlyMap<string, Names> = new Map()
): ReadonlyArray<TemplateDigest> => {
  const namesIn = namesReader(read)
  const given = Object.entries(inputs)
  const none = canonicalJson({})
  return templates.map((template) => {
    const names = namesIn([...around(template), ...stepTexts(template.steps)])
    const all = names.some((each) => each.dynamic.has("inputs"))
    const mentioned = names.length === 0
      ? none
      : canonicalJson(Object.fromEntries(given.filter(([name]) => all || names.some((each) => each.inputs.has(name)))))
    const text = canonicalJson(template)
    const isNamed = allSteps(template.steps).some(({ name }) => name !== undefined)
    const decisive = isNamed ? canonicalJson(unnamed(template)) : text
    const index = names.some((each) => each.roots.has("index"))
    return {
      text,
      digest: sha256(`${decisive}\n${mentioned}`),
      index: index
        && namesIn([...around(template), ...outerTexts(template.steps)]).some(({ roots }) => roots.has("index"))
    }
  })
}

/** Targets of one entry share their needs, so remembering the last list is enough. */
const needsWriter = (): (needs: ReadonlyArray<string>) => string => {
  let last: ReadonlyArray<string> | undefined
  let text = ""
  return (needs) => {
    if (needs !== last) {
      text = JSON.stringify(needs)
      last = needs
    }
    return text
  }
}

/** What decides what a target does, next to its template: `needs` are ids, `index` and `item` those of a `forEach`. */
export interface Hashed {
  readonly needs: ReadonlyArray<string>
  readonly index: number | undefined
  readonly item: Value | undefined
}

/** Makes the digests of targets: 16 hex digits over everything that decides what one does. */
export const targetHasher = (): (template: Pick<TemplateDigest, "digest" | "index">, target: Hashed) => string => {
  const needsText = needsWriter()
  return (template, { index, item, needs }) => {
    const place = template.index ? index ?? "" : ""
    // The beginning of a longer text would keep all of it in memory, a hundred thousand times.
    return Bun.CryptoHasher.hash(
      "sha256",
      `${template.digest}\n${place}\n${item === undefined ? "" : canonicalJson(item)}\n${needsText(needs)}`
    ).toString("hex", 0, 8)
  }
}

/**
 * Labels with their names in order. Targets of one entry have the same names, so the look at
 * them is remembered; none is a whole number, which an object would put in an order of its own.
 */
const labelSorter = (): (labels: Readonly<Record<string, string>>) => Readonly<Record<string, string>> => {
  let last: ReadonlyArray<string> = []
  let inOrder = true
  return (labels) => {
    const names = Object.keys(labels)
    if (names.length !== last.length || names.some((name, index) => name !== last[index])) {
      last = names
      inOrder = names.every((name, index) => index === 0 || (names[index - 1] ?? "") < name)
    }
    return inOrder ? labels : Object.fromEntries(names.toSorted().map((name) => [name, labels[name] ?? ""]))
  }
}

/** Whether `JSON.stringify` alone writes it canonically. */
const isPlain = (item: Value | undefined): boolean => typeof item !== "object" && typeof item !== "bigint"

/** Longer lists are shared by many targets: worth not writing again. */
const shortNeeds = 16

/** Canonical JSON of each target, in order, with little garbage: there may be a hundred thousand of them. */
const targetWriter = (): (target: PlanTarget) => string => {
  const sorted = labelSorter()
  const needsText = needsWriter()
  return ({ hash, id, index, item, labels, needs, template }) => {
    if (!isPlain(item)) return canonicalJson({ hash, id, index, item, labels, needs, template })
    const names = sorted(labels)
    return needs.length <= shortNeeds
      ? JSON.stringify({ hash, id, index, item, labels: names, needs, template })
      : `${JSON.stringify({ hash, id, index, item, labels: names }).slice(0, -1)},"needs":${
        needsText(needs)
      },"template":${template}}`
  }
}

/**
 * `sha256:` and 64 hex digits over the canonical JSON of a plan without its hashes, `run` and
 * `description`: keys in code-unit order, no white space, integers with all their digits.
 */
export const planHash = (
  plan: Omit<Plan, "hash" | "contentHash">,
  digests: ReadonlyArray<Pick<TemplateDigest, "text">>
): string => {
  const hasher = new Bun.CryptoHasher("sha256")
  hasher.update(
    `{"batch":${JSON.stringify(plan.batch)},"inputs":${canonicalJson(plan.inputs)},"outputs":${
      canonicalJson(plan.outputs)
    }`
  )
  if (plan.preflight !== undefined) hasher.update(`,"preflight":${canonicalJson(plan.preflight)}`)
  if (plan.rateLimit !== undefined) hasher.update(`,"rateLimit":${canonicalJson(plan.rateLimit)}`)
  hasher.update(`,"schema":${JSON.stringify(plan.schema)},"secrets":${canonicalJson(plan.secrets)},"targets":[`)
  const write = targetWriter()
  plan.targets.forEach((target, index) => (index === 0 ? hasher : hasher.update(",")).update(write(target)))
  hasher.update("],\"templates\":[")
  digests.forEach(({ text }, index) => hasher.update(`${index === 0 ? "" : ","}${text}`))
  return `sha256:${hasher.update("]}").digest("hex")}`
}

/**
 * The hashes of a plan: where secret inputs have values, their digests are part of its hash, and `contentHash` is what
 * the stored plan alone comes to.
 */
export const hashes = (
  content: string,
  secrets: Readonly<Record<string, string>>
): Pick<Plan, "hash" | "contentHash"> =>
  Object.keys(secrets).length === 0
    ? { hash: content }
    : { hash: `sha256:${sha256(`${content}\n${canonicalJson(secrets)}`)}`, contentHash: content }

/** Whether a plan that was stored is still the one its hash was taken of. */
export const isIntact = (plan: Plan): boolean =>
  (plan.contentHash ?? plan.hash)
    === planHash(plan, plan.templates.map((template) => ({ text: canonicalJson(template) })))
