import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { type Answer, type Workplace, workplace } from "./pawl.ts"

describe("a secret input", () => {
  // 16 KiB holds it 564 times and 28 characters of it: the record of an output begins within it.
  const secret = "Zq7-hunter-of-secrets-4444-kX"
  const manifest = `name: batch
inputs: { token: { type: string, secret: true, required: true, env: TOKEN_FROM_OUTSIDE } }
env: { TOKEN: "{{ inputs.token }}" }
failure: { circuitBreaker: false }
outputs: { told: "{{ inputs.token }}", wrapped: "<{{ inputs.token }}>" }
targets:
  - id: a
    steps:
      - { id: prints, run: 'echo "$TOKEN"; echo "{{ inputs.token }}" >&2; printf "token=%s\\n" "$TOKEN" >> "$PAWL_OUTPUT"' }
      - { id: as-json, command: [${process.execPath}, -e, "console.log(JSON.stringify({ t: process.env.TOKEN, [process.env.TOKEN]: [process.env.TOKEN] }))"], outputs: json }
      - { id: passes, env: { COPY: "{{ steps.prints.output.values.token }}" }, run: 'test "$COPY" != "$TOKEN"', continueOnError: true }
      - { id: missing, command: ["{{ inputs.token }}"], continueOnError: true }
      - { id: nowhere, run: 'true', workdir: "{{ inputs.token }}", continueOnError: true }
      - { id: fails, run: 'echo "$TOKEN"; exit 3' }
`

  /** A text as it is, in JSON, and in JSON within JSON. */
  const forms = (text: string): ReadonlyArray<string> => {
    const once = JSON.stringify(text).slice(1, -1)
    return [text, once, JSON.stringify(once).slice(1, -1)]
  }

  const filesBelow = (folder: string): ReadonlyArray<string> =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))

  const holders = (place: Workplace, text: string): ReadonlyArray<string> =>
    filesBelow(join(place.path, ".pawl")).filter((file) => {
      const content = readFileSync(file, "utf8")
      return forms(text).some((form) => content.includes(form))
    })

  /** Where an answer shows a text: some of what stands before it. */
  const shown = (answer: Answer, text: string): ReadonlyArray<string> =>
    [...new Set(forms(text))].flatMap((form) =>
      [answer.stdout, answer.stderr].flatMap((stream) => {
        const at = stream.indexOf(form)
        return at < 0 ? [] : [stream.slice(Math.max(0, at - 120), at)]
      })
    )

  it.each(["table", "json", "ndjson"])(
    "is in no file but the steps' own logs, and is never printed (--format %s)",
    async (format) => {
      const place = workplace()
      place.write("batch.yaml", manifest)
      const answer = await place.pawlWith(
        { env: { TOKEN_FROM_OUTSIDE: secret } },
        "run",
        "batch.yaml",
        "--format",
        format
      )
      expect(answer.code).toBe(1)
      expect(shown(answer, secret)).toEqual([])
      const held = holders(place, secret)
      expect(held.filter((file) => !file.includes("/logs/"))).toEqual([])
      expect(held.map((file) => file.replace(/^.*\/logs\//, "")).sort()).toEqual(
        ["a/as-json.out", "a/fails.out", "a/prints.err", "a/prints.out"]
      )
      for (
        const args of [["status"], ["status", "--format", "json"], ["runs"], ["logs", "batch"], [
          "plan",
          "batch.yaml",
          "--format",
          "json"
        ], ["validate", "batch.yaml"]]
      ) {
        expect(shown(await place.pawlWith({ env: { TOKEN_FROM_OUTSIDE: secret } }, ...args), secret)).toEqual([])
      }
    }
  )

  it.each([["quotes", "a\"quoted\"secret"], ["backslashes", "a\\secret\\path"], [
    "several lines",
    "first-line\nsecond-line"
  ]])("with %s is masked in messages, and where a step prints it as JSON", async (_, odd) => {
    const place = workplace()
    place.write("batch.yaml", manifest)
    const answer = await place.pawlWith({ env: { TOKEN_FROM_OUTSIDE: odd } }, "run", "batch.yaml", "--format", "ndjson")
    expect(answer.code).toBe(1)
    expect(shown(answer, odd)).toEqual([])
    expect(holders(place, odd).filter((file) => !file.includes("/logs/"))).toEqual([])
  })

  it("does not show where the record of a long output begins within it", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      "name: batch\ninputs: { token: { type: string, secret: true } }\nenv: { TOKEN: \"{{ inputs.token }}\" }\ntargets:\n  - { id: a, run: 'for i in $(seq 2000); do printf %s \"$TOKEN\"; done' }\n"
    )
    const answer = await place.pawl("run", "batch.yaml", "--input", `token=${secret}`, "--format", "ndjson")
    expect(answer.code).toBe(0)
    expect(shown(answer, secret.slice(1))).toEqual([])
    expect(holders(place, secret.slice(1)).filter((file) => !file.includes("/logs/"))).toEqual([])
  })

  it.each([
    ["an integer", "integer", "4711471147114711", "4711471147114711"],
    ["a list", "array", "[\"first-secret\", \"second-secret\"]", "second-secret"],
    ["an object", "object", "{\"password\": \"inner-secret\"}", "inner-secret"]
  ])("is masked as %s too", async (_, type, value, found) => {
    const place = workplace()
    place.write(
      "batch.yaml",
      `name: batch
inputs: { hidden: { type: ${type}, secret: true } }
env: { HIDDEN: "{{ inputs.hidden }}" }
targets:
  - id: a
    steps:
      - { id: text, run: 'echo "{{ inputs.hidden }}"' }
      - { id: as-json, run: 'printf "{\\"deep\\": [%s]}" "$HIDDEN"', outputs: json }
`
    )
    const answer = await place.pawl("run", "batch.yaml", "--input", `hidden=${value}`, "--format", "ndjson")
    expect(answer.code).toBe(0)
    expect(answer.stdout).toContain("\"deep\"")
    expect(shown(answer, found)).toEqual([])
    expect(holders(place, found).filter((file) => !file.includes("/logs/"))).toEqual([])
  })

  it.each([
    ["an id", "  - { id: \"t-{{ inputs.token }}\", run: 'true' }\n"],
    ["a label", "  - { id: a, labels: { t: \"{{ inputs.token }}\" }, run: 'true' }\n"],
    ["the items of a forEach", "  - { forEach: { items: \"{{ [inputs.token] }}\" }, id: a, run: 'true' }\n"]
  ])("can't become %s, which are seen everywhere", async (_, targets) => {
    const place = workplace()
    place.write("batch.yaml", `name: batch\ninputs: { token: { type: string, secret: true } }\ntargets:\n${targets}`)
    const answer = await place.pawl("run", "batch.yaml", "--input", `token=${secret}`, "--format", "json")
    expect(answer.code).toBe(65)
    expect(answer.stderr).toContain("secret")
    expect(shown(answer, secret)).toEqual([])
  })
})
