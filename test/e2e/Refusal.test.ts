import { chmodSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { type Case, forEach, one } from "./badCase.ts"
import { workplace } from "./pawl.ts"
import { expectRefused, refusalOf, runsOf } from "./refusal.ts"
import { asNobody } from "./shell.ts"

describe("a refusal", () => {
  it("without a format leaves standard output empty", async () => {
    const place = workplace()
    place.write("batch.yaml", `${one}  - { id: a, run: 'true' }\n`)
    const answer = await place.pawl("run", "batch.yaml")
    expectRefused(answer, 65)
    expect(answer.stderr).toBe(
      `error: batch.yaml:4:11: target id \`a\` is used twice: by \`targets[0]\` and by \`targets[1]\`
  |
4 |   - { id: a, run: 'true' }
  |           ^

hint: give one of them another id
`
    )
  })

  it.each<Case>([
    { what: "an unknown target like no other", manifest: one, args: ["--target", "zzzzzz"], code: 64, says: [] },
    {
      what: "a need like no other",
      manifest: "name: batch\ntargets:\n  - { id: a, needs: ['zzz-*'], run: 'true' }\n",
      says: []
    },
    {
      what: "a bad line of JSON",
      manifest: forEach("jsonl: a.jsonl"),
      prepare: ({ write }) => void write("a.jsonl", "{"),
      says: []
    },
    {
      what: "a too large expression",
      manifest: `name: batch\ntargets:\n  - { id: a, run: "echo {{ ${"1 + ".repeat(20_000)}1 }}" }\n`,
      says: []
    },
    {
      what: "a control character in an id",
      manifest: "name: batch\ntargets:\n  - { id: \"a\\tb\", run: 'true' }\n",
      says: []
    }
  ])("of $what says what to do", async ({ args = [], code = 65, manifest = "", prepare }) => {
    const place = workplace()
    place.write("batch.yaml", String(manifest))
    prepare?.(place)
    const { errors } = refusalOf(await place.pawl("run", "batch.yaml", "--format", "json", ...args), code)
    for (const { hint } of errors) expect(hint).toEqual(expect.stringMatching(/\w/))
  })

  it("of input that may not be read names it", async () => {
    const place = workplace()
    chmodSync(place.write("batch.yaml", one), 0o000)
    refusalOf(await asNobody(place, "run", "batch.yaml", "--format", "json"), 65)
    chmodSync(place.write("each.yaml", forEach("file: hosts.txt")), 0o644)
    chmodSync(place.write("hosts.txt", "a\n"), 0o000)
    const each = await asNobody(place, "run", "each.yaml", "--format", "json")
    expect(refusalOf(each, 65).errors[0]?.message).toBe("`hosts.txt` may not be read")
    expect(each.stderr).toContain("hint: check its permissions")
    expect(runsOf(place)).toEqual([])
  })

  it("of a secret input does not show its value", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      "name: batch\ninputs: { pin: { type: integer, secret: true } }\ntargets:\n  - { id: a, run: 'true' }\n"
    )
    const answer = await place.pawl("run", "batch.yaml", "--format", "json", "--input", "pin=hunter2")
    refusalOf(answer, 65)
    expect(answer.stdout + answer.stderr).not.toContain("hunter2")
  })
})
