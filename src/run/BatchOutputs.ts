/**
 * The batch's `outputs:`, evaluated when the run ends.
 *
 * Pure. The surprise: an output that cannot be evaluated is null and named, and changes nothing
 * about how the run ended: the work is done, only its description is wanting.
 */
import { Either } from "effect"
import { parseTemplate, renderValue } from "../expression/Template.ts"
import type { Value, ValueObject } from "../expression/Value.ts"
import type { Plan } from "../plan/Plan.ts"
import { expressionsIn, hiddenIn, hiddenTexts } from "./Hidden.ts"
import type { Mask } from "./Mask.ts"
import { type RunState, targetState } from "./RunState.ts"

export interface BatchOutputs {
  readonly outputs: ValueObject
  readonly notes: ReadonlyArray<string>
}

const firstMessage = (errors: ReadonlyArray<{ readonly message: string }>): string =>
  errors.map(({ message }) => message).join("; ")

export const evaluateOutputs = (
  plan: Plan,
  state: RunState,
  values: ValueObject,
  variables: Readonly<Record<string, string>>,
  mask: Mask
): BatchOutputs => {
  const entries = Object.entries(plan.outputs)
  if (entries.length === 0) return { outputs: {}, notes: [] }
  const targets = Object.fromEntries(
    plan.targets.map(({ id }) => [id, { status: targetState(state, id).status }])
  )
  const scope = { inputs: values, env: variables, targets }
  const hidden = hiddenIn(variables, mask)
  const notes: Array<string> = []
  const outputs = entries.map(([name, text]): readonly [string, Value] => {
    const value = parseTemplate(text).pipe(
      Either.mapLeft(firstMessage),
      Either.flatMap((template) => {
        mask.learn(hiddenTexts(expressionsIn(template), scope, hidden, mask))
        return Either.mapLeft(renderValue(template, scope), ({ message }) => message)
      })
    )
    if (Either.isRight(value)) return [name, mask.value(value.right)]
    notes.push(`output ${name} could not be evaluated: ${mask.text(value.left)}`)
    return [name, null]
  })
  return { outputs: Object.fromEntries(outputs), notes }
}
