import { describe, expect, it } from "@effect/vitest"
import { tableOf, target } from "./previewing.ts"
import { width } from "../../src/report/Printable.ts"

const release = `name: release
inputs:
  release: { type: string, default: "1.4" }
  token: { type: string, secret: true }
run: { autoAdvance: true, maxParallel: 4, maxBlocked: 20% }
failure: { retries: { maxAttempts: 3, backoffSeconds: 2, maxBackoffSeconds: 60 }, timeout: 10m, circuitBreaker: false }
targets:
  - id: build
    workdir: src
    steps:
      - { id: make, run: "make all\\nmake check\\n" }
      - { id: sign, run: ./sign.sh, idempotent: false, continueOnError: true, timeout: 30s, failure: { retries: { maxAttempts: 1 } } }
      - id: parts
        map: { over: [one, two, three], maxParallel: 2 }
        steps:
          - { id: pack, command: [./pack, "{{ item }}", "{{ inputs.release }}"] }
          - { id: last, when: "{{ index == 2 }}", run: echo last }
  - id: publish
    needs: [build]
    steps:
      - { id: ask, gate: { approval: "Publish {{ inputs.release }} now?", options: [blue, green, reject], onReject: retry, show: notes.md } }
      - id: colour
        switch: "{{ steps.ask.output.option }}"
        cases: { blue: [{ id: to-blue, run: ./blue.sh }], green: [{ id: to-green, when: "{{ inputs.token != '' }}", run: ./green.sh }] }
      - id: wait
        loop: { until: "{{ steps.check.output.exit_code == 0 }}", every: 30s, maxIterations: 20 }
        steps: [{ id: check, run: curl -f localhost, continueOnError: true }]
      - { id: rule, gate: { policy: "{{ inputs.release == '1.5' }}", onReject: skip } }
      - { id: announce, run: ./announce.sh }
outputs:
  done: "{{ targets.publish.status == 'completed' }}"
`
const values = { release: "1.4", token: "s3cret" }

describe("the table", () => {
  it("reads like a plan", () => {
    const [name, plan, ...lines] = tableOf(release, { values })
    expect(name).toBe("release: what would happen")
    expect(plan).toMatch(/^plan: sha256:[0-9a-f]{64}$/)
    expect(lines).toEqual([
      "input release = \"1.4\"",
      "input token is secret",
      "run: 4 targets at a time; goes on past blocked targets; at most 20% blocked",
      "failure: up to 3 attempts, 2s apart, ×2 up to 1m; at most 10m each; no breaker",
      "2 targets: 2 pending",
      "17 steps: 13 pending; 3 skipped; 1 requires-approval; 2 of them conditional",
      "",
      "TARGET             STATUS             WHAT",
      "build              pending            in src",
      "├─ make            pending            run: make all (and 1 line more)",
      "├─ sign            pending            run: ./sign.sh",
      "│                                       1 attempt; at most 30s each; never twice without a person; the target goes on if it fails",
      "└─ parts           pending            map over 3 items: one, two, three",
      "   │                                    2 at a time",
      "   ├─ [0], [1]",
      "   │  ├─ pack      pending            command: ./pack {{ item }} 1.4",
      "   │  └─ last      skipped            `when` is false: {{ index == 2 }}",
      "   └─ [2]",
      "      ├─ pack      pending            command: ./pack three 1.4",
      "      └─ last      pending            run: echo last",
      "",
      "publish            pending            needs build",
      "├─ ask             requires-approval  approval: Publish 1.4 now?",
      "│                                       options: blue, green, reject; shows notes.md; a rejection asks again",
      "├─ colour          pending            switch {{ steps.ask.output.option }}",
      "│  ├─ case blue",
      "│  │  └─ to-blue   conditional        run: ./blue.sh",
      "│  └─ case green",
      "│     └─ to-green  conditional        run: ./green.sh",
      "│                                       when {{ inputs.token != '' }}",
      "├─ wait            pending            loop until {{ steps.check.output.exit_code == 0 }}",
      "│  │                                    at most 20 iterations; 30s apart",
      "│  └─ check        pending            run: curl -f localhost",
      "│                                       the target goes on if it fails",
      "├─ rule            pending            policy, denied: {{ inputs.release == '1.5' }}",
      "│                                       a rejection leaves out the rest",
      "└─ announce        skipped            left out, since a gate before it is rejected",
      "",
      "outputs:",
      "  done = {{ targets.publish.status == 'completed' }}"
    ])
  })

  it("fits into a terminal: long texts go on below, and nothing is wider", () => {
    const lines = tableOf(release, { values }, 80)
    expect(lines.filter((line) => width(line) > 80)).toEqual([])
    const at = lines.findIndex((line) => line.includes("./sign.sh"))
    expect(lines.slice(at + 1, at + 4)).toEqual([
      "│                                       1 attempt; at most 30s each; never twice",
      "│                                       without a person; the target goes on if",
      "│                                       it fails"
    ])
    const narrow = tableOf(release, { values }, 40)
    expect(narrow.filter((line) => width(line) > 40 && !line.startsWith("plan: "))).toEqual([])
  })

  const hosts = `name: hosts
targets:
  - forEach: { items: [1] }
    id: "host-{{ item }}"
    workdir: "work/{{ item }}"
    steps:
      - { id: reach, run: 'ssh "{{ item }}" true' }
      - { id: large, when: "{{ item > 3 }}", command: [x, "{{ context.batch }}"] }
`
  const tree = (items: ReadonlyArray<number>): ReadonlyArray<string> =>
    tableOf(hosts, { items: [items] }).slice(7).map((line) => line.replaceAll(/ {2,}/g, "  "))

  it("shows targets that go the same way as one tree, with what differs as it was written", () => {
    expect(tree([1, 2, 3, 4])).toEqual([
      "TARGET  STATUS  WHAT",
      "host-1 … host-3  pending  3 targets; in a folder of its own",
      "├─ reach  pending  run: ssh \"{{ item }}\" true",
      "└─ large  skipped  `when` is false: {{ item > 3 }}",
      "",
      "host-4  pending  in work/4",
      "├─ reach  pending  run: ssh \"4\" true",
      "└─ large  pending  command: x hosts"
    ])
  })

  it("shows as it was written only what differs, or all of it where words can't be told apart", () => {
    const text = `name: batch
targets:
  - forEach: { items: [1] }
    id: "{{ item }}"
    steps:
      - { id: a, run: 'x "{{ item }}" {{ context.batch }} to "{{ item }}.txt"' }
      - { id: b, gate: { approval: "Go on with {{ item }} in {{ context.batch }}?" } }
`
    const shown = (...items: ReadonlyArray<string>) =>
      tableOf(text, { items: [items] }).slice(-2).map((line) => line.replace(/^.*pending +|^.*requires-approval +/, ""))
    expect(shown("one", "two")).toEqual([
      "run: x \"{{ item }}\" \"batch\" to \"{{ item }}.txt\"",
      "approval: Go on with {{ item }} in batch?"
    ])
    expect(shown("one", "two", "all of them")).toEqual([
      "run: x \"{{ item }}\" {{ context.batch }} to \"{{ item }}.txt\"",
      "approval: Go on with {{ item }} in {{ context.batch }}?"
    ])
  })

  it("does not say of those in between what is not so", () => {
    expect(tree([1, 4, 2, 5, 3, 6]).filter((line) => line.startsWith("host"))).toEqual([
      "host-1, host-2, …  pending  3 targets; in a folder of its own",
      "host-4, host-5, …  pending  3 targets; in a folder of its own"
    ])
    expect(tree([1, 4, 2]).filter((line) => line.startsWith("host"))).toEqual([
      "host-1, host-2  pending  in a folder of its own",
      "host-4  pending  in work/4"
    ])
  })

  it("says who is skipped and why, who is sure to get stuck, and counts who is not selected", () => {
    const text = `name: batch
targets:
  - { id: web, needs: [db], run: x }
  - { id: db, steps: [{ id: ship, gate: { policy: "{{ false }}" } }] }
  - { id: other, run: x }
`
    expect(tableOf(text, { selected: ["web", "db"] }).slice(4)).toEqual([
      "3 targets: 2 skipped (1 not selected); 1 blocked",
      "2 steps: 1 pending; 1 skipped",
      "",
      "TARGET   STATUS   WHAT",
      "web      skipped  it needs db, which does not complete",
      "",
      "db       blocked  at ship: its policy is not met",
      "└─ ship  pending  policy, denied: {{ false }}"
    ])
    expect(tableOf(text, { selected: [] }).slice(4)).toEqual(["3 targets: 3 skipped (3 not selected)"])
  })

  it("holds nothing that a terminal would obey", () => {
    const text = target(
      "- { id: a, run: 'echo {{ inputs.who }}' }\n- { id: g, gate: { approval: '{{ inputs.who }}' } }",
      "inputs: { who: { type: string } }"
    )
    const lines = tableOf(text, { values: { who: "\u001b[2J\nforged  line" } })
    expect(lines.join("\n")).not.toContain("\u001b")
    expect(lines.join("\n")).toContain("approval: \\e[2J\\nforged  line")
    expect(lines.filter((line) => line.startsWith("forged"))).toEqual([])
  })
})
