/**
 * A command and its items → a plan like that of a manifest.
 *
 * Owns what the batch is called where nobody names it, and the targets. Pure. The surprise: a target
 * has no more of its item than the command asks for, so that a long list costs little more than its
 * ids, and what the command does not look at can change without making it another item.
 */
import { Array, Either, Option } from "effect"
import { planHash, targetHasher, type TemplateDigest, templateDigests } from "../plan/Hash.ts"
import type { Plan, PlanTarget, RunDefaults } from "../plan/Plan.ts"
import type { Problem } from "../run/UsageError.ts"
import { itemIds } from "./ItemId.ts"
import { type ListItem, placeholdersOf } from "./ListItem.ts"
import { type Placeholder, readCommand, type Sources } from "./Placeholder.ts"
import { eachTemplate, type Policy } from "./Template.ts"

export interface EachRequest extends Policy {
  /** The program and its words, placeholders in them. */
  readonly command: ReadonlyArray<string>
  readonly sources: Sources
  /** Of the batch; made from the command where it is absent. */
  readonly name?: string
  /** How the run goes where a later call does not say it. */
  readonly run: RunDefaults
}

/** All that is known before the first item. */
export interface EachHead {
  readonly plan: Omit<Plan, "hash" | "targets">
  readonly placeholders: ReadonlyArray<Placeholder>
  readonly digest: TemplateDigest
}

const noNeeds: ReadonlyArray<string> = []
const noLabels = {}

/** Letters of a program's name that a batch's may have. */
const slug = (program: string): string =>
  program.slice(program.lastIndexOf("/") + 1).toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-+|-+$/g, "")
    .slice(0, 20)

const nameOf = ([program = ""]: ReadonlyArray<string>, { digest }: TemplateDigest): string =>
  ["each", slug(program), digest.slice(0, 8)].filter((part) => part !== "").join("-")

const batchName = /^[a-z0-9][a-z0-9-]*$/

const nameProblems = (name: string | undefined): ReadonlyArray<Problem> =>
  name === undefined || (batchName.test(name) && name.length <= 200) ? [] : [{
    message: `\`--name ${name}\` can't be the name of a batch`,
    hint: "use up to 200 lower-case letters, digits and dashes, beginning with a letter or digit"
  }]

/** A command that is one word with blanks in it is meant for a shell, which pawl does not ask. */
const wordProblems = (command: ReadonlyArray<string>): ReadonlyArray<Problem> => {
  const [only = "", ...others] = command
  return others.length === 0 && /^[^\s/]+\s/.test(only)
    ? [{
      message: `\`${only}\` is one word, and no program is called that`,
      hint: "leave the quotes out; where a shell is meant, write sh -c '…'"
    }]
    : []
}

/** What a call comes to without its items, or all that is wrong with it. */
export const eachHead = (request: EachRequest): Either.Either<EachHead, Array.NonEmptyReadonlyArray<Problem>> => {
  const { command, name, run, sources } = request
  const words = readCommand(command, sources)
  const template = Either.flatMap(words, (read) => eachTemplate(read, request))
  const problems = [
    ...nameProblems(name),
    ...wordProblems(command),
    ...Option.getOrElse(Either.getLeft(template), () => [])
  ]
  if (Array.isNonEmptyReadonlyArray(problems)) return Either.left(problems)
  return Either.flatMap(words, (read) =>
    Either.map(template, (made): EachHead => {
      const templates = [made]
      const [digest = { digest: "", text: "", index: false }] = templateDigests(templates, {})
      return {
        plan: {
          schema: "pawl.plan/v1",
          batch: name ?? nameOf(command, digest),
          inputs: {},
          secrets: [],
          run,
          templates,
          outputs: {}
        },
        placeholders: placeholdersOf(read),
        digest
      }
    }))
}

/** Makes the targets of items that come one after the other. */
export const targetMaker = ({ digest }: EachHead): (item: ListItem) => PlanTarget => {
  const idOf = itemIds()
  const hashOf = targetHasher()
  return ({ index, texts, values }) => {
    const [only] = texts
    const id = idOf(values)
    const item = texts.length === 1 && only !== undefined ? only : texts
    const hash = hashOf(digest, { needs: noNeeds, index, item })
    // A text that is there already is not kept twice.
    return { id, template: 0, item: item === id ? id : item, index, labels: noLabels, needs: noNeeds, hash }
  }
}

/** The plan; of a list that is not read to its end one that is open. */
export const eachPlan = ({ digest, plan }: EachHead, targets: ReadonlyArray<PlanTarget>, open = false): Plan => {
  const whole = { ...plan, schema: open ? "pawl.open-plan/v1" : "pawl.plan/v1", targets } as const
  return { ...whole, hash: planHash(whole, [digest]) }
}
