/**
 * Manifest, input values and items to a plan. Pure: the same three give the same plan, to the byte.
 *
 * Owns the expansion of entries into targets and what can be wrong with the targets together.
 * Must not read anything. The surprise: it goes on after a problem, so that all of them are
 * told at once, each at its place in the manifest.
 */
import { Array, Either } from "effect"
import type { Names } from "../expression/Names.ts"
import type { Value, ValueObject } from "../expression/Value.ts"
import { sameId } from "../manifest/CheckManifest.ts"
import type { Finding, Findings, Path } from "../manifest/Finding.ts"
import { pathText } from "../manifest/Finding.ts"
import type { Manifest, RunSettings } from "../manifest/Manifest.ts"
import { durationMs } from "../manifest/Scalars.ts"
import type { Known, Position, TextProblem } from "../manifest/PublicText.ts"
import { findCycles } from "./Cycles.ts"
import { defaults, inherit } from "./Failure.ts"
import { hashes, planHash, targetHasher, type TemplateDigest, templateDigests } from "./Hash.ts"
import { resolveNeeds } from "./Needs.ts"
import type { Plan, PlanTarget, RateLimitPolicy, RunDefaults } from "./Plan.ts"
import { planPreflight, planTemplate } from "./PlanTemplate.ts"
import { PREFLIGHT } from "./Preflight.ts"
import { secretDigests } from "./SecretDigest.ts"
import { type TargetText, targetTexts } from "./TargetTexts.ts"

export interface ExpandRequest {
  readonly manifest: Manifest
  /** What its expressions mention, by their texts, where they were read before: saves reading them again. */
  readonly names?: ReadonlyMap<string, Names>
  /** Of all inputs that have a value, the secret ones included; those do not get into the plan. */
  readonly values: ValueObject
  /** For each entry under `targets` its items, or `undefined` where it is one listed target. */
  readonly items: ReadonlyArray<ReadonlyArray<Value> | undefined>
}

/** A target before its needs are known. There may be a hundred thousand: what can be shared is not copied. */
interface Draft {
  /** Index of the entry under `targets`. */
  readonly entry: number
  readonly position: Position
  readonly texts: TargetText
}

/** A plan spells out every need of every target: this many are some 100 MB of `plan.json`. */
const mostNeeds = 5_000_000

/** What an item got wrong is mostly what all of them got wrong. */
const mostPerText = 3

const secretsOf = (manifest: Manifest): ReadonlySet<string> =>
  new Set(Object.entries(manifest.inputs ?? {}).filter(([, input]) => input.secret === true).map(([name]) => name))

/** What a batch's values come to where secrets have no place. */
export const knownOf = (manifest: Manifest, values: ValueObject): Known => {
  const secrets = secretsOf(manifest)
  return { secrets, inputs: Object.fromEntries(Object.entries(values).filter(([name]) => !secrets.has(name))) }
}

/** Problems of an entry's items: the first few of each text, and how many more there are. */
const itemReport = (findings: Array<Finding>) => {
  const counts = new Map<string, { count: number; readonly path: Path }>()
  return {
    report: (path: Path, problem: TextProblem, position: Position) => {
      const key = pathText(path)
      const seen = counts.get(key) ?? { count: 0, path }
      counts.set(key, seen)
      if (seen.count++ >= mostPerText) return
      const where = position.index === undefined ? "" : `for item ${position.index + 1}: `
      findings.push({ path, ...problem, message: `${where}${problem.message}` })
    },
    finish: () => {
      for (const { count, path } of counts.values()) {
        if (count > mostPerText) findings.push({ path, message: `and the same for ${count - mostPerText} more items` })
      }
    }
  }
}

const draftsOf = (request: ExpandRequest, known: Known, findings: Array<Finding>): ReadonlyArray<Draft> => {
  const drafts: Array<Draft> = []
  const { finish, report } = itemReport(findings)
  request.manifest.targets.forEach((target, entry) => {
    const render = targetTexts(target, ["targets", entry], known)
    if (Either.isLeft(render)) {
      findings.push(...render.left)
      return
    }
    const add = (position: Position) => {
      const texts = render.right(position, (path, problem) => report(path, problem, position))
      if (texts !== undefined) drafts.push({ entry, position, texts })
    }
    const items = request.items[entry]
    if (items === undefined) add({})
    else items.forEach((item, index) => add({ item, index }))
  })
  finish()
  return drafts
}

const nameOf = (draft: Draft): string => {
  const entry = `\`targets[${draft.entry}]\``
  const { index } = draft.position
  return index === undefined ? entry : `item ${index + 1} of ${entry}`
}

const duplicates = (drafts: ReadonlyArray<Draft>, findings: Array<Finding>): void => {
  const first = new Map<string, Draft>()
  const { finish, report } = itemReport(findings)
  for (const draft of drafts) {
    const { id } = draft.texts
    const earlier = first.get(id)
    if (earlier === undefined) first.set(id, draft)
    else {
      report(["targets", draft.entry, "id"], {
        ...sameId(id, nameOf(earlier), nameOf(draft)),
        ...(draft.position.index === undefined
          ? {}
          : { hint: "put what tells the items apart into the id, such as `{{ item }}` or `{{ index }}`" })
      }, {})
    }
  }
  finish()
}

/** Where there is a preflight, its name is no target's. */
const takenName = (drafts: ReadonlyArray<Draft>, findings: Array<Finding>): void => {
  const draft = drafts.find(({ texts }) => texts.id === PREFLIGHT)
  if (draft === undefined) return
  findings.push({
    path: ["targets", draft.entry, "id"],
    message: `target id \`${PREFLIGHT}\` is the name of the batch's own checks, as in \`pawl logs RUN ${PREFLIGHT}\``,
    hint: "give the target another id"
  })
}

const cyclePath = (ids: ReadonlyArray<string>): string => {
  const all = [...ids, ...ids.slice(0, 1)]
  return (all.length > 12 ? [...all.slice(0, 6), "…", ...all.slice(-5)] : all).join(" → ")
}

const needsOf = (drafts: ReadonlyArray<Draft>, findings: Array<Finding>): ReadonlyArray<ReadonlyArray<number>> => {
  const { needs, problems } = resolveNeeds(drafts.map((draft) => draft.texts))
  const { finish, report } = itemReport(findings)
  for (const { need, target, ...problem } of problems) {
    const draft = drafts[target]
    if (draft !== undefined) report(["targets", draft.entry, "needs", need], problem, draft.position)
  }
  finish()
  const count = needs.reduce((sum, each) => sum + each.length, 0)
  if (count > mostNeeds) {
    findings.push({
      path: ["targets"],
      at: "key",
      message: `the needs of all targets come to ${count}, more than ${mostNeeds}`,
      hint: "put one target between: the many need it, and it needs the many"
    })
  }
  for (const cycle of findCycles(needs)) {
    const ids = cycle.flatMap((index) => drafts[index]?.texts.id ?? [])
    findings.push({
      path: ["targets", drafts[cycle[0] ?? 0]?.entry ?? 0, "needs"],
      message: `targets need each other: ${cyclePath(ids)}`,
      hint: "take one of these needs out"
    })
  }
  return needs
}

const maxBlockedOf = (text: number | string): { readonly maxBlocked: NonNullable<RunDefaults["maxBlocked"]> } => ({
  maxBlocked: typeof text === "number" ? { count: text } : { percent: Number.parseInt(text, 10) }
})

const runDefaults = ({ maxBlocked, ...run }: RunSettings): RunDefaults => ({
  ...run,
  ...(maxBlocked === undefined ? {} : maxBlockedOf(maxBlocked))
})

const rateLimitOf = (limit: NonNullable<Manifest["rateLimit"]>): RateLimitPolicy => ({
  exitCodes: limit.exitCodes ?? [],
  ...(limit.stderr === undefined ? {} : { stderr: limit.stderr }),
  onLimit: limit.onLimit ?? "wait",
  maxWaitMs: durationMs(limit.maxWait ?? "2h")
})

const planTargets = (
  drafts: ReadonlyArray<Draft>,
  needs: ReadonlyArray<ReadonlyArray<number>>,
  digests: ReadonlyArray<TemplateDigest>
): ReadonlyArray<PlanTarget> => {
  // Shared lists of needs stay shared.
  const lists = new Map<ReadonlyArray<number>, ReadonlyArray<string>>()
  const idsOf = (indices: ReadonlyArray<number>): ReadonlyArray<string> => {
    const known = lists.get(indices)
    if (known !== undefined) return known
    const ids = indices.map((index) => drafts[index]?.texts.id ?? "")
    lists.set(indices, ids)
    return ids
  }
  const hashOf = targetHasher()
  const targets: Array<PlanTarget> = []
  drafts.forEach(({ entry: template, position: { index, item }, texts: { id, labels } }, at) => {
    const digest = digests[template]
    if (digest === undefined) return
    const needed = idsOf(needs[at] ?? [])
    const hash = hashOf(digest, { needs: needed, index, item })
    targets.push(
      index === undefined || item === undefined
        ? { id, template, labels, needs: needed, hash }
        : { id, template, item, index, labels, needs: needed, hash }
    )
  })
  return targets
}

/** The plan, or everything that is wrong with its targets. */
export const expand = (request: ExpandRequest): Either.Either<Plan, Findings> => {
  const { manifest, values } = request
  const known = knownOf(manifest, values)
  const findings: Array<Finding> = []
  const drafts = draftsOf(request, known, findings)
  const complete = findings.length === 0
  duplicates(drafts, findings)
  if (manifest.preflight !== undefined) takenName(drafts, findings)
  // Needs are looked up among all targets: with some of them missing, they would be told as unknown.
  const needs = complete ? needsOf(drafts, findings) : []
  if (Array.isNonEmptyReadonlyArray(findings)) return Either.left(findings)
  if (drafts.length === 0) return Either.left([{ path: ["targets"], message: "the batch has no targets" }])
  const batch = inherit(defaults, manifest.failure)
  const templates = manifest.targets.map((target) => planTemplate(manifest, target, batch))
  const digests = templateDigests(templates, known.inputs, request.names)
  const plan = {
    schema: "pawl.plan/v1",
    batch: manifest.name,
    ...(manifest.description === undefined ? {} : { description: manifest.description }),
    inputs: known.inputs,
    secrets: [...known.secrets].toSorted(),
    run: runDefaults(manifest.run ?? {}),
    ...(manifest.rateLimit === undefined ? {} : { rateLimit: rateLimitOf(manifest.rateLimit) }),
    ...(manifest.preflight === undefined ? {} : { preflight: planPreflight(manifest, manifest.preflight, batch) }),
    templates,
    targets: planTargets(drafts, needs, digests),
    outputs: manifest.outputs ?? {}
  } as const
  return Either.right({ ...plan, ...hashes(planHash(plan, digests), secretDigests(plan.batch, plan.secrets, values)) })
}
