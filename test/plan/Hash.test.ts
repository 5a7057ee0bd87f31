import { describe, expect, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { parseJson, stringifyJson, type Value } from "../../src/expression/Value.ts"
import { isValue } from "../../src/manifest/Inputs.ts"
import type { Plan } from "../../src/plan/Plan.ts"
import { secretDigests } from "../../src/plan/SecretDigest.ts"
import { planned } from "./planning.ts"

const text = (changes: Readonly<Record<string, string>> = {}): string => {
  const {
    inputs = "a: { type: string }, b: { type: string }, k: { type: string, secret: true }",
    run = "make",
    name = "batch",
    rest = "",
    target = ""
  } = changes
  return `name: ${name}
inputs: { ${inputs} }
${rest}
targets:
  - id: one
    labels: { tier: T1, size: small }
    env: { A: "{{ inputs.a }}", B: "2" }
    run: ${run}
    ${target}
  - { id: two, command: [echo, "{{ inputs.b }}"] }
`
}
const values = { a: "1", b: "2", k: "hunter2" }
const plan = (changes?: Readonly<Record<string, string>>, given: typeof values = values): Plan =>
  planned(text(changes), { values: given })
const hashes = ({ targets }: Plan): ReadonlyArray<string> => targets.map((target) => target.hash)

/** Canonical JSON, written the slow and obvious way. */
const canonical = (value: Value): string =>
  Array.isArray(value)
    ? `[${value.map(canonical).join(",")}]`
    : typeof value === "object" && value !== null
    ? `{${
      Object.entries(value).map(([key, each]) => [JSON.stringify(key), canonical(each), key] as const).sort((
        a,
        b
      ) => (a[2] < b[2] ? -1 : 1)).map(([key, each]) => `${key}:${each}`).join(",")
    }}`
    : stringifyJson(value)

const asValue = (data: unknown): Value => {
  const value = parseJson(stringifyJson(data))
  return isValue(value) ? value : null
}

describe("the hash of a plan", () => {
  it("is the same for the same plan, wherever and whenever it is made", () => {
    expect(plan().hash).toBe(plan().hash)
    expect(plan().hash).toMatch(/^sha256:[0-9a-f]{64}$/)
    for (const hash of hashes(plan())) expect(hash).toMatch(/^[0-9a-f]{16}$/)
  })

  it.each<readonly [what: string, changes: Readonly<Record<string, string>>]>([
    ["the description", { rest: "description: new" }],
    ["the defaults of flags", { rest: "run: { strict: true }" }],
    ["a default that is written out", { target: "shell: sh -e" }]
  ])("does not depend on %s", (_what, changes) => {
    expect(plan(changes).hash).toBe(plan().hash)
  })

  it.each<readonly [what: string, changes: Readonly<Record<string, string>>, targets: ReadonlyArray<string>]>([
    ["a script", { run: "make all" }, ["one"]],
    ["a time-out", { target: "timeout: 1m" }, ["one"]],
    ["needs", { target: "needs: [two]" }, ["one"]],
    ["the environment of the batch", { rest: "env: { C: \"1\" }" }, ["one", "two"]],
    ["retries of the batch", { rest: "failure: { retries: { maxAttempts: 2 } }" }, ["one", "two"]],
    ["outputs of the batch", { rest: "outputs: { o: \"{{ 1 }}\" }" }, []],
    ["the name of the batch", { name: "other" }, []],
    ["a new secret", {
      inputs:
        "a: { type: string }, b: { type: string }, k: { type: string, secret: true }, l: { type: string, secret: true }"
    }, []]
  ])("changes with %s, and so do the targets that it is about", (_what, changes, targets) => {
    const [before, after] = [plan(), plan(changes)]
    expect(after.hash).not.toBe(before.hash)
    expect(after.targets.filter(({ hash }, index) => hash !== before.targets[index]?.hash).map(({ id }) => id)).toEqual(
      targets
    )
  })

  it("changes with an input, and so do the targets that mention it", () => {
    const after = plan({}, { ...values, a: "new" })
    expect(after.hash).not.toBe(plan().hash)
    expect(after.targets.map(({ hash }, index) => hash === plan().targets[index]?.hash)).toEqual([false, true])
  })

  it("a target that works out which input it takes changes with all of them", () => {
    const dynamic = { run: "echo \"{{ inputs['a' + ''] }}\"" }
    const after = plan(dynamic, { ...values, b: "new" })
    expect(hashes(after)[0]).not.toBe(hashes(plan(dynamic))[0])
  })

  it("changes with the value of a secret, and the targets and what is stored do not", () => {
    const secret = { run: "echo \"{{ inputs.k }}\"" }
    const { hash, ...before } = plan(secret)
    const { hash: after, ...stored } = plan(secret, { ...values, k: "hunter3" })
    expect(after).not.toBe(hash)
    expect(stored).toEqual(before)
    expect(plan(secret).hash).toBe(hash)
  })

  it("holds the value of a secret to the names of its batch and of its input", () => {
    const digest = (batch: string, name: string) => secretDigests(batch, [name], { [name]: "hunter2" })[name]
    expect(digest("one", "k")).toMatch(/^[0-9a-f]{64}$/)
    expect(new Set([digest("one", "k"), digest("two", "k"), digest("one", "l"), digest("on", "ek")]).size).toBe(4)
  })

  it("of a secret without a value is that of the plan as it is stored", () => {
    const { contentHash, hash } = planned(text(), { values: { a: "1", b: "2" } })
    expect(contentHash).toBeUndefined()
    expect(plan().contentHash).toBe(hash)
  })

  it("labels are part of the plan's and not of a target's", () => {
    const labels = planned(text().replace("T1", "T2"), { values })
    expect(labels.hash).not.toBe(plan().hash)
    expect(hashes(labels)).toEqual(hashes(plan()))
  })

  it("does not depend on the order of keys", () => {
    const other = `
targets:
  - run: make
    env: { B: "2", A: "{{ inputs.a }}" }
    labels: { size: small, tier: T1 }
    id: one
  - { command: [echo, "{{ inputs.b }}"], id: two }
inputs: { k: { secret: true, type: string }, b: { type: string }, a: { type: string } }
name: batch
`
    expect(planned(other, { values: { k: "hunter2", b: "2", a: "1" } }).hash).toBe(plan().hash)
  })

  it("an item counts, and its place only where it is mentioned", () => {
    const each = (run: string, items: ReadonlyArray<string>) =>
      hashes(
        planned(`name: a\ntargets: [{ id: "{{ item }}", forEach: { file: f }, run: '${run}' }]`, { items: [items] })
      )
    expect(each("echo \"{{ item }}\"", ["x", "y"])[0]).toBe(each("echo \"{{ item }}\"", ["y", "x"])[1])
    expect(each("echo \"{{ index }}\"", ["x", "y"])[0]).not.toBe(each("echo \"{{ index }}\"", ["y", "x"])[1])
    expect(new Set(each("echo", ["x", "y"])).size).toBe(2)
  })

  const names = FastCheck.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,5}$/)
  const item = FastCheck.jsonValue({ maxDepth: 3 }).filter((value) => !JSON.stringify(value).includes("__proto__"))

  it.prop(
    "is the sha256 of the canonical JSON of the plan",
    [
      FastCheck.array(item, { minLength: 1, maxLength: 5 }),
      FastCheck.dictionary(names.filter((name) => name !== "id"), FastCheck.string({ maxLength: 5 }), { maxKeys: 4 })
    ],
    ([items, labels]) => {
      const manifest = JSON.stringify({
        name: "a",
        targets: [
          { id: "z", run: "x" },
          {
            id: "y-{{ index }}",
            forEach: { file: "f" },
            run: "echo \"{{ item }}\"",
            needs: ["z"],
            labels: Object.fromEntries(Object.entries(labels).map(([k, v]) => [k, v.replaceAll("{", "")]))
          }
        ]
      })
      const { description: _d, hash, run: _r, ...rest } = planned(manifest, { items: [undefined, items.map(asValue)] })
      expect(hash).toBe(`sha256:${new Bun.CryptoHasher("sha256").update(canonical(asValue(rest))).digest("hex")}`)
    }
  )
})
