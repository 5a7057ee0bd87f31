import { FileSystem, Path } from "@effect/platform"
import { BunFileSystem, BunPath } from "@effect/platform-bun"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Environment } from "../../src/manifest/Environment.ts"
import { Stdin } from "../../src/manifest/Stdin.ts"
import { loadPlan, loadPlanAndNames } from "../../src/plan/LoadPlan.ts"
import type { PlanSource } from "../../src/plan/PlanSource.ts"
import { shown } from "../manifest/reading.ts"

interface Given {
  readonly files?: Readonly<Record<string, string>>
  readonly stdin?: string
  readonly variables?: Readonly<Record<string, string>>
}

const load = Effect.fn("load")(
  function*(source: Partial<PlanSource>, { files = {}, stdin = "", variables = {} }: Given) {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const cwd = yield* Effect.orDie(fs.makeTempDirectoryScoped({ prefix: "pawl-plan-" }))
    for (const [name, content] of Object.entries(files)) {
      const file = path.join(cwd, name)
      yield* Effect.orDie(fs.makeDirectory(path.dirname(file), { recursive: true }))
      yield* Effect.orDie(fs.writeFileString(file, content))
    }
    const loaded = yield* loadPlan({ manifest: "batch.yaml", input: [], ...source }).pipe(
      Effect.provide(Layer.merge(Environment.layerOf({ cwd, variables }), Stdin.layerText(stdin)))
    )
    return { ...loaded, manifestDir: path.relative(cwd, loaded.manifestDir) }
  },
  Effect.scoped,
  Effect.provide(Layer.merge(BunFileSystem.layer, BunPath.layer))
)

const one = "name: a\ntargets: [{ id: x, run: y }]\n"
const inputs = `name: a
inputs:
  release: { type: string, required: true }
  count: { type: integer, default: 1, env: COUNT }
targets: [{ id: "{{ inputs.release }}", run: y }]
`

describe("a plan from what the user names", () => {
  it.effect("a file, its folder being what its paths are relative to", () =>
    Effect.gen(function*() {
      const loaded = yield* load({ manifest: "sub/batch.yaml" }, {
        files: {
          "sub/batch.yaml": "name: a\ntargets: [{ id: \"{{ item }}\", forEach: { file: hosts }, run: y }]",
          "sub/hosts": "h1\nh2\n"
        }
      })
      expect(loaded.plan.targets.map((target) => target.id)).toEqual(["h1", "h2"])
      expect(loaded).toMatchObject({ manifestDir: "sub", file: "sub/batch.yaml" })
    }))

  it.effect("the same plan, whatever folder it is in", () =>
    Effect.gen(function*() {
      const files = { "a/batch.yaml": one, "b/c/batch.yaml": one }
      const [a, b] = [
        yield* load({ manifest: "a/batch.yaml" }, { files }),
        yield* load({ manifest: "b/c/batch.yaml" }, { files })
      ]
      expect(a.plan).toEqual(b.plan)
    }))

  it.effect("standard input, relative to the working directory", () =>
    Effect.gen(function*() {
      const loaded = yield* load({ manifest: "-" }, {
        stdin: JSON.stringify({ name: "a", targets: [{ id: "x", run: "y" }] })
      })
      expect(loaded.manifestDir).toBe("")
      expect(loaded.plan.batch).toBe("a")
    }))

  it.effect("items from standard input", () =>
    Effect.gen(function*() {
      const { plan } = yield* load({}, {
        files: { "batch.yaml": "name: a\ntargets: [{ id: \"{{ item }}\", forEach: { stdin: true }, run: y }]" },
        stdin: "b\na\n"
      })
      expect(plan.targets.map((target) => target.id)).toEqual(["b", "a"])
    }))

  it.effect("inputs from the command line, a file in YAML and the environment", () =>
    Effect.gen(function*() {
      const { values } = yield* load({ inputs: "in.yaml" }, {
        files: { "batch.yaml": inputs, "in.yaml": "release: r1\n" },
        variables: { COUNT: "3" }
      })
      expect(values).toEqual({ release: "r1", count: 3 })
    }))

  it.effect("inputs from standard input", () =>
    Effect.gen(function*() {
      const { values } = yield* load({ inputs: "-" }, {
        files: { "batch.yaml": inputs },
        stdin: "{\"release\":\"r2\"}"
      })
      expect(values).toEqual({ release: "r2", count: 1 })
    }))
})

describe("inputs that nobody knows", () => {
  const load = (source: string, input: ReadonlyArray<string>) =>
    loadPlanAndNames({ manifest: "-", input }).pipe(
      Effect.provide(Layer.mergeAll(
        Environment.layerOf({ cwd: "/", variables: {} }),
        Stdin.layerText(source),
        BunFileSystem.layer,
        BunPath.layer
      ))
    )

  it.effect("alone do not keep a plan from being made, and are told beside it", () =>
    Effect.gen(function*() {
      const { loaded, unknown } = yield* load(inputs, ["release=r", "relase=s"])
      expect(loaded.plan.targets.map(({ id }) => id)).toEqual(["r"])
      expect(shown(unknown?.diagnostics ?? [])).toEqual(["-: : unknown input `relase` (did you mean `release`?)"])
    }))

  it.effect("in a file are told at their places, the first hundred of them, and how many there are", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const cwd = yield* fs.makeTempDirectoryScoped({ prefix: "pawl-plan-" })
      const names = Array.from({ length: 20_000 }, (_, at) => `k${at}: 1\n`)
      yield* fs.writeFileString(`${cwd}/batch.yaml`, inputs)
      yield* fs.writeFileString(`${cwd}/in.yaml`, `release: r\n${names.join("")}`)
      const error = yield* Effect.flip(loadPlan({ manifest: "batch.yaml", input: ["relase=s"], inputs: "in.yaml" }))
        .pipe(
          Effect.provide(Layer.merge(Environment.layerOf({ cwd, variables: {} }), Stdin.layerText("")))
        )
      expect(shown(error.diagnostics).slice(0, 3)).toEqual([
        "-: : unknown input `relase` (did you mean `release`?)",
        "2: k0: unknown input `k0` (known: `release`, `count`)",
        "3: k1: unknown input `k1` (known: `release`, `count`)"
      ])
      expect(error.diagnostics).toHaveLength(102)
      expect(error.total).toBe(20_001)
    }).pipe(Effect.scoped, Effect.provide(Layer.merge(BunFileSystem.layer, BunPath.layer))))

  it.effect("are told together with what is wrong with the targets", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(load(one.replace("x, run", "x, needs: [zzz], run"), ["a=b"]))
      expect(shown(error.diagnostics)).toEqual([
        "-: : unknown input `a` (the manifest declares no inputs)",
        "2: zzz: `zzz` is no target (name the `id` of a target of this batch, or take it out)"
      ])
    }))
})

describe("a manifest that is no file", () => {
  const from = (manifest: string) =>
    loadPlan({ manifest, input: [] }).pipe(
      Effect.provide(Layer.merge(Environment.layerOf({ cwd: "/", variables: {} }), Stdin.layerText("")))
    )
  const fifo = (script: string) =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const file = `${yield* fs.makeTempDirectoryScoped({ prefix: "pawl-plan-" })}/pipe`
      Bun.spawnSync(["mkfifo", file])
      yield* Effect.acquireRelease(
        Effect.sync(() => Bun.spawn(["sh", "-c", `${script} > "$0"`, file], { stderr: "ignore" })),
        (writer) =>
          Effect.promise(() => {
            writer.kill()
            return writer.exited
          })
      )
      return file
    })
  const live = Effect.provide(Layer.merge(BunFileSystem.layer, BunPath.layer))

  it.effect("but a pipe is read to its end", () =>
    Effect.gen(function*() {
      const { plan } = yield* from(yield* fifo(`printf 'name: a\\ntargets: [{ id: x, run: y }]\\n'`))
      expect(plan.batch).toBe("a")
    }).pipe(Effect.scoped, live))

  it.effect("but a pipe without end is refused as soon as it is too much", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(from(yield* fifo("cat /dev/zero")))
      expect(error.message).toBe("the manifest holds more than the 32 MiB that this may have")
    }).pipe(Effect.scoped, live))

  it.effect.each<readonly [file: string, message: string]>([
    ["/dev/zero", "the manifest holds more than the 32 MiB that this may have"],
    ["/dev/null", "the file is empty"]
  ])("but %s is read as far as it goes", ([file, message]) =>
    Effect.gen(function*() {
      expect((yield* Effect.flip(from(file))).message).toBe(message)
    }).pipe(live))
})

describe("what can't be made a plan", () => {
  it.effect("a file that is far too big is refused by its size, without being read", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const cwd = yield* fs.makeTempDirectoryScoped({ prefix: "pawl-plan-" })
      yield* fs.writeFileString(`${cwd}/batch.yaml`, one)
      // Sparse: it takes no room, and no memory has room for it.
      yield* fs.truncate(`${cwd}/batch.yaml`, FileSystem.GiB(64))
      const error = yield* Effect.flip(loadPlan({ manifest: "batch.yaml", input: [] })).pipe(
        Effect.provide(Layer.merge(Environment.layerOf({ cwd, variables: {} }), Stdin.layerText("")))
      )
      expect(error.message).toBe("the file has 65536.0 MiB, more than the 32 MiB that it may have")
    }).pipe(Effect.scoped, Effect.provide(Layer.merge(BunFileSystem.layer, BunPath.layer))))

  it.effect.each<
    readonly [
      what: string,
      source: Partial<PlanSource>,
      given: Given,
      file: string,
      ...mistakes: ReadonlyArray<unknown>
    ]
  >([
    [
      "a manifest that is not there",
      {},
      {},
      "batch.yaml",
      expect.stringMatching(/^-: : the manifest is not there \(looked for \/.*\/batch\.yaml\)$/)
    ],
    ["a directory", { manifest: "." }, {}, ".", "-: : the manifest is a directory (name a file in it)"],
    [
      "an empty file",
      {},
      { files: { "batch.yaml": "\n" } },
      "batch.yaml",
      "-: : the file is empty (`pawl init` writes a manifest to start from)"
    ],
    [
      "a mistake in it",
      {},
      { files: { "batch.yaml": `${one}zzz: 1\n` } },
      "batch.yaml",
      expect.stringContaining("3: zzz: unknown key `zzz`")
    ],
    [
      "an input on the command line",
      { input: ["relase=1"] },
      { files: { "batch.yaml": inputs } },
      "--input",
      "-: : unknown input `relase` (did you mean `release`?)",
      "-: : input `release` is required and has no value (give it with `--input release=…`, in a file with `--inputs`)"
    ],
    [
      "an input in a file, at its place there",
      { inputs: "in.json" },
      { files: { "batch.yaml": inputs, "in.json": "{\n  \"release\": \"1\",\n  \"count\": \"x\"\n}" } },
      "in.json",
      "3: \"x\": input `count` must be an integer, not `\"x\"`"
    ],
    [
      "an input unknown in a file",
      { inputs: "in.json" },
      { files: { "batch.yaml": inputs, "in.json": "{\n  \"release\": \"1\",\n  \"cuont\": 2\n}" } },
      "in.json",
      "3: \"cuont\": unknown input `cuont` (did you mean `count`?)"
    ],
    [
      "an input in the environment, at its declaration",
      { input: ["release=1"] },
      { files: { "batch.yaml": inputs }, variables: { COUNT: "x" } },
      "batch.yaml",
      "4: COUNT: input `count` must be an integer, not `x` (its value comes from the environment variable `COUNT`)"
    ],
    [
      "a file of inputs that is a list",
      { inputs: "in.json" },
      { files: { "batch.yaml": inputs, "in.json": "[1]" } },
      "in.json",
      expect.stringContaining("1: [1]: a file of inputs must be a mapping of names to values")
    ],
    [
      "a file of inputs that is not there",
      { inputs: "in.json" },
      { files: { "batch.yaml": inputs } },
      "in.json",
      expect.stringContaining("the file of inputs is not there")
    ],
    [
      "standard input wanted for two",
      { manifest: "-", inputs: "-" },
      {},
      "-",
      "-: : standard input can't be both the manifest and the inputs (put one of them into a file)"
    ],
    [
      "standard input wanted for the manifest and items",
      { manifest: "-" },
      { stdin: "name: a\ntargets: [{ id: \"{{ item }}\", forEach: { stdin: true }, run: y }]" },
      "-",
      "-: : standard input is wanted by the manifest (`-`) and by a `forEach: { stdin: true }` (it can be read once: put one of them into a file)"
    ],
    [
      "a cycle",
      {},
      { files: { "batch.yaml": "name: a\ntargets: [{ id: x, run: y, needs: [z] }, { id: z, run: y, needs: [x] }]" } },
      "batch.yaml",
      "2: [z]: targets need each other: x → z → x (take one of these needs out)"
    ]
  ])("%s", ([, source, given, file, ...mistakes]) =>
    load(source, given).pipe(
      Effect.flip,
      Effect.map((error) => {
        expect(shown(error.diagnostics)).toEqual(mistakes)
        expect(new Set(error.diagnostics.map((each) => each.file))).toEqual(new Set([file]))
      })
    ))
})
