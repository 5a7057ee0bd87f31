import { readdirSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { completes, steps, stream } from "./manifestRun.ts"
import { workplace } from "./pawl.ts"

describe("what steps tell each other", () => {
  it("`when` skips a step, with its reason", async () => {
    const place = workplace()
    const answer = await completes(
      place,
      steps(`      - { id: first, run: 'echo 1' }
      - { id: never, when: "{{ steps.first.output.exit_code != 0 }}", run: 'touch never' }
      - { id: last, when: "{{ steps.first.output.stdout.trim() == '1' }}", run: 'touch last' }
`)
    )
    const { events, summary } = stream(answer)
    expect(events.filter(({ type }) => type === "StepSkipped")).toMatchObject([{ path: "never", reason: "when-false" }])
    expect(summary.targets[0]?.steps.map(({ path, status }) => `${path} ${status}`)).toEqual([
      "first succeeded",
      "never skipped",
      "last succeeded"
    ])
    expect(readdirSync(place.path)).toContain("last")
    expect(readdirSync(place.path)).not.toContain("never")
  })

  it("`outputs: json`, $PAWL_OUTPUT in both forms, and what was printed", async () => {
    const place = workplace()
    const answer = await completes(
      place,
      steps(
        `      - { id: scan-all, command: [printf, '{"name": "x", "n": 12345678901234567890, "list": [{"a": {"b": "p"}}, {"a": {"b": "q"}}]}'], outputs: json }
      - id: set-values
        run: |
          echo "plain=a=b c" >> "$PAWL_OUTPUT"
          echo '{"number": 5, "deep": {"list": [1, 2]}}' >> "$PAWL_OUTPUT"
          echo printed; echo warned >&2
      - id: reads
        run: |
          echo "{{ steps.scan-all.output.json.n }}|{{ steps.scan-all.output.json.list[1].a.b }}" >> seen.txt
          echo "{{ steps.set-values.output.values.plain }}|{{ steps.set-values.output.values.number + 1 }}|{{ steps.set-values.output.values.deep.list }}" >> seen.txt
          echo "{{ steps.set-values.output.stdout.trim() }}|{{ steps.set-values.output.stderr.trim() }}|{{ steps.set-values.output.exit_code }}" >> seen.txt
`
      )
    )
    expect(place.read("seen.txt")).toBe("12345678901234567890|q\na=b c|6|[1,2]\nprinted|warned|0\n")
    const set = stream(answer).events.find(({ path, type }) => type === "StepSucceeded" && path === "set-values")
    expect(set?.output?.values).toEqual({ plain: "a=b c", number: 5, deep: { list: [1, 2] } })
  })

  it("the four filters", async () => {
    const place = workplace()
    await completes(
      place,
      `name: batch
inputs:
  list: { type: array, default: [a, b, 3] }
  deep: { type: array, default: [{ a: { b: p } }, { a: { b: q } }] }
targets:
  - id: a
    steps:
      - { id: made, command: [printf, '{"name": null}'], outputs: json }
      - id: filtered
        run: |
          echo "{{ inputs.list | join('+') }}" >> seen.txt
          echo "{{ inputs.list | contains('b') }} {{ inputs.list | contains('z') }}" >> seen.txt
          echo "{{ inputs.deep | map('a.b') | join(',') }}" >> seen.txt
          echo "{{ steps.made.output.json.other | default('none') }}" >> seen.txt
`
    )
    expect(place.read("seen.txt")).toBe("a+b+3\ntrue false\np,q\nnone\n")
  })

  it("no more than the last 16 KiB, and the log has all of it", async () => {
    const place = workplace()
    const answer = await completes(
      place,
      steps(`      - { id: long, run: 'seq 20000' }
      - { id: reads, run: 'printf %s "{{ steps.long.output.stdout }}" > seen.txt; echo {{ steps.long.output.truncated | default(false) }} >> seen.txt' }
`)
    )
    const { events, summary } = stream(answer)
    const long = events.find(({ path, type }) => type === "StepSucceeded" && path === "long")
    expect(long?.output?.stdout).toHaveLength(16 * 1024)
    expect(long?.output?.truncated).toBe(true)
    expect(place.read("seen.txt").endsWith("19999\n20000\ntrue\n") || place.read("seen.txt").endsWith("20000true\n"))
      .toBe(true)
    const log = place.read(`.pawl/batch/runs/${summary.runId}/logs/a/long.out`)
    expect(log.split("\n").length).toBe(20_002)
  })
})
