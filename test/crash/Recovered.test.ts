import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { json, launcherRecorded, type Workplace, workplace } from "../e2e/pawl.ts"

const runOf = ({ path }: Workplace): string => {
  const [runId = ""] = readdirSync(`${path}/.pawl/batch/runs`)
  return `${path}/.pawl/batch/runs/${runId}`
}

const linesOf = (place: Workplace, name: string): ReadonlyArray<string> => {
  try {
    return place.read(name).trim().split("\n").sort()
  } catch {
    return []
  }
}

/** Waits for what a real process brings about. */
const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** Runs a batch until `begun` attempts have begun, kills pawl, and waits until `ended` of them have ended by themselves. */
const killed = async (place: Workplace, batch: string, begun: number, ended: number, ...args: Array<string>) => {
  place.write("batch.yaml", batch)
  const child = place.start(["run", "batch.yaml", "--quiet", ...args])
  await until(() => linesOf(place, "begun.txt").length === begun)
  child.kill("SIGKILL")
  await child.exited
  place.write("go", "")
  await launcherRecorded(place, "batch", ended)
}

/** What a step does until somebody lets it go on. */
const wait = "until test -e go; do sleep 0.01; done"

describe("a step that ends after its pawl was killed", () => {
  it("is not run again at -j8, and its output is there for later steps", async () => {
    const place = workplace()
    const batch = `name: batch
targets:
  - forEach: { items: [1, 2, 3, 4, 5, 6, 7, 8] }
    id: "t{{ item }}"
    steps:
      - id: one
        outputs: json
        run: |
          echo "{{ item }}" >> begun.txt; ${wait}; echo value=v{{ item }} >> "$PAWL_OUTPUT"
          echo told >&2; echo "{ \\"n\\": {{ item }} }"
      - { id: two, run: 'echo "{{ steps.one.output.json.n }} {{ steps.one.output.values.value }}" >> two.txt' }
`
    await killed(place, batch, 8, 8, "-j8")
    const answer = await place.pawl("run", "batch.yaml", "-j8", "--format", "json")
    expect(answer.code).toBe(0)
    expect(answer.stderr).toContain("attempt 1 of t1/one ended after pawl was killed; it counts, and is not made again")
    expect(json(answer)).toMatchObject({ invocations: 2, stepsExecuted: 8, counts: { completed: 8 } })
    expect(linesOf(place, "begun.txt")).toHaveLength(8)
    expect(linesOf(place, "two.txt")).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((n) => `${n} v${n}`))
    expect(place.read(`.pawl/batch/runs/${json(answer).runId}/logs/t3/one.err`)).toMatch(/^--- pawl: .*\ntold\n$/)
    expect(readdirSync(`${runOf(place)}/logs`)).not.toContain(".spool")
  })

  it("counts as a failed attempt where it failed, and is tried again as its policy says", async () => {
    const place = workplace()
    const batch = `name: batch
failure: { retries: { maxAttempts: 2, backoffSeconds: 0 } }
targets:
  - { id: a, run: 'echo "$PAWL_ATTEMPT" >> begun.txt; ${wait}; exit 3' }
`
    await killed(place, batch, 1, 1)
    const answer = await place.pawl("run", "batch.yaml", "--format", "json")
    expect(answer.code).toBe(1)
    expect(json(answer).targets[0]).toMatchObject({ status: "blocked", attempts: 2 })
    expect(linesOf(place, "begun.txt")).toEqual(["1", "2"])
  })

  it("needs nobody to say whether it may run again, though it must not run twice", async () => {
    const place = workplace()
    const batch = `name: batch
targets:
  - { id: a, steps: [{ id: publish, idempotent: false, run: 'echo x >> begun.txt; ${wait}' }] }
`
    await killed(place, batch, 1, 1)
    const answer = await place.pawl("run", "batch.yaml")
    expect(answer.code).toBe(0)
    expect(linesOf(place, "begun.txt")).toEqual(["x"])
  })

  it("is run again where its definition was changed since", async () => {
    const place = workplace()
    const batch = (word: string) => `name: batch\ntargets:\n  - { id: a, run: 'echo ${word} >> begun.txt; ${wait}' }\n`
    await killed(place, batch("old"), 1, 1)
    place.write("batch.yaml", batch("new"))
    const answer = await place.pawl("run", "batch.yaml", "--allow-changes")
    expect(answer.code).toBe(0)
    expect(linesOf(place, "begun.txt")).toEqual(["new", "old"])
  })

  it("is run again after a start of the machine, which may have lost its output", async () => {
    const place = workplace()
    await killed(place, `name: batch\ntargets:\n  - { id: a, run: 'echo x >> begun.txt; ${wait}' }\n`, 1, 1)
    const records = `${runOf(place)}/logs/.spool/attempts.ndjson`
    writeFileSync(records, readFileSync(records, "utf8").replace(/^.*\n/, "{\"boot\":\"another\"}\n"))
    expect((await place.pawl("run", "batch.yaml")).code).toBe(0)
    expect(linesOf(place, "begun.txt")).toEqual(["x", "x"])
  })

  it("is known still when pawl is killed again before it got to it", async () => {
    const place = workplace()
    const batch = `name: batch
targets:
  - { id: a, run: 'echo a >> begun.txt; ${wait}' }
  - { id: b, run: 'echo b >> begun.txt; ${wait}; until test -e on; do sleep 0.01; done' }
`
    await killed(place, batch, 2, 1, "-j2")
    // The second pawl ends b, which still runs, and is killed while it runs it again.
    const second = place.start(["run", "batch.yaml", "--quiet", "-j1", "--target", "b"])
    await until(() => linesOf(place, "begun.txt").length === 3)
    second.kill("SIGKILL")
    await second.exited
    place.write("on", "")
    const answer = await place.pawl("run", "batch.yaml", "--format", "json")
    expect(answer.code).toBe(0)
    expect(linesOf(place, "begun.txt").filter((line) => line === "a")).toEqual(["a"])
  })
})

describe("a step that the next pawl ended", () => {
  it("is not taken for one that ended by itself, by the pawl after that", async () => {
    const place = workplace()
    const batch = `name: batch
targets:
  - { id: a, steps: [{ id: publish, idempotent: false, run: 'echo $$ >> begun.txt; ${wait}' }] }
`
    place.write("batch.yaml", batch)
    const first = place.start(["run", "batch.yaml", "--quiet"])
    await until(() => linesOf(place, "begun.txt").length === 1)
    first.kill("SIGKILL")
    await first.exited
    const second = await place.pawl("run", "batch.yaml")
    expect(second.code).toBe(3)
    await launcherRecorded(place, "batch", 1)
    expect((await place.pawl("approve", "batch", "a/publish", "--option", "run-again")).code).toBe(0)
    place.write("go", "")
    const third = await place.pawl("run", "batch.yaml", "--format", "json")
    expect(third.code).toBe(0)
    expect(json(third)).toMatchObject({ stepsExecuted: 1 })
    expect(linesOf(place, "begun.txt")).toHaveLength(2)
  })
})

describe("a stuck target that is tried again", () => {
  it("is not taken for tried by what its first try left, though pawl is killed in between", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      `name: batch\ntargets:\n  - { id: bad, run: 'echo x >> bad.txt; test -e mended' }\n`
        + `  - { id: slow, run: 'echo x >> begun.txt; ${wait}' }\n`
    )
    const first = place.start(["run", "batch.yaml", "--auto-advance", "--quiet"])
    await until(() => linesOf(place, "begun.txt").length === 1)
    first.kill("SIGKILL")
    await first.exited
    place.write("go", "")
    place.write("mended", "")
    await launcherRecorded(place, "batch", 2)
    // It comes to no attempt at all.
    expect((await place.pawl("run", "batch.yaml", "--retry-blocked", "--cap", "0")).code).not.toBe(74)
    const last = await place.pawl("run", "batch.yaml", "--format", "json")
    expect(json(last)).toMatchObject({ counts: { completed: 2 } })
    expect(linesOf(place, "bad.txt")).toHaveLength(2)
    expect(linesOf(place, "begun.txt")).toHaveLength(1)
  })
})

describe("a pawl whose step launcher was killed", () => {
  it("ends 74 and says so; the next one ends what still runs, and runs that step again", async () => {
    const place = workplace()
    place.write("batch.yaml", `name: batch\ntargets:\n  - { id: a, run: 'echo $$ >> begun.txt; ${wait}' }\n`)
    const child = place.start(["run", "batch.yaml", "--quiet"])
    await until(() => linesOf(place, "begun.txt").length === 1)
    const launcher = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").trim()
    process.kill(Number(launcher), "SIGKILL")
    const told = await new Response(child.stderr).text()
    await child.exited
    expect(child.exitCode).toBe(74)
    expect(told).toContain("the process that starts steps (`step launcher`) was killed")
    place.write("go", "")
    const answer = await place.pawl("run", "batch.yaml")
    expect(answer.code).toBe(0)
    const [first, second] = linesOf(place, "begun.txt")
    expect(second).toBeDefined()
    expect(first).not.toBe(second)
  })
})
