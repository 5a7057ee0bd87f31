/**
 * `pawl each`: from a command and a list to the halt of the run.
 *
 * Owns where the items come from. Must not print. The surprise: a call without --name is over when
 * it has come to its end, and the same call then does it all again; only one that was cut short is
 * gone on with.
 */
import { Effect, Either } from "effect"
import { resolve } from "node:path"
import { Environment } from "../manifest/Environment.ts"
import type { ManifestError } from "../manifest/ManifestError.ts"
import type { Plan, PlanTarget, RunDefaults } from "../plan/Plan.ts"
import { checkRunId, runPlan } from "../run/RunBatch.ts"
import type { Manner } from "../run/RunLoaded.ts"
import type { RunOptions } from "../run/RunOptions.ts"
import { defaultStateDir } from "../run/RunOrigin.ts"
import { unknownTails } from "../run/SelectTargets.ts"
import { UsageError } from "../run/UsageError.ts"
import type { CallWords, ListForm } from "./CallWords.ts"
import { crossed } from "./Crossed.ts"
import { type EachHead, eachHead, eachPlan, targetMaker } from "./EachPlan.ts"
import { makeRefused, type Refused } from "./ItemList.ts"
import { itemOf } from "./ListItem.ts"
import { type StdinList, stdinList } from "./StdinList.ts"
import type { Policy } from "./Template.ts"

export interface EachOptions extends ListForm, Policy, Manner, Pick<RunOptions, "fresh" | "runId"> {
  readonly words: CallWords
  readonly name?: string
  /** What a later `pawl resume` goes by. */
  readonly run: RunDefaults
  /** Items whose output is shown. */
  readonly tail: ReadonlyArray<string>
  /** As the user named it. */
  readonly stateDir?: string
}

/** The targets of the lists after `:::`. */
const givenTargets = (
  head: EachHead,
  sources: ReadonlyArray<ReadonlyArray<string>>,
  refused: Refused
): ReadonlyArray<PlanTarget> => {
  const make = targetMaker(head)
  const targets: Array<PlanTarget> = []
  let index = 0
  for (const values of crossed(sources)) {
    const item = itemOf(head.placeholders, values)
    if (Either.isRight(item)) targets.push(make({ ...item.right, index }))
    index += 1
    if (Either.isLeft(item)) refused.add(":::", index, { ...item.left, message: `item ${index} ${item.left.message}` })
  }
  return targets
}

/** What is run, as far as it is known before anything starts. */
interface Known {
  readonly targets: ReadonlyArray<PlanTarget>
  readonly order: ReadonlyArray<number>
  /** Absent where all of the list is known. */
  readonly list?: StdinList
}

const known = (head: EachHead, { words: { sources }, ...form }: EachOptions, refused: Refused) =>
  Effect.gen(function*() {
    if (sources !== undefined) {
      const targets = givenTargets(head, sources, refused)
      const all: Known = { targets, order: targets.map((_, index) => index) }
      return all
    }
    const list = yield* stdinList(head, form, refused)
    yield* list.readFirst
    const { order, targets } = list
    const first: Known = list.isWhole() ? { targets, order } : { targets, order, list }
    return first
  })

/** Runs the command for each item; gives how that ended. */
export const runEach = (options: EachOptions) =>
  Effect.scoped(Effect.gen(function*() {
    const { isJson, name, runId, words } = options
    const head = yield* Either.mapLeft(
      eachHead({ ...options, command: words.command, sources: { count: words.sources?.length ?? 1, isJson } }),
      (problems) => new UsageError({ problems })
    )
    yield* checkRunId(runId)
    const { cwd } = yield* Environment
    const refused = makeRefused()
    const { list, order, targets } = yield* known(head, options, refused)
    const early = refused.error()
    if (early !== undefined && targets.length === 0) return yield* early
    // Of a list that is still being read nobody knows.
    const [unknown, ...others] = list === undefined ? unknownTails({ targets }, options, "name one of the items") : []
    if (unknown !== undefined) return yield* new UsageError({ problems: [unknown, ...others] })
    const plan = (): Plan => eachPlan(head, targets, list?.isWhole() === false)
    const growing = list && { whole: Effect.map(list.readAll, plan), growth: list.growth }
    const outcome = yield* runPlan<ManifestError>({
      stateDir: options.stateDir === undefined ? defaultStateDir(cwd) : resolve(cwd, options.stateDir),
      loaded: { plan: plan(), values: {}, manifestDir: cwd, file: "" },
      inputs: {},
      selection: {
        by: "all",
        order,
        ...(list === undefined ? {} : { isOpen: () => !list.isWhole() }),
        notes: targets.length === 0 ? ["the list has no items: there is nothing to do"] : []
      },
      options: { ...options, isOverAtEnd: name === undefined },
      ...(growing === undefined ? {} : { growing })
    })
    const error = refused.error()
    const isCut = list?.isWhole() === false
    return {
      ...outcome,
      ...(list === undefined ? {} : { plan: plan() }),
      ...(isCut ? { notes: [...outcome.notes, "the list was not read to its end: call it again for the rest"] } : {}),
      ...(error === undefined ? {} : { refused: error })
    }
  })).pipe(Effect.withSpan("EachRun.runEach"))
