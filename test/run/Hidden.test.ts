import { describe, expect, it } from "@effect/vitest"
import { Either } from "effect"
import type { Scope } from "../../src/expression/Scope.ts"
import { parseTemplate, renderText, type Template } from "../../src/expression/Template.ts"
import {
  expressionsIn,
  hiddenIn,
  hiddenTexts,
  hiddenWithin,
  nothingHidden,
  withoutHidden
} from "../../src/run/Hidden.ts"
import { makeMask } from "../../src/run/Mask.ts"

const inputs = { token: "hunter2", list: ["secret-a", "secret-b"], level: "production" }
const mask = makeMask(["token", "list"], inputs)
const none = makeMask([], inputs)
const scope: Scope = { inputs, env: { UP: "HUNTER2", CI: "1234567" } }
const template = (text: string): Template => Either.getOrThrow(parseTemplate(text))

describe("what an expression makes of a secret", () => {
  it.each([
    ["{{ inputs.token.upperAscii() }}", ["HUNTER2"]],
    ["a {{ inputs.token.upperAscii() }} b {{ inputs.token.substring(0, 4) }}", ["HUNTER2", "hunt"]],
    ["{{ inputs.token }}", []],
    ["Bearer {{ 'x' + inputs.token }}", []],
    ["{{ inputs.list.map(t, t.upperAscii()) }}", ["SECRET-A", "SECRET-B"]],
    ["{{ inputs.token.size() }}", []],
    ["{{ inputs.token == 'x' }}", []],
    ["{{ inputs.token == '' ? 'anonymous' : 'signed in' }}", []],
    ["{{ inputs.level.upperAscii() }}", []],
    ["{{ env.UP.lowerAscii() + '!' }}", []],
    ["{{ env.UP + '!' }}", ["HUNTER2!"]],
    ["{{ env.CI }}", []]
  ])("%s has to be masked: %j", (text, texts) => {
    const hidden = { env: new Set(["UP"]), texts: [] }
    expect(hiddenTexts(expressionsIn(template(text)), scope, hidden, mask)).toEqual(texts)
    expect(hiddenTexts(expressionsIn(template(text)), scope, hidden, none)).toEqual([])
  })

  it("an item that holds a secret is one as well", () => {
    const expressions = expressionsIn(template("{{ item.upperAscii() }}"))
    expect(hiddenTexts(expressions, { ...scope, item: "hunter2" }, nothingHidden, mask)).toEqual(["HUNTER2"])
    expect(hiddenTexts(expressions, { ...scope, item: "public" }, nothingHidden, mask)).toEqual([])
  })
})

describe("a variable of the environment", () => {
  const within = (level: Readonly<Record<string, string>>, outer = nothingHidden) => {
    const entries = Object.entries(level).map(([name, text]) => [name, template(text)] as const)
    const inner = Object.fromEntries(
      entries.map(([name, value]) => [name, Either.getOrThrow(renderText(value, scope))] as const)
    )
    return hiddenWithin(entries, scope, inner, outer, mask)
  }

  it("is hidden where it mentions a secret, or holds one", () => {
    const { env, texts } = within({ A: "{{ inputs.token.upperAscii() }}", B: "say hunter2", C: "plain" })
    expect([...env].sort()).toEqual(["A", "B"])
    expect(texts).toEqual(["HUNTER2"])
  })

  it("is not hidden any more where it is set to something else further in; what was made of secrets stays", () => {
    const outer = { env: new Set(["UP"]), texts: ["HUNTER2"] }
    expect(within({ UP: "plain" }, outer)).toEqual({ env: new Set(), texts: ["HUNTER2"] })
  })

  it("is hidden where pawl itself was started with a secret in it", () => {
    expect([...hiddenIn({ API: "hunter2", PATH: "/bin" }, mask).env]).toEqual(["API"])
    expect([...hiddenIn({ API: "hunter2" }, none).env]).toEqual([])
  })
})

it("a list is told without the secrets in it, and the same whatever they are", () => {
  const items = ["a hunter2", { k: ["HUNTER2", 7, true, null] }]
  const told = ["***", { k: ["***", 7, true, null] }]
  expect(withoutHidden(items, new Set(["HUNTER2"]), mask)).toEqual(told)
  const other = makeMask(["token"], { token: "rotated" })
  expect(withoutHidden(["a rotated", { k: ["ROTATED", 7, true, null] }], new Set(["ROTATED"]), other)).toEqual(told)
})
