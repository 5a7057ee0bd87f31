import { describe, expect, it } from "@effect/vitest"
import { Either, FastCheck as fc } from "effect"
import type { Scope } from "../../src/expression/Scope.ts"
import { parseTemplate, renderText } from "../../src/expression/Template.ts"
import { type Knowledge, knownText } from "../../src/simulate/Known.ts"

const known: Knowledge = {
  secrets: new Set(["token"]),
  scope: {
    inputs: { level: "quick", count: 3, list: ["a", "b"] },
    env: { SET: "by the manifest" },
    item: { name: "api" },
    index: 4,
    context: { batch: "nightly", target: "api", run_id: "", run_dir: "" }
  }
}

const text = (source: string, knowledge = known) => knownText(Either.getOrThrow(parseTemplate(source)), knowledge)

describe("an expression", () => {
  it.each([
    ["{{ inputs.level }}", "quick"],
    ["{{ inputs['list'][1] }}", "b"],
    ["{{ inputs.absent | default('-') }}", "-"],
    ["{{ env.SET }}", "by the manifest"],
    ["{{ item.name }}-{{ index }}", "api-4"],
    ["{{ context.batch }}/{{ context['target'] }}", "nightly/api"],
    ["{{ inputs.list.map(item, item + '!') | join(',') }}", "a!,b!"],
    ["{{ 'a' | default(context.batch) }}", "a"],
    ["plain", "plain"],
    ["", ""]
  ])("%s is known", (source, value) => {
    expect(text(source)).toEqual({ text: value, unresolved: [] })
  })

  it.each([
    ["{{ inputs.token }}", "inputs.token"],
    ["{{ inputs.token | default('-') }}", "inputs.token | default('-')"],
    ["{{ size(inputs) }}", "size(inputs)"],
    ["{{ inputs[item.name] }}", "inputs[item.name]"],
    ["{{ env.HOME }}", "env.HOME"],
    ["{{ env['HO' + 'ME'] }}", "env['HO' + 'ME']"],
    ["{{ steps.a.status }}", "steps.a.status"],
    ["{{ targets.a.status }}", "targets.a.status"],
    ["{{ iteration }}", "iteration"],
    ["{{ context.run_id }}", "context.run_id"],
    ["{{ context.attempt | default(1) }}", "context.attempt | default(1)"],
    ["{{ context.batch | default(context.run_dir) }}", "context.batch | default(context.run_dir)"],
    ["{{ context }}", "context"],
    ["{{ context[item.name] }}", "context[item.name]"],
    ["{{ true || steps.a.status == '' }}", "true || steps.a.status == ''"]
  ])("%s is not, and stands as it was written", (source, unresolved) => {
    expect(text(source)).toEqual({ text: source, unresolved: [unresolved] })
  })

  it("that mentions an input is known whatever its name where there are no secrets", () => {
    expect(text("{{ inputs[inputs.level == 'quick' ? 'count' : 'list'] }}", { ...known, secrets: new Set() }).text)
      .toBe(
        "3"
      )
  })

  it("of which a part is not known leaves the rest of its text as it is", () => {
    expect(text("a {{ inputs.level }} b {{env.HOME}} c")).toEqual({
      text: "a quick b {{ env.HOME }} c",
      unresolved: ["env.HOME"]
    })
  })

  it("that can't be worked out says why", () => {
    expect(text("{{ inputs.list[7] }}").wrong).toBe("`inputs.list[7]`: the list has no element 7")
  })
})

const answerable = [
  "inputs.level",
  "inputs.count",
  "inputs.list",
  "env.SET",
  "item.name",
  "index",
  "context.batch",
  "'t'"
]
const others = ["inputs.token", "env.HOME", "context.run_id", "context.attempt", "steps.s.status", "inputs[env.HOME]"]

const expression = (atoms: ReadonlyArray<string>): fc.Arbitrary<string> => {
  const atom = fc.constantFrom(...atoms)
  return fc.oneof(
    atom,
    fc.tuple(atom, atom).map(([a, b]) => `${a} | default(${b})`),
    fc.tuple(atom, atom).map(([a, b]) => `[${a}, ${b}]`),
    fc.tuple(atom, atom, atom).map(([a, b, c]) => `${a} == ${b} ? 'yes' : string(${c})`),
    fc.tuple(atom, atom).map(([a, b]) => `inputs.list.map(item, [item, ${a}]) | contains(${b})`)
  )
}
const template = (atoms: ReadonlyArray<string>): fc.Arbitrary<string> =>
  fc.array(expression(atoms).map((source) => `{{ ${source} }}`), { minLength: 1, maxLength: 3 }).map((all) =>
    all.join(" and ")
  )

/** What only a machine or a run adds to what is known. */
const worlds: fc.Arbitrary<Scope> = fc.record({
  token: fc.string(),
  home: fc.string(),
  status: fc.constantFrom("succeeded" as const, "failed" as const),
  run: fc.string()
}).map(({ home, run, status, token }) => ({
  ...known.scope,
  inputs: { ...known.scope.inputs, token },
  env: { HOME: home, ...known.scope.env },
  steps: { s: { status, attempts: 1, output: {} } },
  context: { batch: "nightly", target: "api", run_id: run, run_dir: run, attempt: 1 }
}))

describe("what is known before a run", () => {
  it.prop(
    "is the same on every machine and in every run",
    [template([...answerable, ...others]), worlds],
    ([source, world]) => {
      const parsed = Either.getOrThrow(parseTemplate(source))
      const { text: shown, unresolved, wrong } = knownText(parsed, known)
      if (unresolved.length > 0) return
      const rendered = renderText(parsed, world)
      if (wrong === undefined) expect(rendered).toEqual(Either.right(shown))
      else expect(Either.isLeft(rendered)).toBe(true)
    }
  )

  it.prop("is everything that mentions nothing else", [template(answerable)], ([source]) => {
    expect(text(source).unresolved).toEqual([])
  })
})
