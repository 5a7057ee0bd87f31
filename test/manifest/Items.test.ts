import { FileSystem, Path } from "@effect/platform"
import { BunFileSystem, BunPath } from "@effect/platform-bun"
import { describe, expect, it } from "@effect/vitest"
import { Effect, FastCheck, Layer } from "effect"
import { combinations, resolveItems } from "../../src/manifest/Items.ts"
import { linesOf } from "../../src/manifest/Lines.ts"
import { manifestError } from "../../src/manifest/ManifestError.ts"
import { manifestOf, shown } from "./reading.ts"

type Files = Readonly<Record<string, string | Uint8Array>>
const platform = Layer.merge(BunFileSystem.layer, BunPath.layer)

const inFolder = Effect.fn("inFolder")(function*(files: Files) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "pawl-items-" })
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name)
    yield* fs.makeDirectory(path.dirname(file), { recursive: true })
    yield* fs.writeFile(file, typeof content === "string" ? new TextEncoder().encode(content) : content)
  }
  return folder
}, Effect.orDie)

const itemsOf = Effect.fn("itemsOf")(function*(forEach: string, files: Files = {}, stdin?: string) {
  const folder = yield* inFolder(files)
  const text = `name: a
inputs:
  dir: { type: string, default: data }
  list: { type: array, default: [1, 2] }
  key: { type: string, secret: true, default: x }
targets:
  - { id: "{{ item }}", run: x, forEach: ${forEach} }
`
  const items = yield* resolveItems({
    manifest: manifestOf(text),
    source: { file: "batch.yaml", text },
    known: { inputs: { dir: "data", list: [1, 2] }, secrets: new Set(["key"]) },
    folder,
    stdin: stdin === undefined
      ? Effect.fail(manifestError("-", "standard input was read"))
      : Effect.succeed(new TextEncoder().encode(stdin))
  })
  return items[0]
}, Effect.scoped)

describe("items of a forEach", () => {
  it.effect.each<readonly [what: string, forEach: string, files: Files, items: ReadonlyArray<unknown>]>([
    ["lines of a file", "{ file: hosts.txt }", { "hosts.txt": "a\n\n  b c \r\n\t\nd" }, ["a", "  b c ", "d"]],
    ["lines after a byte order mark", "{ file: hosts.txt }", { "hosts.txt": "\uFEFFa\n" }, ["a"]],
    ["a file named by an input", "{ file: \"{{ inputs.dir }}/hosts.txt\" }", { "data/hosts.txt": "a\n" }, ["a"]],
    ["paths in the order of their code units", "{ glob: \"*/x-*.csv\" }", {
      "b/x-1.csv": "",
      "a/x-b.csv": "",
      "a/x-B.csv": "",
      "a/y.csv": ""
    }, ["a/x-B.csv", "a/x-b.csv", "b/x-1.csv"]],
    ["folders too, hidden ones not", "{ glob: \"*\" }", { "b/x": "", ".c/x": "", a: "" }, ["a", "b"]],
    ["paths as the pattern is written", "{ glob: \"./{{ inputs.dir }}/*\" }", { "data/x": "" }, ["./data/x"]],
    ["a JSON value a line", "{ jsonl: l.jsonl }", { "l.jsonl": "{\"n\":12345678901234567890}\n\n[1]\r\nnull" }, [
      { n: 12345678901234567890n },
      [1],
      null
    ]],
    ["a list", "{ items: [a, 1, { b: c }] }", {}, ["a", 1, { b: "c" }]],
    ["a list from an input", "{ items: \"{{ inputs.list }}\" }", {}, [1, 2]],
    ["a matrix, its first name slowest", "{ matrix: { os: [l, m], n: [1, 2] } }", {}, [
      { os: "l", n: 1 },
      { os: "l", n: 2 },
      { os: "m", n: 1 },
      { os: "m", n: 2 }
    ]]
  ])(
    "%s",
    ([, forEach, files, items]) =>
      itemsOf(forEach, files).pipe(Effect.map((found) => expect(found).toEqual(items)), Effect.provide(platform))
  )

  it.effect("lines of standard input", () =>
    itemsOf("{ stdin: true }", {}, "a\nb\n").pipe(
      Effect.map((found) => expect(found).toEqual(["a", "b"])),
      Effect.provide(platform)
    ))

  it.effect("an absolute pattern gives absolute paths", () =>
    Effect.gen(function*() {
      const folder = yield* inFolder({ "x.csv": "", "y.txt": "" })
      expect(yield* itemsOf(`{ glob: "${folder}/*.csv" }`)).toEqual([`${folder}/x.csv`])
    }).pipe(Effect.scoped, Effect.provide(platform)))

  it.prop(
    "any text is its lines that are not blank",
    [FastCheck.array(FastCheck.stringMatching(/^[^\r\n]*$/))],
    ([lines]) => {
      const wanted = lines.filter((line) => line.trim() !== "")
      expect(linesOf(lines.join("\n"))).toEqual(wanted)
      expect(linesOf(lines.map((line) => `${line}\r\n`).join(""))).toEqual(wanted)
    }
  )

  it.prop("a matrix has every combination once", [
    FastCheck.dictionary(
      FastCheck.constantFrom("a", "b", "c"),
      FastCheck.uniqueArray(FastCheck.integer(), { minLength: 1, maxLength: 4 })
    )
  ], ([matrix]) => {
    const all = combinations(matrix)
    expect(all).toHaveLength(Object.values(matrix).reduce((product, each) => product * each.length, 1))
    expect(new Set(all.map((each) => JSON.stringify(each))).size).toBe(all.length)
  })
})

describe("a source without items is told at its place in the manifest", () => {
  it.effect.each<readonly [what: string, forEach: string, files: Files, mistakes: ReadonlyArray<string>]>([
    ["a file that is not there", "{ file: hosts.txt }", {}, [
      "7: hosts.txt: `hosts.txt` is not there (paths are relative to the manifest's folder)"
    ]],
    ["an absolute path that is not there", "{ file: /nonexistent/x }", {}, [
      "7: /nonexistent/x: `/nonexistent/x` is not there"
    ]],
    ["a directory", "{ file: d }", { "d/x": "" }, ["7: d: `d` is a directory (name a file in it)"]],
    ["a file of blank lines", "{ file: b }", { b: "\n \r\n" }, [
      "7: b: `b` has no lines (a `forEach` needs at least one item)"
    ]],
    ["a file that is not UTF-8", "{ file: l }", { l: new Uint8Array([97, 10, 0xe9, 10]) }, [
      "7: l: `l` is not a text in UTF-8: line 2 is not (save it as UTF-8)"
    ]],
    ["a pattern without a match", "{ glob: \"*.csv\" }", {}, [
      "7: \"*.csv\": `*.csv` matches no path (patterns are relative to the manifest's folder)"
    ]],
    ["a pattern in a folder that is not there", "{ glob: /nonexistent/* }", {}, [
      "7: /nonexistent/*: `/nonexistent/*` matches no path"
    ]],
    ["lines that are not JSON", "{ jsonl: j }", { j: "1\n{\n\n]\n" }, [
      "7: j: `j` line 2 is not JSON: Expected '}' (write one whole JSON value on each line, such as `{\"name\": \"x\"}`)",
      "7: j: `j` line 4 is not JSON: Unexpected token ']' (write one whole JSON value on each line, such as `{\"name\": \"x\"}`)"
    ]],
    ["a number that JSON can't hold", "{ jsonl: j }", { j: "[1e999]" }, [
      "7: j: `j` line 1 holds a number that JSON can't hold (quote it to make it a text)"
    ]],
    ["no items", "{ items: [] }", {}, ["7: []: `items` is an empty list (a `forEach` needs at least one item)"]],
    ["something worked out that is no list", "{ items: \"{{ inputs['d' + 'ir'] }}\" }", {}, [
      "7: \"{{ inputs['d' + 'ir'] }}\": `items` must give a list (for example an input of type `array`)"
    ]],
    ["no combination", "{ matrix: { a: [1], b: [] } }", {}, [
      "7: { a: [1], b: [] }: `matrix` has no combinations (give every name at least one value)"
    ]]
  ])("%s", ([, forEach, files, mistakes]) =>
    itemsOf(forEach, files).pipe(
      Effect.flip,
      Effect.map((error) => expect(shown(error.diagnostics)).toEqual(mistakes)),
      Effect.provide(platform)
    ))

  it.effect("a matrix beyond a million is refused without being made", () =>
    itemsOf(`{ matrix: { a: [${"1,".repeat(999)}1], b: [${"1,".repeat(999)}1], c: [1, 2] } }`).pipe(
      Effect.flip,
      Effect.map((error) => expect(error.message).toBe("`matrix` has 2000000 combinations, more than 1000000")),
      Effect.provide(platform)
    ))
})
