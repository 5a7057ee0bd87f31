/** `pawl validate BATCH`: every error at once, or what the manifest holds. */
import { Effect } from "effect"
import { loadPlan } from "../plan/LoadPlan.ts"
import type { Plan } from "../plan/Plan.ts"
import { printable } from "../report/Printable.ts"
import { ExitCode } from "../run/ExitCode.ts"
import type { validateData } from "./Commands.ts"
import type { Values } from "./Flag.ts"
import { Output } from "./Output.ts"
import { sourceOf } from "./PlanSourceOf.ts"

const describe = (file: string, plan: Plan) => ({
  schema: "pawl.validation/v1",
  valid: true,
  file,
  batch: plan.batch,
  planHash: plan.hash,
  targets: plan.targets.length,
  steps: plan.targets.reduce((sum, target) => sum + (plan.templates[target.template]?.steps.length ?? 0), 0),
  inputs: [...Object.keys(plan.inputs), ...plan.secrets].sort()
})

const several = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`

export const validateCommand = Effect.fn("cli.validate")(function*(
  flags: Values<typeof validateData.flags>,
  args: ReadonlyArray<string>
) {
  const output = yield* Output
  const source = sourceOf(flags, args)
  const { plan } = yield* loadPlan(source)
  const found = describe(source.manifest, plan)
  yield* output.answer(() => found, (style) => [
    `${style.green("valid")} ${printable(source.manifest)}: batch ${printable(plan.batch)}, ${
      several(found.targets, "target")
    }, ${several(found.steps, "step")}`,
    ...(found.inputs.length === 0 ? [] : [`inputs: ${found.inputs.map(printable).join(", ")}`]),
    `plan: ${plan.hash}`
  ])
  return ExitCode.Ok
})
