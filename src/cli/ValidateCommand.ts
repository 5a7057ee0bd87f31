/** `pawl validate BATCH`: every error at once, or what the manifest holds. */
import { Effect } from "effect"
import { loadPlan } from "../plan/LoadPlan.ts"
import type { Plan, PlanTemplate } from "../plan/Plan.ts"
import { allSteps } from "../plan/StepTree.ts"
import { visibleSecrets } from "../plan/VisibleSecrets.ts"
import type { ValidationDocument } from "../report/Documents.ts"
import { printable } from "../report/Printable.ts"
import { ExitCode } from "../run/ExitCode.ts"
import type { validateData } from "./ManifestCommands.ts"
import type { Values } from "./Flag.ts"
import { Output } from "./Output.ts"
import { sourceOf } from "./PlanSourceOf.ts"

/** Steps as they are written, those within others too: how often a map or a loop does them is not known yet. */
const held = ({ steps }: PlanTemplate) => {
  const all = allSteps(steps)
  return { steps: all.length, gates: all.filter(({ kind }) => kind === "gate").length }
}

const describe = (file: string, plan: Plan): ValidationDocument => {
  const templates = plan.templates.map(held)
  const sum = (what: "steps" | "gates"): number =>
    plan.targets.reduce((total, { template }) => total + (templates[template]?.[what] ?? 0), 0)
  return {
    schema: "pawl.validation/v1",
    valid: true,
    file,
    batch: plan.batch,
    planHash: plan.hash,
    targets: plan.targets.length,
    steps: sum("steps"),
    gates: sum("gates"),
    inputs: [...Object.keys(plan.inputs), ...plan.secrets].sort()
  }
}

const several = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`

export const validateCommand = Effect.fn("cli.validate")(function*(
  flags: Values<typeof validateData.flags>,
  args: ReadonlyArray<string>
) {
  const output = yield* Output
  const source = sourceOf(flags, args)
  const { plan } = yield* loadPlan(source)
  yield* Effect.forEach(visibleSecrets(plan.secrets, source.input), output.note, { discard: true })
  const found = describe(source.manifest, plan)
  yield* output.answer(() => found, (style) => [
    `${style.green("valid")} ${printable(source.manifest)}: batch ${printable(plan.batch)}, ${
      [
        several(found.targets, "target"),
        several(found.steps, "step"),
        ...(found.gates === 0 ? [] : [several(found.gates, "gate")])
      ].join(", ")
    }`,
    ...(found.inputs.length === 0 ? [] : [`inputs: ${found.inputs.map(printable).join(", ")}`]),
    `plan: ${plan.hash}`
  ])
  return ExitCode.Ok
})
