import { availableParallelism } from "node:os"
import { describe, expect, it } from "vitest"
import { manyTargets, most, moves, together } from "./width.ts"
import { json, pawlPid, statuses, workplace } from "./pawl.ts"

describe("targets side by side", () => {
  it("are as many as -j says, or run.maxParallel, or one; -j goes before the manifest, and resume has it too", async () => {
    const place = workplace()
    place.write("plain.yaml", manyTargets("plain", 3))
    place.write("wide.yaml", manyTargets("wide", 4, "run: { maxParallel: 3 }\n"))
    expect(await together(place, "run", "plain.yaml")).toBe(1)
    expect(await together(place, "run", "plain.yaml", "-j", "2", "--fresh")).toBe(2)
    expect(await together(place, "run", "wide.yaml")).toBe(3)
    expect(await together(place, "run", "wide.yaml", "-j4", "--fresh")).toBe(4)
    expect(await together(place, "run", "wide.yaml", "--fresh", "--cap", "0")).toBe(0)
    expect(await together(place, "resume", "wide", "--max-parallel", "2")).toBe(2)
  })

  it("are with -j 0 as many as pawl has processors, and with run.maxParallel: 0", async () => {
    const place = workplace()
    place.write("plain.yaml", manyTargets("plain", 4))
    place.write("wide.yaml", manyTargets("wide", 4, "run: { maxParallel: 0 }\n"))
    const processors = Math.min(4, availableParallelism())
    expect(await together(place, "run", "plain.yaml", "-j", "0")).toBe(processors)
    expect(await together(place, "run", "wide.yaml")).toBe(processors)
    const { stdout } = await place.pawl("simulate", "wide.yaml")
    expect(stdout).toContain("as many targets at a time as processors")
    expect(json<{ options: unknown }>(await place.pawl("simulate", "plain.yaml", "-j0", "--format", "json")).options)
      .toMatchObject({ maxParallel: 0, halt: "soon" })
    const rehearsed = await place.pawl("simulate", "wide.yaml", "--seed", "1", "--format", "json")
    expect(rehearsed.code).toBe(0)
  })

  it("cost nothing where -j is far more than there are targets", async () => {
    const place = workplace()
    place.write("batch.yaml", manyTargets("batch", 3, "", "cat /proc/" + pawlPid + "/status | grep VmHWM"))
    const peak = async (width: string): Promise<number> => {
      const answer = await place.pawl("run", "batch.yaml", "--fresh", "-j", width, "--format", "ndjson")
      expect(answer.code).toBe(0)
      return Number(/VmHWM:\\t +(\d+) kB/.exec(answer.stdout)?.[1])
    }
    expect(await peak("1000000")).toBeLessThan(await peak("3") + 20_000)
  })
})

describe("a target that waits for its next attempt", () => {
  it("lets another have its place meanwhile", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      `name: batch
targets:
  - { id: flaky, run: "test -e again || { touch again; exit 1; }", failure: { retries: { maxAttempts: 2, backoffSeconds: 1, jitter: false } } }
  - { id: next, run: "true" }
  - { id: last, run: sleep 1.5 }
  - { id: more, run: "true" }
`
    )
    const answer = await place.pawl("run", "batch.yaml", "--format", "ndjson")
    expect({ code: answer.code, stderr: answer.stderr }).toMatchObject({ code: 0 })
    expect(moves(answer)).toEqual(["flaky 1", "next 1", "last 1", "flaky 2", "more 1"])
  })

  it("rehearses so too", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      `name: batch
failure: { retries: { maxAttempts: 2, backoffSeconds: 60, jitter: false } }
targets: [{ id: flaky, run: "true" }, { id: next, run: "true" }]
`
    )
    place.write("bad.yaml", "steps:\n  - { match: flaky/run, attempt: 1, exitCode: 1, duration: 1s }\n")
    const answer = await place.pawl("simulate", "batch.yaml", "--scenario", "bad.yaml", "--format", "ndjson")
    expect(moves(answer)).toEqual(["flaky 1", "next 1", "flaky 2"])
  })
})

describe("--halt", () => {
  const manifest = `name: batch
targets:
  - { id: bad, run: "until test -e ready; do sleep 0.05; done; exit 1" }
  - { id: slow, run: "trap 'echo told to end; exit 0' TERM; sleep 3 & until test -e ready; do touch ready; done; wait $!; echo through" }
  - { id: more, run: "true" }
`

  it("soon, as where it is left out, lets what runs end where a target is blocked", async () => {
    const place = workplace()
    place.write("batch.yaml", manifest)
    const answer = await place.pawl("run", "batch.yaml", "-j2", "--halt", "soon", "--format", "json")
    expect(answer.code).toBe(1)
    expect(statuses(answer)).toEqual(["bad blocked", "slow completed", "more pending"])
  })

  it("now interrupts it, and the next call makes its attempt again", async () => {
    const place = workplace()
    place.write("batch.yaml", manifest)
    const answer = await place.pawl("run", "batch.yaml", "-j2", "--halt", "now", "--format", "json")
    expect(answer.code).toBe(1)
    expect(json(answer).haltReason).toBe("TargetBlocked")
    expect(statuses(answer)).toEqual(["bad blocked", "slow pending", "more pending"])
    expect((await place.pawl("logs", "batch", "slow")).stdout).toContain("told to end")
    const again = await place.pawl("run", "batch.yaml", "-j2", "--format", "json")
    expect(statuses(again)).toEqual(["bad blocked", "slow completed", "more completed"])
    expect(json(again).targets[1]?.steps).toMatchObject([{ path: "run", attempts: 1 }])
  })
})

describe("a machine that has enough to do", () => {
  it("gets no further target, always one, and is told of once", async () => {
    const place = workplace()
    place.write("batch.yaml", manyTargets("batch", 4))
    const load = await place.pawl("run", "batch.yaml", "-j4", "--load", "0.001", "--format", "ndjson")
    expect([load.code, most(load)]).toEqual([0, 1])
    expect(load.stderr.match(/the load average is [\d.]+, and --load is 0\.001/g)).toHaveLength(1)
    const memory = await place.pawl("run", "batch.yaml", "-j4", "--memfree", "8000T", "--fresh", "--format", "ndjson")
    expect([memory.code, most(memory)]).toEqual([0, 1])
    expect(memory.stderr.match(/of memory are free, and --memfree is 8000 TiB/g)).toHaveLength(1)
    const calm = await place.pawl("run", "batch.yaml", "-j4", "--memfree", "1K", "--fresh", "--format", "ndjson")
    expect([calm.code, most(calm), calm.stderr.includes("--memfree")]).toEqual([0, 4, false])
  })
})
