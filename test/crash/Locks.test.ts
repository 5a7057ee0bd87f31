import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { hostname } from "node:os"
import { join } from "node:path"
import { describe, expect, it, onTestFinished } from "vitest"
import { json, type Workplace, workplace } from "../e2e/pawl.ts"
import { expectRefused } from "../e2e/refusal.ts"

/** A run that says that it works, and goes on until there is a file `go`. */
const waiting = (name: string) =>
  `name: ${name}
targets:
  - id: a
    run: |
      echo working >> ${name}.txt
      until test -e go; do sleep 0.02; done
  - id: ask
    steps:
      - { id: gate, gate: { approval: "Go?" } }
`

/** Resolves when a condition holds; the test's own time-out is what bounds it. */
const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10))
}

/** Starts a run and resolves when its step works. Nothing of it is left after the test. */
const working = async (place: Workplace, name = "batch", width = "1") => {
  place.write(`${name}.yaml`, waiting(name))
  const child = place.start(["run", `${name}.yaml`, "--auto-advance", "-j", width, "--format", "json"])
  onTestFinished(async () => {
    place.write("go", "")
    child.kill("SIGTERM")
    await child.exited
  })
  await until(() => existsSync(join(place.path, `${name}.txt`)))
  return child
}

const lockOf = (place: Workplace, name = "batch"): string => join(place.path, `.pawl/${name}/lock`)

/** The lock file of a batch whose run is over, as one that was killed left it. */
const leave = (place: Workplace, lines: Readonly<Record<string, string | number>>): void =>
  writeFileSync(lockOf(place), Object.entries(lines).map(([name, value]) => `${name}=${value}\n`).join(""))

const bootId = (): string => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()
const machineId = (): string => readFileSync("/etc/machine-id", "utf8").trim()

/** A batch with a run that completed. */
const ended = async () => {
  const place = workplace()
  place.write("batch.yaml", "name: batch\ntargets: [{ id: a, run: echo hello }]\n")
  expect((await place.pawl("run", "batch.yaml")).code).toBe(0)
  return place
}

describe("fifty processes started at once on one batch", () => {
  it("one works, and forty-nine end 75 and say who holds it", async () => {
    const place = workplace()
    place.write("batch.yaml", waiting("batch"))
    const children = Array.from({ length: 50 }, () => place.start(["run", "batch.yaml", "--target", "a"]))
    onTestFinished(() => children.forEach((child) => child.kill("SIGTERM")))
    const ends = children.map(async (child) => {
      const stderr = await new Response(child.stderr).text()
      return { pid: child.pid, code: await child.exited, stderr }
    })
    let refused = 0
    for (const end of ends) void end.then(({ code }) => (refused += code === 75 ? 1 : 0))
    await until(() => refused === 49 || existsSync(join(place.path, "go")))
    place.write("go", "")
    const all = await Promise.all(ends)
    const [holder, ...more] = all.filter(({ code }) => code === 0)
    expect(more).toEqual([])
    const losers = all.filter(({ code }) => code === 75)
    expect(losers).toHaveLength(49)
    const words = `is being worked on by process ${holder?.pid} on ${hostname()} since 20`
    for (const { stderr } of losers) expect(stderr).toContain(words)
    expect(place.read("batch.txt")).toBe("working\n")
    expect(readFileSync(lockOf(place), "utf8")).toBe("")
  }, 60_000)
})

describe("a batch that is being worked on", () => {
  it("is refused with 75, which names process, host, since when and run", async () => {
    const place = workplace()
    const child = await working(place)
    const { runs: [run] } = json<{ runs: ReadonlyArray<{ runId: string; startedAt: string }> }>(
      await place.pawl("runs", "--format", "json")
    )
    const answer = await place.pawl("run", "batch.yaml")
    expectRefused(answer, 75)
    expect(answer.stderr).toMatch(
      new RegExp(`process ${child.pid} on ${hostname()} since 20[-0-9T:.]+Z \\(run ${run?.runId}\\)`)
    )
    expect(answer.stderr).toContain("pawl status batch")
  })

  it("can be looked at, and decided about, all the same", async () => {
    const place = workplace()
    const child = await working(place, "batch", "2")
    const gates = async () =>
      json<{ gates: ReadonlyArray<unknown> }>(await place.pawl("status", "--format", "json")).gates
    while ((await gates()).length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    for (const args of [["status", "batch"], ["runs"], ["events", "batch"], ["logs", "batch"]]) {
      expect([args, (await place.pawl(...args)).code]).toEqual([args, 0])
    }
    expect(json(await place.pawl("status", "--format", "json"))).toMatchObject({ live: { pid: child.pid } })
    const approved = await place.pawl("approve", "batch", "ask/gate", "--by", "alice", "--format", "json")
    expect([approved.code, approved.stderr]).toEqual([0, ""])
    expect(json(approved)).toMatchObject({ outcome: "approved" })
  })

  it("is not disturbed by another batch in the same directory", async () => {
    const place = workplace()
    await working(place, "one")
    await working(place, "two")
    place.write("three.yaml", "name: three\ntargets: [{ id: a, run: 'true' }]\n")
    expect((await place.pawl("run", "three.yaml")).code).toBe(0)
    for (const name of ["one", "two"]) expect((await place.pawl("run", `${name}.yaml`)).code).toBe(75)
  })

  it.each(["removed", "replaced"])("stays held when its lock file is %s", async (how) => {
    const place = workplace()
    const child = await working(place)
    rmSync(lockOf(place))
    if (how === "replaced") writeFileSync(lockOf(place), "")
    const answer = await place.pawl("run", "batch.yaml")
    expectRefused(answer, 75)
    expect(answer.stderr).toContain("is being worked on by another process")
    expect(place.read("batch.txt")).toBe("working\n")
    expect(child.exitCode).toBeNull()
  })
})

describe("a lock whose holder is gone", () => {
  it("by SIGKILL is taken over at once, with a note, and nobody has to remove anything", async () => {
    const place = workplace()
    const child = await working(place)
    child.kill("SIGKILL")
    await child.exited
    expect(readFileSync(lockOf(place), "utf8")).toContain(`pid=${child.pid}\n`)
    place.write("go", "")
    const answer = await place.pawl("run", "batch.yaml", "--target", "a")
    expect(answer.code).toBe(0)
    expect(answer.stderr).toMatch(
      new RegExp(`note: process ${child.pid} on .* ended without giving the batch back, so its lock was taken over`)
    )
    expect(readFileSync(lockOf(place), "utf8")).toBe("")
    expect((await place.pawl("run", "batch.yaml", "--target", "a")).stderr).not.toContain("taken over")
  })

  it("is not alive again because its process id is another's by now", async () => {
    const place = await ended()
    const runId = readFileSync(join(place.path, ".pawl/batch/current"), "utf8").trim()
    leave(place, { pid: process.pid, pidStart: 1, host: hostname(), boot: bootId(), run: runId })
    expect(json<{ live?: unknown }>(await place.pawl("status", "--format", "json")).live ?? null).toBeNull()
    expect((await place.pawl("run", "batch.yaml", "--fresh")).code).toBe(0)
  })

  it.each([
    ["in a container that had another name", () => ({ host: "c0ffee", boot: bootId() })],
    ["on this machine before it was started again", () => ({ host: hostname(), machine: machineId(), boot: "before" })]
  ])("%s is taken over, with a note", async (_, where) => {
    const place = await ended()
    leave(place, { pid: 4194305, pidStart: 1, ...where() })
    const answer = await place.pawl("run", "batch.yaml", "--fresh")
    expect(answer.code).toBe(0)
    expect(answer.stderr).toContain(`note: process 4194305 on ${where().host} ended without giving the batch back`)
  })
})

describe("a lock of another host", () => {
  const left = { pid: 4194305, pidStart: 1, host: "db8.example", machine: "0".repeat(32), boot: "elsewhere", run: "r1" }

  it("is never taken over: 75 says whose it is, and what a person can do", async () => {
    const place = await ended()
    leave(place, left)
    const before = readFileSync(lockOf(place), "utf8")
    const answer = await place.pawl("run", "batch.yaml", "--fresh")
    expectRefused(answer, 75)
    expect(answer.stderr).toContain("batch batch is held by process 4194305 on db8.example (run r1)")
    expect(answer.stderr).toContain(`remove ${lockOf(place)} and run the same command again`)
    expect(readFileSync(lockOf(place), "utf8")).toBe(before)
    for (const args of [["status"], ["logs", "batch"], ["events", "batch"]]) {
      expect([args, (await place.pawl(...args)).code]).toEqual([args, 0])
    }
    rmSync(lockOf(place))
    expect((await place.pawl("run", "batch.yaml", "--fresh")).code).toBe(0)
  })

  it("that was given back is nobody's", async () => {
    const place = await ended()
    writeFileSync(lockOf(place), "")
    const answer = await place.pawl("run", "batch.yaml", "--fresh")
    expect(answer.code).toBe(0)
    expect(answer.stderr).not.toContain("taken over")
  })
})

describe("a step", () => {
  it("has no file of pawl's open but its own three", async () => {
    const place = workplace()
    place.write("batch.yaml", "name: batch\ntargets: [{ id: a, run: 'exec ls -l /proc/self/fd' }]\n")
    expect((await place.pawl("run", "batch.yaml")).code).toBe(0)
    const { stdout } = await place.pawl("logs", "batch", "a")
    const open = [...stdout.matchAll(/(\d+) -> (.*)$/gm)].map(([, fd, path]) => `${fd} ${path}`)
    expect(open.filter((each) => !each.endsWith("/fd"))).toEqual([
      "0 /dev/null",
      expect.stringMatching(/^1 .*\/logs\/.*\.out$/),
      expect.stringMatching(/^2 .*\/logs\/.*\.err$/)
    ])
  })
})
