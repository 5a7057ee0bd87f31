import { expect, it } from "@effect/vitest"
import { Either } from "effect"
import { parseTemplate } from "../../src/expression/Template.ts"

const namesOf = (text: string) => {
  const names = Either.getOrThrow(parseTemplate(text)).names
  return Object.fromEntries(Object.entries(names).flatMap(([key, set]) => set.size === 0 ? [] : [[key, [...set]]]))
}

it.each([
  ["plain text", {}],
  ["{{ 1 + 1 }}", {}],
  ["{{ inputs.a }}", { inputs: ["a"], roots: ["inputs"] }],
  ["{{ inputs.a.b.c == inputs['d'] }}", { inputs: ["a", "d"], roots: ["inputs"] }],
  ["{{ inputs.a }} and {{ env.B }}", { inputs: ["a"], env: ["B"], roots: ["inputs", "env"] }],
  ["{{ steps.heavy-thing.output.json.x }}", { steps: ["heavy-thing"], roots: ["steps"] }],
  ["{{ targets['x.y'].status }}", { targets: ["x.y"], roots: ["targets"] }],
  ["{{ item.a[index] }}", { roots: ["item", "index"] }],
  ["{{ inputs[item] }}", { roots: ["inputs", "item"], dynamic: ["inputs"] }],
  ["{{ size(inputs) }}", { roots: ["inputs"], dynamic: ["inputs"] }],
  ["{{ inputs }}", { roots: ["inputs"], dynamic: ["inputs"] }],
  ["{{ inputs.a | default(inputs.b) }}", { inputs: ["a", "b"], roots: ["inputs"] }],
  ["{{ has(inputs.a) ? env.X : '' }}", { inputs: ["a"], env: ["X"], roots: ["inputs", "env"] }],
  ["{{ inputs.list.map(item, item.x) }}", { inputs: ["list"], roots: ["inputs"] }],
  ["{{ inputs.list.filter(x, x == item) }}", { inputs: ["list"], roots: ["inputs", "item"] }],
  ["{{ cel.bind(env, inputs.a, env) }}", { inputs: ["a"], roots: ["inputs"] }],
  ["{{ {'k': [inputs.a, -index]} }}", { inputs: ["a"], roots: ["inputs", "index"] }],
  ["{{ inputs.a ? inputs.b : !inputs.c }}", { inputs: ["a", "b", "c"], roots: ["inputs"] }]
])("%s mentions %j", (text, names) => {
  expect(namesOf(text)).toEqual(names)
})
