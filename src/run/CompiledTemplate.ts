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
import type {
  ApprovalGate,
  AttemptStep,
  CompositeStep,
  GateStep,
  PlanStep,
  PlanTemplate,
  PolicyGate,
  RetryPolicyData,
  RunStep
} from "../plan/Plan.ts"
import { branchesOf } from "../plan/StepTree.ts"
import { type CompiledValue, compileValue } from "./CompiledValue.ts"
import { simpleCommand } from "./SimpleCommand.ts"

export type CompiledEnv = ReadonlyArray<readonly [name: string, value: Template]>

type Words = readonly [string, ...ReadonlyArray<string>]

interface Base<Step extends PlanStep> {
  readonly step: Step
  readonly when?: Template
  readonly env: CompiledEnv
  readonly workdir?: Template
}

export interface CompiledAttempt extends Base<AttemptStep> {
  readonly kind: "attempt"
  readonly work:
    | {
      readonly kind: "run"
      readonly shell: ReadonlyArray<string>
      readonly script: ShellTemplate
      readonly simple?: Words
    }
    | { readonly kind: "command"; readonly words: ReadonlyArray<Template> }
}

export interface CompiledGate extends Base<GateStep> {
  readonly kind: "gate"
  readonly gate:
    | { readonly type: "approval"; readonly is: ApprovalGate; readonly message: Template; readonly show?: Template }
    | { readonly type: "policy"; readonly is: PolicyGate; readonly policy: Template }
    /** The check is an attempt like any other, made once, in the surroundings of the gate. */
    | { readonly type: "check"; readonly is: PolicyGate; readonly check: CompiledAttempt }
}

/** What a composite step looks at to know what to do. */
export type Question =
  | { readonly kind: "if"; readonly condition: Template }
  | { readonly kind: "switch"; readonly text: Template }
  | { readonly kind: "map"; readonly over: CompiledValue; readonly maxParallel: number }
  | { readonly kind: "parallel"; readonly maxParallel: number }
  | {
    readonly kind: "loop"
    readonly while?: Template
    readonly until?: Template
    readonly maxIterations: number
    readonly everyMs?: number
  }

export interface CompiledComposite extends Base<CompositeStep> {
  readonly kind: "composite"
  readonly question: Question
  /** By the names of the plan's branches; of a `map`, `parallel` and `loop` there is one, `steps`. */
  readonly branches: ReadonlyMap<string, ReadonlyArray<CompiledStep>>
}

export type CompiledStep = CompiledAttempt | CompiledGate | CompiledComposite

export interface CompiledTemplate {
  readonly steps: ReadonlyArray<CompiledStep>
  readonly env: ReadonlyArray<CompiledEnv>
  readonly workdir: ReadonlyArray<Template>
  readonly breakerThreshold: number | false
}

const sound = <A>(parsed: Either.Either<A, ExpressionError | ReadonlyArray<ExpressionError>>): A =>
  Either.getOrThrowWith(parsed, (errors) => new Error(`unchecked template in a plan: ${String(errors)}`))

const template = (text: string): Template => sound(parseTemplate(text))
const condition = (text: string): Template => sound(parseCondition(text))

const compileEnv = (env: Readonly<Record<string, string>> | undefined): CompiledEnv =>
  Object.entries(env ?? {}).map(([name, value]) => [name, template(value)] as const)

const base = <Step extends PlanStep>(step: Step): Base<Step> => ({
  step,
  ...(step.when === undefined ? {} : { when: condition(step.when) }),
  env: compileEnv(step.env),
  ...(step.workdir === undefined ? {} : { workdir: template(step.workdir) })
})

const compileScript = (step: Pick<RunStep, "run" | "shell">): CompiledAttempt["work"] => {
  const simple = simpleCommand(step.run, step.shell)
  const work = { kind: "run" as const, shell: step.shell, script: sound(parseShell(step.run)) }
  return simple === undefined ? work : { ...work, simple }
}

const once: RetryPolicyData = { maxAttempts: 1, backoffSeconds: 1, factor: 1, maxBackoffSeconds: 1, jitter: false }

const compileGate = (step: GateStep): CompiledGate => {
  const { gate } = step
  const shared = { kind: "gate" as const, ...base(step) }
  switch (gate.type) {
    case "approval": {
      const show = gate.show === undefined ? {} : { show: template(gate.show) }
      return { ...shared, gate: { type: "approval", is: gate, message: template(gate.message), ...show } }
    }
    case "policy":
      return { ...shared, gate: { type: "policy", is: gate, policy: condition(gate.policy) } }
    case "check": {
      const { run, shell, timeoutMs } = gate
      const attempt: RunStep = {
        kind: "run",
        id: step.id,
        continueOnError: false,
        outputs: "text",
        retries: once,
        run,
        shell,
        ...(timeoutMs === undefined ? {} : { timeoutMs })
      }
      const check: CompiledAttempt = { kind: "attempt", step: attempt, env: [], work: compileScript(attempt) }
      return { ...shared, gate: { type: "check", is: gate, check } }
    }
  }
}

const questionOf = (step: CompositeStep): Question => {
  switch (step.kind) {
    case "if":
      return { kind: "if", condition: condition(step.if) }
    case "switch":
      return { kind: "switch", text: template(step.switch) }
    case "map":
      return { kind: "map", over: compileValue(step.over, template), maxParallel: step.maxParallel }
    case "parallel":
      return { kind: "parallel", maxParallel: step.maxParallel ?? step.steps.length }
    case "loop":
      return {
        kind: "loop",
        ...(step.while === undefined ? {} : { while: condition(step.while) }),
        ...(step.until === undefined ? {} : { until: condition(step.until) }),
        maxIterations: step.maxIterations,
        ...(step.everyMs === undefined ? {} : { everyMs: step.everyMs })
      }
  }
}

const compileStep = (step: PlanStep): CompiledStep => {
  switch (step.kind) {
    case "run":
      return { kind: "attempt", ...base(step), work: compileScript(step) }
    case "command":
      return { kind: "attempt", ...base(step), work: { kind: "command", words: step.command.map(template) } }
    case "gate":
      return compileGate(step)
    default:
      return {
        kind: "composite",
        ...base(step),
        question: questionOf(step),
        branches: new Map(branchesOf(step).map(({ name, steps }) => [name, steps.map(compileStep)]))
      }
  }
}

/** Parses every text of a template. Throws on one that does not parse: that is a defect. */
export const compileTemplate = (plan: PlanTemplate): CompiledTemplate => ({
  steps: plan.steps.map(compileStep),
  env: plan.env.map(compileEnv),
  workdir: plan.workdir.map(template),
  breakerThreshold: plan.breakerThreshold
})

/** Compiles each template of a plan when it is first asked for. */
export const compiler = (templates: ReadonlyArray<PlanTemplate>): (index: number) => CompiledTemplate => {
  const compiled = new Map<number, CompiledTemplate>()
  return (index) => {
    const known = compiled.get(index)
    if (known !== undefined) return known
    const found = templates[index]
    if (found === undefined) throw new Error(`a plan's target names template ${index}, which it does not have`)
    const made = compileTemplate(found)
    compiled.set(index, made)
    return made
  }
}
