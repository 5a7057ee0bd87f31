import { describe, expect, it } from "@effect/vitest"
import { Either, FastCheck } from "effect"
import { type ListForm, readCall } from "../../src/each/CallWords.ts"
import { combinationCount, crossed } from "../../src/each/Crossed.ts"
import { itemReader, makeRefused } from "../../src/each/ItemList.ts"
import type { Placeholder } from "../../src/each/Placeholder.ts"

const item: Placeholder = { origin: { from: "item" }, change: "", text: "{}" }
const field: Placeholder = { origin: { from: "field", path: ["id"] }, change: "", text: "{.id}" }
const plain: ListForm = { isJson: false, isNul: false }

/** The items of a list, and what is told of the rest. */
const read = (list: string | Uint8Array, placeholder: Placeholder, form: Partial<ListForm> = {}) => {
  const refused = makeRefused()
  const reader = itemReader([placeholder], { ...plain, ...form }, refused)
  const bytes = typeof list === "string" ? new TextEncoder().encode(list) : list
  const items = [...reader.push(bytes), ...reader.end()]
  const { diagnostics = [], total } = refused.error() ?? {}
  return {
    items: items.map(({ values }) => values.join()),
    told: diagnostics.map(({ file, hint, line, message }) => [`${file}:${line}: ${message}`, hint]),
    total: total ?? diagnostics.length
  }
}

describe("what can't be used of a list", () => {
  it.each<
    readonly [
      what: string,
      list: string | Uint8Array,
      placeholder: Placeholder,
      form: Partial<ListForm>,
      told: string,
      hint: string
    ]
  >([
    [
      "NULs without -0",
      "a\nb\0c\nd\n",
      item,
      {},
      "-:2: line 2 holds a NUL character",
      "add -0 where each item ends with one"
    ],
    [
      "bytes that are no text",
      Uint8Array.from([97, 10, 255, 10, 100, 10]),
      item,
      {},
      "-:2: line 2 is not UTF-8",
      "a plan is text, and pawl alters no name: give the file a name in UTF-8"
    ],
    [
      "bytes that are no text, with -0",
      Uint8Array.from([97, 0, 255, 0, 100, 0]),
      item,
      { isNul: true },
      "-:2: item 2 is not UTF-8",
      "a plan is text, and pawl alters no name: give the file a name in UTF-8"
    ],
    [
      "what no argument holds",
      `a\n${"x".repeat(1_000_000)}\nd`,
      item,
      {},
      "-:2: line 2 has 1000000 bytes, more than the 131071 that an argument may have (E2BIG)",
      "put it into a file, and its name into the list"
    ],
    [
      "a field that no argument holds",
      `{"id":"a"}\n{"id":"${"x".repeat(131_072)}"}\n{"id":"d"}`,
      field,
      { isJson: true },
      "-:2: line 2 has 131072 bytes, more than the 131071 that an argument may have (E2BIG)",
      "put it into a file, and its name into the list"
    ],
    [
      "lines without a field",
      "{\"id\":\"a\"}\n{}\n{\"id\":\"d\"}",
      field,
      { isJson: true },
      "-:2: line 2 has no field `.id`",
      "give every line the field, or take such lines out, for example with jq"
    ]
  ])("%s is told with its line, and does not hold up the rest", (_, list, placeholder, form, told, hint) => {
    const { items, total, ...rest } = read(list, placeholder, form)
    expect(items).toEqual(["a", ...(items.length === 3 ? ["c"] : []), "d"])
    expect(rest.told).toEqual([[told, hint]])
    expect(total).toBe(1)
  })

  it("is counted, and told ten times at most", () => {
    const { told, total } = read("x\n".repeat(12), field, { isJson: true })
    expect([told.length, total]).toEqual([10, 12])
  })

  it("may be all that there is to say of a JSON line that is long", () => {
    expect(read(`{"id":"a","more":"${"x".repeat(1_000_000)}"}`, field, { isJson: true }).items).toEqual(["a"])
  })
})

const call = (line: string, form: Partial<ListForm> = {}) =>
  Either.match(readCall(line === "" ? [] : line.split(" "), { ...plain, ...form }), {
    onLeft: (problems) => problems.map(({ message }) => message),
    onRight: (words) => words
  })

describe("the words after pawl each", () => {
  it.each([
    ["gzip -t {}", { command: ["gzip", "-t", "{}"] }],
    ["curl {} ::: a b", { command: ["curl", "{}"], sources: [["a", "b"]] }],
    ["x ::: a b ::: 1", { command: ["x"], sources: [["a", "b"], ["1"]] }]
  ])("%j are a command and its lists", (line, words) => {
    expect(call(line)).toEqual(words)
  })

  it.each<readonly [line: string, form: Partial<ListForm>, problem: string]>([
    ["::: a", {}, "`pawl each` needs a command"],
    ["x :::", {}, "`:::` is followed by no items"],
    ["x ::: a ::: ::: b", {}, "`:::` is followed by no items"],
    ["x :::: f", {}, "`::::` is not understood"],
    ["x ::: a :::+ b", {}, "`:::+` is not understood"],
    ["x ::: a", { isNul: true }, "`--null` says how standard input is read, and the items come from `:::`"],
    ["x ::: a", { isJson: true }, "`--jsonl` says how standard input is read, and the items come from `:::`"],
    ["x ::: a\uFFFD", {}, "word 3 after `pawl each`, `a\uFFFD`, is not UTF-8"]
  ])("%j are refused", (line, form, problem) => {
    expect(call(line, form)).toEqual([problem])
  })

  it("are refused where they are crossed to more than a million", () => {
    const list = ["x", ...[":::", ":::", ":::"].flatMap((mark) => [mark, ...Array.from({ length: 101 }, String)])]
    expect(call(list.join(" "))).toEqual(["the sources have 1030301 combinations, more than 1000000"])
  })
})

describe("sources that are crossed", () => {
  it("vary the last one fastest", () => {
    expect([...crossed([["A", "B"], ["1", "2"]])].map((values) => values.join(""))).toEqual(["A1", "A2", "B1", "B2"])
  })

  it.prop(
    "give every combination once",
    { sizes: FastCheck.array(FastCheck.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }) },
    ({ sizes }) => {
      const sources = sizes.map((size) => Array.from({ length: size }, (_, at) => String(at)))
      const all = [...crossed(sources)].map((values) => values.join())
      expect(all).toHaveLength(combinationCount(sources))
      expect(new Set(all).size).toBe(all.length)
      expect(all).toEqual(all.toSorted())
    }
  )
})
