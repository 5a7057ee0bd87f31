/** Flags and arguments → where a plan comes from. */
import type { PlanSource } from "../plan/PlanSource.ts"
import type { planData } from "./ManifestCommands.ts"
import type { Values } from "./Flag.ts"

type Given = Pick<Values<typeof planData.flags>, "input" | "inputs">

export const sourceOf = (flags: Given, [manifest = "-"]: ReadonlyArray<string>): PlanSource => ({
  manifest,
  input: flags.input,
  ...(flags.inputs === undefined ? {} : { inputs: flags.inputs })
})
