/** `pawl plan BATCH`: what a manifest and its inputs come to, and its hash. */
import { Effect } from "effect"
import { loadPlan } from "../plan/LoadPlan.ts"
import { visibleSecrets } from "../plan/VisibleSecrets.ts"
import { planTable } from "../report/PlanTable.ts"
import { ExitCode } from "../run/ExitCode.ts"
import type { planData } from "./ManifestCommands.ts"
import type { Values } from "./Flag.ts"
import { Output } from "./Output.ts"
import { sourceOf } from "./PlanSourceOf.ts"

export const planCommand = Effect.fn("cli.plan")(function*(
  flags: Values<typeof planData.flags>,
  args: ReadonlyArray<string>
) {
  const output = yield* Output
  const source = sourceOf(flags, args)
  const { plan } = yield* loadPlan(source)
  yield* Effect.forEach(visibleSecrets(plan.secrets, source.input), output.note, { discard: true })
  yield* output.answer(() => plan, (style, columns) => planTable(plan, style, columns))
  return ExitCode.Ok
})
