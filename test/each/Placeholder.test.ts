import { describe, expect, it } from "@effect/vitest"
import { Either, FastCheck } from "effect"
import { eachHead } from "../../src/each/EachPlan.ts"
import { itemOf, type ItemTexts, jsonItemOf } from "../../src/each/ListItem.ts"
import { readCommand, type Sources } from "../../src/each/Placeholder.ts"
import { parseTemplate, renderText } from "../../src/expression/Template.ts"
import type { Value } from "../../src/expression/Value.ts"

const lines: Sources = { count: 1, isJson: false }
const json: Sources = { count: 1, isJson: true }

const headOf = (command: ReadonlyArray<string>, sources: Sources) =>
  Either.getOrThrow(eachHead({ command, sources, run: {} }))

/** The words that a command comes to for an item, as the engine fills them in; `at` is its place in the list. */
const filled = (
  command: ReadonlyArray<string>,
  sources: Sources,
  item: ItemTexts,
  at: number
): ReadonlyArray<string> => {
  const [step] = headOf(command, sources).plan.templates[0]?.steps ?? []
  if (step?.kind !== "command") throw new Error("it is no command")
  const [only] = item.texts
  const value: Value = item.texts.length === 1 && only !== undefined ? only : item.texts
  return step.command.map((word) =>
    Either.getOrThrow(
      Either.flatMap(parseTemplate(word), (template) =>
        renderText(template, { inputs: {}, env: {}, item: value, index: at }))
    )
  )
}

const wordsOf = (command: ReadonlyArray<string>, values: ReadonlyArray<string>, at = 0): ReadonlyArray<string> => {
  const sources = { count: values.length, isJson: false }
  return filled(command, sources, Either.getOrThrow(itemOf(headOf(command, sources).placeholders, values)), at)
}

const jsonWords = (command: ReadonlyArray<string>, line: string): ReadonlyArray<string> =>
  filled(command, json, Either.getOrThrow(jsonItemOf(headOf(command, json).placeholders, line)), 0)

const jsonProblem = (command: ReadonlyArray<string>, line: string) =>
  Either.match(jsonItemOf(headOf(command, json).placeholders, line), {
    onLeft: ({ message }) => message,
    onRight: () => "none"
  })

const problems = (command: ReadonlyArray<string>, sources = lines): ReadonlyArray<string> =>
  Either.match(eachHead({ command, sources, run: {} }), {
    onLeft: (all) => all.map(({ message }) => message),
    onRight: () => []
  })

describe("the words of a command", () => {
  it.each<
    readonly [what: string, command: ReadonlyArray<string>, values: ReadonlyArray<string>, words: ReadonlyArray<string>]
  >([
    ["the item", ["gzip", "-t", "{}"], ["a b.gz"], ["gzip", "-t", "a b.gz"]],
    ["the item within a word", ["x", "--f={}.bak"], ["a"], ["x", "--f=a.bak"]],
    ["the item after them where nothing stands for it", ["echo", "-n"], ["a"], ["echo", "-n", "a"]],
    ["nothing after them where its number does", ["echo", "{#}"], ["a"], ["echo", "3"]],
    ["the item as the program", ["{}", "-v"], ["./a"], ["./a", "-v"]],
    ["parts of a path", ["x", "{/}", "{//}", "{.}", "{/.}"], ["d/a.tar.gz"], [
      "x",
      "a.tar.gz",
      "d",
      "d/a.tar",
      "a.tar"
    ]],
    ["each source by its number", ["x", "{2}-{1}", "{-1}", "{1/.}"], ["d/a.b", "y"], ["x", "y-d/a.b", "y", "a"]],
    ["each source as a word of its own", ["x", "{}"], ["a b", "c"], ["x", "a b", "c"]],
    ["each source after them", ["x"], ["a", "b"], ["x", "a", "b"]],
    ["all sources as one within a word", ["x", "<{}>"], ["a", "b"], ["x", "<a b>"]],
    ["braces that are none of these", ["awk", "{print $1} {foo} {:} {a,b} {##}", "{}"], ["f"], [
      "awk",
      "{print $1} {foo} {:} {a,b} {##}",
      "f"
    ]],
    ["braces of an expression", ["x", "{{ item }}", "{{", "}}", "{{}}", "{{{}", "{ {}", "${}"], ["v"], [
      "x",
      "{{ item }}",
      "{{",
      "}}",
      "{v}",
      "{{v",
      "{ v",
      "$v"
    ]],
    ["expressions in the item", ["x", "{}"], ["{{ 1 + 1 }} $(id) '\""], ["x", "{{ 1 + 1 }} $(id) '\""]]
  ])("hold %s", (_, command, values, words) => {
    expect(wordsOf(command, values, 2)).toEqual(words)
  })

  it.prop(
    "hold any text and any item as they are",
    {
      before: FastCheck.stringMatching(/^[^{}]*\{{0,3}$/),
      item: FastCheck.string(),
      after: FastCheck.stringMatching(/^[^{}]*$/)
    },
    ({ after, before, item }) => {
      FastCheck.pre(!item.includes("\0"))
      expect(wordsOf(["x", `${before}{}${after}`], [item])).toEqual(["x", `${before}${item}${after}`])
    }
  )

  it.each<readonly [command: ReadonlyArray<string>, sources: Sources, problem: string]>([
    [["x", "{3}"], { count: 2, isJson: false }, "`{3}` stands for no source: there are 2, counted from 1"],
    [["x", "{0}"], lines, "`{0}` stands for no source: there is one, counted from 1"],
    [["x", "{-2}"], lines, "`{-2}` stands for no source: there is one, counted from 1"],
    [["x", "{.name}"], lines, "`{.name}` is a field, and the items are no JSON"],
    [["x", "{%}"], lines, "pawl has no job slots, so `{%}` stands for nothing"],
    [["x", "{= s/a/b/ =}"], lines, "`{= s/a/b/ =}` is Perl, which pawl does not run"],
    [["gzip -t {}"], lines, "`gzip -t {}` is one word, and no program is called that"]
  ])("%j are refused", (command, sources, problem) => {
    expect(problems(command, sources)).toEqual([problem])
  })

  it("are refused for all that is wrong with them at once", () => {
    expect(problems(["x", "{2} {%}", "{.a}"])).toHaveLength(3)
    expect(Either.isLeft(readCommand(["x", "{2}"], lines))).toBe(true)
  })
})

describe("a field of a JSON line", () => {
  it.each([
    ["{.name}", "{\"name\": \"a b\"}", "a b"],
    ["{.a.b.1.c}", "{\"a\": {\"b\": [0, {\"c\": true}]}}", "true"],
    ["{.n}", "{\"n\": 12345678901234567890}", "12345678901234567890"],
    ["{.o}", "{\"o\": {\"k\": [1]}}", "{\"k\":[1]}"],
    ["{.z}", "{\"z\": null}", ""],
    ["<{.a}{.b}>", "{\"a\": 1, \"b\": 2}", "<12>"],
    ["{}", "{\"a\": 1}", "{\"a\": 1}"],
    ["{/}", "\"d/e\"", "e"]
  ])("%s of %s is %j", (word, line, text) => {
    expect(jsonWords(["x", word], line)).toEqual(["x", text])
  })

  it.each([
    ["{.a}", "nope", "is not JSON: "],
    ["{.a}", "{\"a\":", "is not JSON: "],
    ["{.a}", "{}", "has no field `.a`"],
    ["{.a}", "[1]", "has no field `.a`"],
    ["{.a}", "3", "has no field `.a`: it is no object"],
    ["{.a.b}", "{\"a\": []}", "has no field `.a.b` (`.a` is a list)"],
    ["{.toString}", "{}", "has no field `.toString`"],
    ["{.a}", "{\"a\": \"x\\u0000y\"}", "holds a NUL character, which no argument can"],
    ["{.a}", "{\"a\": \"x\\ud800y\"}", "holds half a character (\\ud800), which no argument can"]
  ])("%s of %s is refused", (word, line, problem) => {
    expect(jsonProblem(["x", word], line)).toContain(problem)
  })

  it("is all that makes two lines the same item", () => {
    const { placeholders } = headOf(["x", "{.id}"], json)
    expect(jsonItemOf(placeholders, "{\"id\": 1, \"seen\": \"today\"}")).toEqual(jsonItemOf(placeholders, "{\"id\":1}"))
  })
})

describe("the script of a shell", () => {
  const stepOf = (...command: ReadonlyArray<string>) => headOf(command, lines).plan.templates[0]?.steps[0]

  it.each<readonly [command: ReadonlyArray<string>, run: string, shell: ReadonlyArray<string>]>([
    [["sh", "-c", "echo {}"], "echo {{ item }}", ["sh"]],
    [["bash", "-euo", "pipefail", "-c", "echo {}"], "echo {{ item }}", ["bash", "-euo", "pipefail"]],
    [["/bin/sh", "-ec", "echo {} {#}"], "echo {{ item }} {{ index + 1 }}", ["/bin/sh", "-e"]],
    [["busybox", "sh", "-c", "echo {}"], "echo {{ item }}", ["busybox", "sh"]]
  ])("%j gets the item as data", (command, run, shell) => {
    expect(stepOf(...command)).toMatchObject({ kind: "run", id: "run", run, shell })
  })

  it.each<readonly [command: ReadonlyArray<string>, problem: string]>([
    [["sh", "-c", "echo '{}'"], "`{}`: single quotes keep a shell from putting a value in"],
    [["sh", "-c", "echo {}", "sh", "x"], "`echo {}` is a script, where an item would be read as code"],
    [["timeout", "9", "/bin/sh", "-ec", "echo {}"], "`echo {}` is a script, where an item would be read as code"],
    [["env", "A=1", "busybox", "sh", "-c", "x {}", "sh"], "`x {}` is a script, where an item would be read as code"],
    [["sh", "-c", "exec \"$@\"", "sh", "bash", "-c", "x{#}"], "`x{#}` is a script, where an item would be read as code"]
  ])("%j is refused", (command, problem) => {
    expect(problems(command)).toEqual([problem])
  })

  it("gets the item as an argument where it stands after the script", () => {
    expect(stepOf("sh", "-c", "gzip -t \"$1\"", "sh", "{}"))
      .toMatchObject({ kind: "command", command: ["sh", "-c", "gzip -t \"$1\"", "sh", "{{ item }}"] })
    expect(stepOf("nice", "sh", "-c", "gzip -t \"$1\"", "sh", "{}"))
      .toMatchObject({ kind: "command", command: ["nice", "sh", "-c", "gzip -t \"$1\"", "sh", "{{ item }}"] })
  })
})
