/**
 * `pawl simulate BATCH --scenario FILE`, `--chaos` or `--seed N`: the whole run, rehearsed.
 *
 * Owns what is rehearsed and what is printed of it. The surprise: its own exit code is 0 whatever
 * the run would have returned, which is part of the answer; only a promise that pawl would have
 * broken is a failure, and then the command that shows it again is told.
 */
import { Effect } from "effect"
import { resolve } from "node:path"
import { stringifyJson } from "../expression/Value.ts"
import { Environment } from "../manifest/Environment.ts"
import { manifestError } from "../manifest/ManifestError.ts"
import { loadPlanAndNames } from "../plan/LoadPlan.ts"
import { visibleSecrets } from "../plan/VisibleSecrets.ts"
import { shellWord } from "../report/NextSteps.ts"
import { summarize } from "../report/Summarize.ts"
import { ExitCode } from "../run/ExitCode.ts"
import { Machine } from "../run/Machine.ts"
import type { ResumeRequest } from "../run/Resume.ts"
import { type Manner, schedulerOptions } from "../run/RunLoaded.ts"
import { defaultStateDir } from "../run/RunOrigin.ts"
import { expectPlan, selectTargets, unknownNames } from "../run/SelectTargets.ts"
import { chaosScript } from "../simulate/Chaos.ts"
import { violations } from "../simulate/Invariants.ts"
import { checkMatches, loadScenario } from "../simulate/ReadScenario.ts"
import { type Rehearsal, rehearse, type Standstill } from "../simulate/Rehearse.ts"
import { rehearsalDocument } from "../simulate/RehearsalDocument.ts"
import { brokenLines, rehearsalTable } from "../simulate/RehearsalTable.ts"
import { scenarioScript, sunny } from "../simulate/ScenarioScript.ts"
import type { Values } from "./Flag.ts"
import type { planning, resuming } from "./Flags.ts"
import { type CommonFlags, Output } from "./Output.ts"
import { namedStateDir } from "./StateDir.ts"

type RunFlags = Values<typeof resuming>

export type RehearseFlags =
  & Values<typeof planning>
  & Omit<RunFlags, "progress" | "tail" | "retryErrors" | "retryBlocked" | "expectPlan" | "grace" | "load" | "memfree">
  & Partial<Pick<RunFlags, "retryErrors" | "retryBlocked" | "expectPlan">>
  & Pick<CommonFlags, "stateDir">
  & { readonly scenario: string | undefined; readonly seed: number | undefined; readonly chaos: boolean }

/** Leaves out what was not said, so that the manifest's own `run:` can speak. */
const mannerOf = (flags: RehearseFlags, resume: ResumeRequest): Manner => ({
  ...resume,
  ...(flags.autoAdvance === undefined ? {} : { autoAdvance: flags.autoAdvance }),
  ...(flags.cap === undefined ? {} : { cap: flags.cap }),
  ...(flags.maxParallel === undefined ? {} : { maxParallel: flags.maxParallel }),
  ...(flags.maxBlocked === undefined ? {} : { maxBlocked: flags.maxBlocked }),
  halt: flags.halt,
  noWait: flags.noWait
})

/** The call that shows the same again; the value of a secret input becomes `…`. */
const repeated = (flags: RehearseFlags, manifest: string, seed: number, secrets: ReadonlyArray<string>): string => {
  const { autoAdvance, cap, inputs, maxBlocked, maxParallel, scenario } = flags
  const given = (name: string, value: string | number | undefined): ReadonlyArray<string> =>
    value === undefined ? [] : [`--${name}`, String(value)]
  const pair = (text: string): string => {
    const [name = ""] = text.split("=", 1)
    return secrets.includes(name) ? `${name}=…` : text
  }
  return [
    "pawl",
    "simulate",
    manifest,
    ...flags.input.flatMap((text) => given("input", pair(text))),
    ...given("inputs", inputs),
    ...flags.target.flatMap((id) => given("target", id)),
    ...flags.only.flatMap((filter) => given("only", filter)),
    ...(autoAdvance === undefined ? [] : [autoAdvance ? "--auto-advance" : "--no-auto-advance"]),
    ...(flags.strict ? ["--strict"] : []),
    ...given("cap", cap),
    ...given("max-parallel", maxParallel),
    ...given(
      "max-blocked",
      maxBlocked === undefined ? undefined : "count" in maxBlocked ? maxBlocked.count : `${maxBlocked.percent}%`
    ),
    ...(flags.halt === "soon" ? [] : ["--halt", flags.halt]),
    ...(flags.noWait ? ["--no-wait"] : []),
    ...given("scenario", scenario),
    ...(flags.chaos ? ["--chaos"] : []),
    ...given("seed", seed)
  ].map(shellWord).join(" ")
}

/** A run that would wait for ever: the scenario's doing, or a defect. */
const stoodStill = (file: string, { at, hanging, journal }: Standstill, again: string) => {
  const [first] = hanging
  return first === undefined
    ? Effect.dieMessage(`the run came to a standstill after event ${journal.length}, at ${at}; again: ${again}`)
    : manifestError(
      file,
      `the run would never end: attempt ${first.attempt} of ${first.target}/${first.path} hangs and has no time-out`,
      "give the step a `timeout`, or the scenario a `signal`"
    )
}

const isStandstill = (end: Rehearsal | Standstill): end is Standstill => "hanging" in end

export const rehearseCommand = Effect.fn("cli.rehearse")(function*(
  flags: RehearseFlags,
  [manifest = "-"]: ReadonlyArray<string>
) {
  const output = yield* Output
  const { chaos, inputs, seed = 0 } = flags
  if (flags.scenario === "-" && (manifest === "-" || inputs === "-")) {
    return yield* manifestError("-", "standard input can't be the scenario as well", "put one of them into a file")
  }
  const source = { manifest, input: flags.input, ...(inputs === undefined ? {} : { inputs }) }
  const { loaded, unknown } = yield* loadPlanAndNames(source)
  const { manifestDir, plan } = loaded
  if (unknown !== undefined) return yield* unknownNames(plan, flags, unknown)
  yield* expectPlan(plan, flags.expectPlan)
  const { cwd } = yield* Environment
  const stateDir = yield* namedStateDir(flags)
  const earlier = stateDir === undefined ? defaultStateDir(manifestDir) : resolve(cwd, stateDir)
  const selection = yield* selectTargets(earlier, plan, flags)
  const given = flags.scenario === undefined ? undefined : yield* loadScenario(flags.scenario)
  if (given !== undefined) yield* checkMatches(given.source, given.scenario, plan)

  const { script, unmet } = scenarioScript(given?.scenario ?? sunny, chaos ? chaosScript(plan, seed) : {})
  const strict = flags.strict || (plan.run.strict ?? false)
  const resume = {
    retryBlocked: flags.retryBlocked ?? false,
    retryErrors: flags.retryErrors ?? false,
    allowChanges: false
  }
  const request = {
    loaded,
    selection,
    options: schedulerOptions(plan, selection, mannerOf(flags, resume), (yield* Machine).processors()),
    strict,
    resume,
    script,
    seed
  }
  const again = repeated(flags, manifest, seed, plan.secrets)
  const end = yield* rehearse(request)
  if (isStandstill(end)) return yield* stoodStill(flags.scenario ?? manifest, end, again)
  const rehearsal = { ...end, notes: [...visibleSecrets(plan.secrets, flags.input), ...end.notes, ...unmet()] }
  const signal = rehearsal.invocations.at(-1)?.signal
  const broken = violations({ ...request, plan, ...rehearsal, ...(signal === undefined ? {} : { signal }) })
  const summary = summarize({ ...rehearsal, plan, selection })
  const asked = { scenario: flags.scenario ?? null, seed, chaos }
  const document = rehearsalDocument(asked, plan, rehearsal, summary, broken)

  yield* Effect.forEach(rehearsal.notes, output.note, { discard: true })
  if (output.format === "ndjson") {
    for (const event of rehearsal.journal) output.sink.write(`${stringifyJson(event)}\n`)
    output.sink.write(`${stringifyJson(summary)}\n`)
  } else {
    yield* output.answer(
      () => document,
      (style, columns) => rehearsalTable(document, { style, ...(columns === undefined ? {} : { columns }) })
    )
  }
  if (broken.length === 0) return ExitCode.Ok
  yield* output.complain(brokenLines(broken, again, output.errorStyle))
  return ExitCode.Defect
})
