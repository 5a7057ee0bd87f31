import { describe, expect, it } from "vitest"
import { readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { binary, type Workplace, workplace } from "../e2e/pawl.ts"
import { quoted } from "../e2e/shell.ts"
import { endsWithTest, isThere, journalIn, leftIn, markedIn, stateOf, told, until, writtenPids } from "./processes.ts"

const record = "echo $$ >> pids.txt"
/** Other shells give no groups to the commands of a script. */
const inBash = (script: string): string => `exec bash -c ${quoted(script)}`
const forever = "while :; do sleep 0.05; done"

/** What steps do so as not to be ended; each writes `ready` once all of it runs. */
const runaways = {
  "ignores TERM": `trap "" TERM; ${record}; touch ready; ${forever}`,
  "puts a child into a session of its own": `setsid sh -c '${record}; trap "" TERM; touch ready; ${forever}' & wait`,
  "is a daemon: forked twice, its descriptors closed, its parent gone":
    `(setsid sh -c '${record}; cd /; exec >/dev/null 2>&1 </dev/null; ${forever}' & ); ${record}; touch ready; ${forever}`,
  "gives each child a process group of its own": inBash(
    `set -m; sh -c '${record}; touch ready; ${forever}' & wait`
  ),
  "starts a child without any environment":
    `setsid env -i PATH="$PATH" sh -c '${record}; trap "" TERM; touch ready; ${forever}' & wait`,
  "orphans a child without any environment, in a group of its own": inBash(
    `set -m; (env -i PATH="$PATH" sh -c '${record}; trap "" TERM; touch ready; ${forever}' &); ${forever}`
  ),
  "starts others as they end":
    `echo 'trap "" TERM; sleep 0.05; setsid sh hydra.sh &' > hydra.sh; sh hydra.sh; ${record}; touch ready; ${forever}`,
  "starts others faster than one can look": `${record}; touch ready
    while :; do setsid sh -c 'trap "" TERM; sleep 300' & sleep 0.01; done`
} as const

const manifest = (script: string, more = ""): string =>
  `name: batch\ntargets:\n  - { id: a, run: ${JSON.stringify(script)}${more} }\n`

/** Starts a batch of one such step, and returns when all of it runs. */
const started = async (place: Workplace, script: string, ...args: ReadonlyArray<string>) => {
  endsWithTest(place)
  place.write("batch.yaml", manifest(script))
  const child = place.start(["run", "batch.yaml", ...args])
  await until("all of the step runs", () => isThere(place, "ready") && writtenPids(place).length > 0)
  return child
}

describe.each(Object.entries(runaways))("a step that %s", (_, script) => {
  it("is ended with all that it started when it is out of time", async () => {
    const place = workplace()
    endsWithTest(place)
    place.write("batch.yaml", manifest(script, ", timeout: 1500ms"))
    const answer = await place.pawl("run", "batch.yaml", "--grace", "100ms", "--format", "json")
    expect(answer.code).toBe(1)
    expect(JSON.parse(answer.stdout).targets[0]).toMatchObject({ status: "errored" })
    expect(writtenPids(place).length).toBeGreaterThan(0)
    expect(leftIn(place)).toEqual([])
  })

  it("is ended with all that it started at a signal", async () => {
    const place = workplace()
    const child = await started(place, script, "--grace", "100ms")
    child.kill("SIGINT")
    expect(await child.exited).toBe(130)
    expect(leftIn(place)).toEqual([])
  })

  it("is ended with all that it started when its pawl was killed, before it runs again", async () => {
    const place = workplace()
    const child = await started(place, script)
    await until("its start is on record", () => journalIn(place).includes("\"StepStarted\""))
    child.kill("SIGKILL")
    await child.exited
    expect(leftIn(place)).not.toEqual([])
    place.write("batch.yaml", manifest(`test -e ready && exit 0; ${script}`))
    const answer = await place.pawl("run", "batch.yaml", "--allow-changes", "--grace", "100ms")
    expect(answer).toMatchObject({ code: 0 })
    expect(answer.stderr).toContain("left over from a killed pawl, was ended")
    expect(leftIn(place)).toEqual([])
  })
})

describe("a step beside one that fails", () => {
  it("is ended with all that it started before the target is", async () => {
    const place = workplace()
    endsWithTest(place)
    const stubborn = `setsid sh -c '${record}; trap "" TERM; ${forever}' & wait`
    place.write(
      "batch.yaml",
      `name: batch
targets:
  - id: a
    steps:
      - id: both
        parallel: {}
        steps:
          - { id: long, run: ${JSON.stringify(stubborn)} }
          - { id: fails, run: "until test -s pids.txt; do sleep 0.01; done; exit 1" }
`
    )
    expect((await place.pawl("run", "batch.yaml", "--grace", "100ms")).code).toBe(1)
    expect(writtenPids(place)).toHaveLength(1)
    expect(leftIn(place)).toEqual([])
  })
})

describe("a daemon that a step started on purpose", () => {
  it("is left alone when the step has succeeded, and when a later step is ended", async () => {
    const place = workplace()
    endsWithTest(place)
    place.write(
      "batch.yaml",
      `name: batch
targets:
  - id: a
    steps:
      - { id: daemon, run: "setsid sh -c 'echo $$ > pids.txt; exec sleep 300' > /dev/null 2>&1 & until test -s pids.txt; do sleep 0.01; done" }
      - { id: next, run: sleep 300, timeout: 300ms }
`
    )
    expect((await place.pawl("run", "batch.yaml", "--grace", "100ms")).code).toBe(1)
    const [daemon = 0] = writtenPids(place)
    expect(stateOf(daemon)).toBeDefined()
    expect(leftIn(place)).toEqual([daemon])
  })
})

describe("a step of another run", () => {
  it("with the same ids in another folder is left alone", async () => {
    const [here, there] = [workplace(), workplace()]
    const script = `trap "" TERM; ${record}; touch ready; ${forever}`
    const other = await started(there, script, "--run-id", "same", "--grace", "100ms")
    const child = await started(here, script, "--run-id", "same", "--grace", "100ms")
    child.kill("SIGTERM")
    expect(await child.exited).toBe(143)
    expect(leftIn(here)).toEqual([])
    expect(markedIn(there)).not.toEqual([])
    other.kill("SIGTERM")
    expect(await other.exited).toBe(143)
  })
})

describe("a step that kills its own pawl and goes on with the run itself", () => {
  it("is not ended by that as what a killed pawl left over", async () => {
    const place = workplace()
    endsWithTest(place)
    const script = `test -e again && exit 0; touch again
      kill -9 $(sed -n s/^pid=//p .pawl/batch/lock); exec ${binary} resume > resumed.txt 2>&1`
    place.write("batch.yaml", manifest(script))
    await place.pawl("run", "batch.yaml")
    await until("the run is through", () => journalIn(place).includes("\"RunHalted\""))
    await until("nothing is left", () => leftIn(place).length === 0)
    expect(place.read("resumed.txt")).toContain("1 target: 1 completed")
  })
})

describe("a step that floods its output", () => {
  it("is ended, and costs pawl no memory", async () => {
    const place = workplace()
    endsWithTest(place)
    const flood = 256 * 1024 * 1024
    place.write("batch.yaml", manifest(`trap "" TERM; yes | head -c ${flood}; yes >&2`))
    const child = place.start(["run", "batch.yaml", "--grace", "100ms", "--format", "json"])
    const summary = told(child.stdout)
    const size = (): number => {
      const run = isThere(place, ".pawl/batch/current") ? place.read(".pawl/batch/current").trim() : ""
      const log = `.pawl/batch/runs/${run}/logs/a/run.out`
      return run !== "" && isThere(place, log) ? statSync(join(place.path, log)).size : 0
    }
    await until("it has printed a quarter of a gigabyte", () => size() >= flood)
    // What the system says of it when it has ended counts the process that started it too.
    const peak = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]
    child.kill("SIGTERM")
    await until(
      "the run is through",
      () => journalIn(place).includes("\"RunHalted\"") || stateOf(child.pid) === undefined
    )
    expect(await child.exited).toBe(143)
    expect(Number(peak) / 1024).toBeGreaterThan(10)
    expect(Number(peak) / 1024).toBeLessThan(180)
    expect(JSON.parse(await summary.all)).toMatchObject({ status: "interrupted" })
    expect(leftIn(place)).toEqual([])
  })
})
