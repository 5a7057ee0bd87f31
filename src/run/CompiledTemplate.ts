/**
 * A plan's template with its texts parsed, once, for all the targets that share it.
 *
 * Owns the parsing. The surprise: a text that does not parse is a defect here, since every text
 * was checked when the manifest was read; a stored plan was made from checked texts.
 */
import { Either } from "effect"
import type { ExpressionError } from "../expression/ExpressionError.ts"
import { parseShell, type ShellTemplate } from "../expression/ShellTemplate.ts"
import { parseCondition, parseTemplate, type Template } from "../expression/Template.ts"
import type { PlanStep, PlanTemplate, RunStep } from "../plan/Plan.ts"
import { simpleCommand } from "./SimpleCommand.ts"

export type CompiledEnv = ReadonlyArray<readonly [name: string, value: Template]>

type Words = readonly [string, ...ReadonlyArray<string>]

export interface CompiledStep {
  readonly step: PlanStep
  readonly when?: Template
  readonly work:
    | {
      readonly kind: "run"
      readonly shell: ReadonlyArray<string>
      readonly script: ShellTemplate
      readonly simple?: Words
    }
    | { readonly kind: "command"; readonly words: ReadonlyArray<Template> }
  readonly env: CompiledEnv
  readonly workdir?: Template
}

export interface CompiledTemplate {
  readonly steps: ReadonlyArray<CompiledStep>
  readonly env: ReadonlyArray<CompiledEnv>
  readonly workdir: ReadonlyArray<Template>
  readonly breakerThreshold: number | false
}

const sound = <A>(parsed: Either.Either<A, ExpressionError | ReadonlyArray<ExpressionError>>): A =>
  Either.getOrThrowWith(parsed, (errors) => new Error(`unchecked template in a plan: ${String(errors)}`))

const compileEnv = (env: Readonly<Record<string, string>> | undefined): CompiledEnv =>
  Object.entries(env ?? {}).map(([name, value]) => [name, sound(parseTemplate(value))] as const)

const compileScript = (step: RunStep): CompiledStep["work"] => {
  const simple = simpleCommand(step.run, step.shell)
  const work = { kind: "run" as const, shell: step.shell, script: sound(parseShell(step.run)) }
  return simple === undefined ? work : { ...work, simple }
}

const compileStep = (step: PlanStep): CompiledStep => ({
  step,
  ...(step.when === undefined ? {} : { when: sound(parseCondition(step.when)) }),
  work: step.kind === "run"
    ? compileScript(step)
    : { kind: "command", words: step.command.map((word) => sound(parseTemplate(word))) },
  env: compileEnv(step.env),
  ...(step.workdir === undefined ? {} : { workdir: sound(parseTemplate(step.workdir)) })
})

/** Parses every text of a template. Throws on one that does not parse: that is a defect. */
export const compileTemplate = (template: PlanTemplate): CompiledTemplate => ({
  steps: template.steps.map(compileStep),
  env: template.env.map(compileEnv),
  workdir: template.workdir.map((text) => sound(parseTemplate(text))),
  breakerThreshold: template.breakerThreshold
})

/** Compiles each template of a plan when it is first asked for. */
export const compiler = (templates: ReadonlyArray<PlanTemplate>): (index: number) => CompiledTemplate => {
  const compiled = new Map<number, CompiledTemplate>()
  return (index) => {
    const known = compiled.get(index)
    if (known !== undefined) return known
    const template = templates[index]
    if (template === undefined) throw new Error(`a plan's target names template ${index}, which it does not have`)
    const made = compileTemplate(template)
    compiled.set(index, made)
    return made
  }
}
