import { chmodSync, mkdirSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { completes, steps, stream } from "./manifestRun.ts"
import { workplace } from "./pawl.ts"

describe("where and with what a step runs", () => {
  it("environment: the inner wins over the outer, and over that of pawl", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      `name: batch
env: { A: batch, B: batch, C: batch }
targets:
  - id: a
    env: { B: target, C: "target of {{ context.target }}" }
    steps:
      - { id: s, env: { C: "step, {{ env.OUTSIDE }}" }, run: 'echo "$A|$B|$C|$OUTSIDE" > s.txt' }
      - { id: t, run: 'echo "$A|$B|$C" > t.txt' }
`
    )
    const answer = await place.pawlWith({ env: { A: "outside", OUTSIDE: "outside" } }, "run", "batch.yaml")
    expect(answer.code).toBe(0)
    expect(place.read("s.txt")).toBe("batch|target|step, outside|outside\n")
    expect(place.read("t.txt")).toBe("batch|target|target of a\n")
  })

  it("workdir: each relative to the one around it, the outermost to the manifest, whatever the cwd", async () => {
    const place = workplace()
    mkdirSync(join(place.path, "sub/work/of-target/of-step"), { recursive: true })
    place.write(
      "sub/batch.yaml",
      `name: batch
workdir: work
targets:
  - id: a
    workdir: of-target
    steps:
      - { id: s, workdir: of-step, run: pwd }
      - { id: t, command: [pwd] }
      - { id: absolute, workdir: /, run: pwd }
`
    )
    const answer = await place.pawl("run", "sub/batch.yaml", "--format", "ndjson")
    expect(answer.code).toBe(0)
    expect(stream(answer).events.flatMap(({ output }) => output === undefined ? [] : [output.stdout.trim()])).toEqual([
      join(place.path, "sub/work/of-target/of-step"),
      join(place.path, "sub/work/of-target"),
      "/"
    ])
  })

  it("shell: `sh -e` if nothing is said, any other with its options, the script behind `-c`", async () => {
    const place = workplace()
    chmodSync(place.write("interpreter", "#!/bin/sh\nprintf '%s|' \"$@\" > words.txt\n"), 0o755)
    await completes(
      place,
      steps(`      - { id: stops, run: 'false; echo went on >> stops.txt', continueOnError: true }
      - { id: goes-on, shell: sh, run: 'false; echo went on >> goes-on.txt' }
      - { id: arrays, shell: bash -euo pipefail, run: 'list=(a "{{ context.target }}"); [[ \${#list[@]} == 2 ]] && echo "\${list[1]}" > bash.txt' }
      - { id: other, shell: ./interpreter --strict, run: "1 + 1" }
`)
    )
    expect(readdirSync(place.path)).not.toContain("stops.txt")
    expect(place.read("goes-on.txt")).toBe("went on\n")
    expect(place.read("bash.txt")).toBe("a\n")
    expect(place.read("words.txt")).toBe("--strict|-c|1 + 1|")
  })

  it("PAWL_ variables and `context` tell a step who it is", async () => {
    const place = workplace()
    const answer = await completes(
      place,
      `name: batch
failure: { retries: { maxAttempts: 2, backoffSeconds: 0 } }
targets:
  - id: "a b"
    steps:
      - id: who-am-i
        run: |
          echo "$PAWL_RUN_ID|$PAWL_TARGET|$PAWL_STEP|$PAWL_ATTEMPT" >> env.txt
          echo "{{ context.run_id }}|{{ context.target }}|{{ context.batch }}|{{ context.attempt }}" >> context.txt
          test -f "{{ context.run_dir }}/journal.ndjson"
          test "$PAWL_ATTEMPT" = 2
`
    )
    const { runId } = stream(answer).summary
    expect(place.read("env.txt")).toBe([1, 2].map((n) => `${runId}|a b|who-am-i|${n}\n`).join(""))
    expect(place.read("context.txt")).toBe([1, 2].map((n) => `${runId}|a b|batch|${n}\n`).join(""))
  })
})
