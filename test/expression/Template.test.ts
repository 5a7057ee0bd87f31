import { describe, expect, it } from "@effect/vitest"
import { Either, FastCheck as fc } from "effect"
import {
  findExpressions,
  isConstant,
  parseCondition,
  parseTemplate,
  renderBoolean,
  renderText,
  renderValue
} from "../../src/expression/Template.ts"
import type { Value } from "../../src/expression/Value.ts"
import { scope } from "./scope.ts"

const textOf = (text: string) => Either.flatMap(parseTemplate(text), (template) => renderText(template, scope))
const valueOf = (text: string) => Either.flatMap(parseTemplate(text), (template) => renderValue(template, scope))
const parseErrors = (text: string) => Either.getOrThrow(Either.flip(parseTemplate(text)))

describe("a template as text", () => {
  it.each([
    ["", ""],
    ["plain", "plain"],
    ["host-{{ inputs.level }}", "host-full"],
    ["{{inputs.level}}{{ index }}", "full4"],
    ["a {{ item.id }} b", "a 12345678901234567890 b"],
    ["[{{ inputs.empty }}]", "[]"],
    ["{{ inputs.suites }}", `["smoke","checkout"]`],
    ["{{ item }}", `{"id":12345678901234567890,"n":41,"past":9007199254740993,"path":"logs/a.tar.gz"}`],
    [`{{ "}}" }}`, "}}"],
    [`{{ '{{' }} literal {{ '}}' }}`, "{{ literal }}"],
    ["{{ {'a': {'b': 1}} }}", `{"a":{"b":1}}`],
    ["{{ {'a': {'b': 1}}}}", `{"a":{"b":1}}`],
    [`{{ """a "}}" b""" }}`, `a "}}" b`],
    [`{{ 'it\\'s }} fine' }}`, "it's }} fine"],
    ["{{ inputs.count // }} ends a comment", "3 ends a comment"],
    ["{{ inputs.count // don't\n + 1 }}", "4"],
    ["}} stray { { braces }", "}} stray { { braces }"]
  ])("%j renders to %j", (text, rendered) => {
    expect(textOf(text)).toEqual(Either.right(rendered))
  })

  it.prop("without braces renders to itself, whatever is in it", [fc.fullUnicodeString()], ([text]) => {
    fc.pre(!text.includes("{{"))
    const template = Either.getOrThrow(parseTemplate(text))
    expect(isConstant(template)).toBe(true)
    expect(renderText(template, { inputs: {}, env: {} })).toEqual(Either.right(text))
  })

  it.prop("puts any text in unchanged", [fc.fullUnicodeString()], ([text]) => {
    const template = Either.getOrThrow(parseTemplate("<{{ inputs.x }}>"))
    expect(renderText(template, { inputs: { x: text }, env: {} })).toEqual(Either.right(`<${text}>`))
  })

  it.prop("reads any text that is quoted as a string literal", [fc.fullUnicodeString()], ([text]) => {
    expect(textOf(`{{ ${JSON.stringify(text)} }}`)).toEqual(Either.right(text))
  })
})

describe("a template as a value", () => {
  it.each<[string, Value]>([
    ["{{ inputs.suites }}", ["smoke", "checkout"]],
    ["{{ inputs.count }}", 3],
    ["{{ inputs.empty }}", null],
    ["{{ inputs.whole }}", false],
    [" {{ inputs.count }}", " 3"],
    ["{{ inputs.count }}{{ index }}", "34"],
    ["text", "text"],
    ["", ""]
  ])("%j is %j: a lone expression keeps its type", (text, value) => {
    expect(valueOf(text)).toEqual(Either.right(value))
  })
})

describe("errors of a template", () => {
  it("are reported all at once, in order, each at its place", () => {
    expect(parseErrors("{{ a }} {{ inputs.x }} {{ 1 + }} {{ 'x' ")).toMatchObject([
      { offset: 3, length: 1 },
      { offset: 29, length: 0 },
      { offset: 33, length: 2 }
    ])
  })

  it.each([
    ["a {{ b", 2, "`{{` is not closed"],
    ["{{", 0, "`{{` is not closed"],
    ["{{ }}", 2, "there is no expression"],
    ["{{}}", 2, "there is no expression"],
    ["x {{ 'abc }}", 5, "a string is not closed"],
    ["x {{ item's }}", 9, "a string is not closed"],
    ["{{ 'abc }}\n{{ 'x' }}", 3, "a string is not closed"]
  ])("%j: at %i", (text, offset, reason) => {
    const [error] = parseErrors(text)
    expect(error).toMatchObject({ kind: "syntax", offset })
    expect(error?.message).toContain(reason)
    expect(error?.message).toMatch(/^[a-z`]/)
  })

  it("tell an author of Go templates how to write braces", () => {
    expect(parseErrors("{{.State.Running}}")[0]?.hint).toContain(`{{ "{{" }}`)
  })

  it("of rendering are the first failing expression's, at its place in the text", () => {
    const error = Either.getOrThrow(Either.flip(textOf("ok {{ inputs.level }} {{ inputs.nope }}")))
    expect(error).toMatchObject({ kind: "missing", offset: 32, length: 4 })
  })
})

describe("a condition", () => {
  const conditionOf = (text: string) =>
    Either.flatMap(parseCondition(text), (template) => renderBoolean(template, scope))

  it.each([
    ["{{ inputs.level == 'full' }}", true],
    ["  {{ inputs.whole }}\n", false],
    ["{{ steps.build.output.exit_code != 0 }}", true],
    ["{{ inputs.suites | contains('nope') }}", false]
  ])("%j is %j", (text, value) => {
    expect(conditionOf(text)).toEqual(Either.right(value))
  })

  it.each([
    ["{{ inputs.level }}", "true or false"],
    ["{{ inputs.count }}", "true or false"],
    ["{{ inputs.empty }}", "true or false"],
    ["{{ inputs.suites }}", "true or false"]
  ])("%j is an error, since nothing counts as true by being there", (text, reason) => {
    const error = Either.getOrThrow(Either.flip(conditionOf(text)))
    expect(error).toMatchObject({ kind: "type", message: expect.stringContaining(reason), hint: expect.any(String) })
  })

  it.each([
    ["inputs.level == 'full'"],
    ["true"],
    [""],
    ["{{ true }} && {{ true }}"],
    ["not {{ inputs.whole }}"]
  ])("%j is refused when the manifest is read", (text) => {
    expect(Either.isLeft(parseCondition(text))).toBe(true)
  })

  it("without braces gets the hint to put them on", () => {
    const [error] = Either.getOrThrow(Either.flip(parseCondition("inputs.level == 'full'")))
    expect(error?.hint).toBe("write `{{ inputs.level == 'full' }}`")
  })
})

it("the range of an expression covers its braces", () => {
  const text = "a {{ inputs.level }} b {{ '}}' }}"
  const found = Either.getOrThrow(findExpressions(text))
  expect(found.map(({ end, start }) => text.slice(start, end))).toEqual(["{{ inputs.level }}", "{{ '}}' }}"])
})
