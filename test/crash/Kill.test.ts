import { readdirSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { json, workplace } from "../e2e/pawl.ts"
import { endsWithTest, stateOf, until, writtenPids } from "./processes.ts"

/** How often each line stands in a file. */
const tally = (text: string): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const line of text.trim().split("\n")) counts.set(line, (counts.get(line) ?? 0) + 1)
  return counts
}

const TARGETS = 100

const batch = `name: batch
targets:
  - forEach: { items: [${Array.from({ length: TARGETS }, (_, index) => index).join(", ")}] }
    id: "t{{ item }}"
    steps:
      - id: one
        run: |
          # However late the kill comes, the run does not get past it.
          for stop in 30 55 85; do [ {{ item }} -lt $stop ] || until test -e go$stop; do sleep 0.02; done; done
          echo {{ item }}-one >> ran.txt
      - { id: two, run: 'echo {{ item }}-two >> ran.txt' }
`

/** Resolves when a line of the event stream holds the text. */
const reached = async (stream: ReadableStream<Uint8Array>, text: string): Promise<void> => {
  let seen = ""
  const decoder = new TextDecoder()
  for await (const chunk of stream) {
    seen += decoder.decode(chunk, { stream: true })
    if (seen.includes(text)) return
  }
  throw new Error(`the run ended before ${text}`)
}

describe("a run whose process is killed", () => {
  it.each([1, 4])(
    "in the middle of 100 targets resumes at -j%i: no completed step runs again, none is lost",
    async (width) => {
      const place = workplace()
      place.write("batch.yaml", batch)
      const args = ["run", "batch.yaml", "-j", String(width)]
      let invocations = 0
      for (const [stop, gate] of [["t20\"", "go30"], ["t45\"", "go55"], ["t75\"", "go85"]] as const) {
        const child = place.start([...args, "--format", "ndjson"])
        await reached(child.stdout, `"TargetCompleted","target":"${stop}`)
        child.kill("SIGKILL")
        await child.exited
        place.write(gate, "")
        invocations += 1
      }
      const [runId = ""] = readdirSync(`${place.path}/.pawl/batch/runs`)
      const journal = place.read(`.pawl/batch/runs/${runId}/journal.ndjson`)
      const durable = journal.split("\n").filter((line) => line.includes("\"StepSucceeded\"")).length
      expect(durable).toBeGreaterThan(TARGETS)
      expect(durable).toBeLessThan(2 * TARGETS)

      const last = await place.pawl(...args, "--format", "json")
      expect(last.code).toBe(0)
      expect(json(last)).toMatchObject({ runId, counts: { completed: TARGETS, pending: 0 } })
      const ran = tally(place.read("ran.txt"))
      expect(ran.size).toBe(2 * TARGETS)
      // Only what was in flight at a kill may be repeated: at most one step a worker and kill.
      const repeated = [...ran.values()].reduce((total, count) => total + count - 1, 0)
      expect(repeated).toBeLessThanOrEqual(invocations * width)
      const after = place.read(`.pawl/batch/runs/${runId}/journal.ndjson`)
      const succeeded = tally(
        after.split("\n").filter((line) => line.includes("\"StepSucceeded\"")).map((line) => {
          const { path, target } = JSON.parse(line)
          return `${target}/${path}`
        }).join("\n")
      )
      expect([...succeeded.values()].every((count) => count === 1)).toBe(true)
      expect(succeeded.size).toBe(2 * TARGETS)
    }
  )

  it("leaves a child behind that a fresh run ends before it does anything", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      "name: batch\ntargets:\n  - id: a\n    run: |\n      echo begin >> ran.txt\n      echo $$ >> pids.txt\n"
        + "      test $(wc -l < pids.txt) -gt 1 || exec sleep 300\n      echo end >> ran.txt\n"
    )
    endsWithTest(place)
    const child = place.start(["run", "batch.yaml"])
    await until("the step runs", () => writtenPids(place).length === 1)
    child.kill("SIGKILL")
    await child.exited
    const [left = 0] = writtenPids(place)
    expect(stateOf(left)).toBeDefined()
    const fresh = await place.pawl("run", "batch.yaml", "--fresh")
    expect(fresh.code).toBe(0)
    expect(fresh.stderr).toContain(`process ${left} of a/run, left over from a killed pawl, was ended`)
    expect(stateOf(left)).toBeUndefined()
    expect(place.read("ran.txt")).toBe("begin\nbegin\nend\n")
  })

  it("leaves a child behind that the next run ends before its step runs again", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      "name: batch\ntargets:\n  - id: a\n    run: 'echo $$ >> pids.txt; test $(wc -l < pids.txt) -gt 1 || exec sleep 300'\n"
    )
    const child = place.start(["run", "batch.yaml", "--format", "ndjson"])
    await reached(child.stdout, "\"StepStarted\"")
    while (!(await Bun.file(`${place.path}/pids.txt`).exists())) await Bun.sleep(5)
    child.kill("SIGKILL")
    await child.exited
    const answer = await place.pawl("run", "batch.yaml", "--format", "json")
    expect(answer.code).toBe(0)
    const [first = ""] = place.read("pids.txt").split("\n")
    expect(answer.stderr).toContain(`process ${first} of a/run, left over from a killed pawl, was ended`)
  })
})

describe("a run that is told to stop", () => {
  it.each([["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const)(
    "by %s ends %i with its state saved, and goes on later",
    async (signal, code) => {
      const place = workplace()
      place.write(
        "batch.yaml",
        "name: batch\ntargets:\n  - { id: a, run: 'true' }\n  - { id: b, run: 'test -e go || sleep 300' }\n"
      )
      const child = place.start(["run", "batch.yaml", "--format", "ndjson"])
      const output = new Response(child.stdout.pipeThrough(
        new TransformStream<Uint8Array, Uint8Array>({
          transform: (chunk, controller) => {
            if (new TextDecoder().decode(chunk).includes("\"StepStarted\",\"target\":\"b\"")) child.kill(signal)
            controller.enqueue(chunk)
          }
        })
      )).text()
      await child.exited
      expect(child.exitCode).toBe(code)
      const summary = JSON.parse((await output).trim().split("\n").at(-1) ?? "")
      expect(summary).toMatchObject({ status: "interrupted", haltReason: "ShutdownRequested", exitCode: code })
      place.write("go", "")
      const answer = await place.pawl("run", "batch.yaml", "--format", "json")
      expect(answer.code).toBe(0)
      expect(json(answer)).toMatchObject({ invocations: 2, stepsExecuted: 1 })
    }
  )
})

describe("a run whose log files somebody else opens", () => {
  it("goes on when the kernel tells it so by SIGIO", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      "name: batch\ntargets:\n  - { id: quiet, run: 'true' }\n  - { id: long, run: 'until test -e go; do sleep 0.01; done' }\n"
    )
    const child = place.start(["run", "batch.yaml", "--format", "ndjson"])
    await reached(child.stdout, "\"StepStarted\",\"target\":\"long\"")
    child.kill("SIGIO")
    place.write("go", "")
    await child.exited
    expect([child.exitCode, child.signalCode]).toEqual([0, null])
  })
})

describe("two processes on one batch", () => {
  it("the second ends 75 and says who holds it", async () => {
    const place = workplace()
    place.write("batch.yaml", "name: batch\ntargets:\n  - { id: a, run: 'sleep 300' }\n")
    const first = place.start(["run", "batch.yaml", "--format", "ndjson"])
    await reached(first.stdout, "\"StepStarted\"")
    const second = await place.pawl("run", "batch.yaml")
    expect(second.code).toBe(75)
    expect(second.stderr).toContain(`is being worked on by process ${first.pid} on `)
    first.kill("SIGTERM")
    await first.exited
  })
})
