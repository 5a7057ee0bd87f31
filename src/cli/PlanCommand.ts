/** `pawl plan BATCH`: what a manifest and its inputs come to, and its hash. */
import { Effect } from "effect"
import { stringifyJson } from "../expression/Value.ts"
import { loadPlan } from "../plan/LoadPlan.ts"
import type { Plan, PlanTarget } from "../plan/Plan.ts"
import { printable } from "../report/Printable.ts"
import type { Style } from "../report/Style.ts"
import { table } from "../report/Table.ts"
import { ExitCode } from "../run/ExitCode.ts"
import type { planData } from "./Commands.ts"
import type { Values } from "./Flag.ts"
import { Output } from "./Output.ts"
import { sourceOf } from "./PlanSourceOf.ts"

const row = (plan: Plan, target: PlanTarget) =>
  [
    target.id,
    (plan.templates[target.template]?.steps ?? []).map(({ id }) => id).join(" "),
    target.needs.join(" "),
    Object.entries(target.labels).map(([name, value]) => `${name}=${value}`).join(" "),
    target.hash
  ].map((text) => ({ text: printable(text) }))

const planTable = (plan: Plan, style: Style, columns: number | undefined): ReadonlyArray<string> => [
  `${style.bold(printable(plan.batch))}  ${plan.hash}`,
  ...Object.entries(plan.inputs).map(([name, value]) =>
    `input ${printable(name)} = ${printable(stringifyJson(value))}`
  ),
  ...plan.secrets.map((name) => `input ${printable(name)} is secret`),
  "",
  ...table(
    ["TARGET", "STEPS", "NEEDS", "LABELS", "HASH"],
    plan.targets.map((target) => row(plan, target)),
    { style, ...(columns === undefined ? {} : { columns }) }
  )
]

export const planCommand = Effect.fn("cli.plan")(function*(
  flags: Values<typeof planData.flags>,
  args: ReadonlyArray<string>
) {
  const output = yield* Output
  const { plan } = yield* loadPlan(sourceOf(flags, args))
  yield* output.answer(() => plan, (style, columns) => planTable(plan, style, columns))
  return ExitCode.Ok
})
