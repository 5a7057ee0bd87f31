import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { appears } from "./gates.ts"
import { json, statuses, type Workplace, workplace } from "./pawl.ts"
import { expectRefused, refusalOf } from "./refusal.ts"

/** Each step leaves its target's id and folder in `ran.txt` beside the manifest; `b` works once there is `go`. */
const batch = (more = "", name = "batch"): string =>
  `name: ${name}
${more}targets:
  - { id: a, run: "echo a >> ran.txt" }
  - { id: b, run: "test -e go; echo b >> ran.txt" }
  - { id: c, run: "echo c >> ran.txt" }
`

/** A place whose run is blocked at `b`, and which has no manifest any more. */
const blocked = async (...args: ReadonlyArray<string>): Promise<Workplace> => {
  const place = workplace()
  place.write("sub/batch.yaml", batch())
  expect((await place.pawl("run", "sub/batch.yaml", ...args)).code).toBe(1)
  rmSync(join(place.path, "sub/batch.yaml"))
  return place
}

const files = (path: string): ReadonlyArray<string> =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))

const inState = (place: Workplace, state: string): string =>
  files(join(place.path, state)).map((file) => `${file}\n${readFileSync(file, "utf8")}`).join("\n")

describe("pawl resume", () => {
  it("goes on without the manifest, in the folder where it was", async () => {
    const place = await blocked()
    place.write("sub/go", "")
    const answer = await place.pawl("resume", "--state-dir", "sub/.pawl", "--retry-blocked", "--format", "json")
    expect([answer.code, answer.stderr.includes("error")]).toEqual([0, false])
    expect(statuses(answer)).toEqual(["a completed", "b completed", "c completed"])
    expect(json(answer)).toMatchObject({ invocations: 2, stepsExecuted: 2 })
    expect(place.read("sub/ran.txt")).toBe("a\nb\nc\n")
  })

  it("finds that folder from a state directory elsewhere", async () => {
    const place = await blocked("--state-dir", "state")
    place.write("sub/go", "")
    expect((await place.pawl("resume", "batch", "--state-dir", "state", "--retry-blocked")).code).toBe(0)
    expect(place.read("sub/ran.txt")).toBe("a\nb\nc\n")
  })

  it("keeps no path of the machine but in the one file that is there for it", async () => {
    const place = await blocked("--state-dir", "state")
    const holders = files(join(place.path, "state")).filter((file) => readFileSync(file, "utf8").includes(place.path))
    expect(holders.map((file) => file.split("/").at(-1))).toEqual(["origin.json"])
  })

  it("is refused where that folder is gone, and nothing is run", async () => {
    const place = await blocked("--state-dir", "state")
    renameSync(join(place.path, "sub"), join(place.path, "moved"))
    const answer = await place.pawl("resume", "--state-dir", "state", "--format", "json")
    expect(refusalOf(answer, 65).errors[0]?.message).toContain("the folder of the manifest of run")
    expect(readFileSync(join(place.path, "moved/ran.txt"), "utf8")).toBe("a\n")
  })

  it("is refused where nobody kept which folder that was", async () => {
    const place = await blocked("--state-dir", "state")
    rmSync(files(join(place.path, "state")).find((file) => file.endsWith("origin.json")) ?? "")
    const answer = await place.pawl("resume", "--state-dir", "state")
    expectRefused(answer, 65)
    expect(answer.stderr).toContain("go on with `pawl run` and the manifest")
  })

  it("takes its items from the stored plan", async () => {
    const place = workplace()
    place.write("hosts.txt", "ada\ngrace\n")
    place.write(
      "batch.yaml",
      "name: batch\ntargets:\n  - { forEach: { file: hosts.txt }, id: \"host-{{ item }}\", run: 'echo {{ item }} >> ran.txt' }\n"
    )
    expect((await place.pawl("run", "batch.yaml", "--cap", "1")).code).toBe(0)
    place.write("hosts.txt", "edsger\n")
    expect((await place.pawl("resume")).code).toBe(0)
    expect(place.read("ran.txt")).toBe("ada\ngrace\n")
  })

  it("on a run that is through does nothing, changes no file and gives the same code", async () => {
    const place = workplace()
    place.write("batch.yaml", batch())
    expect((await place.pawl("run", "batch.yaml", "--auto-advance")).code).toBe(0)
    const before = inState(place, ".pawl").replace(/.*\/lock\n.*/g, "")
    const again = await place.pawl("run", "batch.yaml", "--auto-advance", "--format", "json")
    const resumed = await place.pawl("resume", "--auto-advance", "--format", "json")
    expect([resumed.code, resumed.stdout]).toEqual([again.code, again.stdout])
    expect(inState(place, ".pawl").replace(/.*\/lock\n.*/g, "")).toBe(before)
  })

  it("takes the flags that say how a run goes", async () => {
    const place = await blocked()
    const call = (...args: ReadonlyArray<string>) =>
      place.pawl("resume", "--state-dir", "sub/.pawl", ...args, "--format", "json")
    expect(statuses(await call("--cap", "0"))).toEqual(["a completed", "b blocked", "c pending"])
    expect(json(await call("--target", "a"))).toMatchObject({ haltReason: "TargetCompleted", stepsExecuted: 0 })
    const passed = await call("--auto-advance", "--strict", "-j", "2", "--max-blocked", "2", "--only", "id=*")
    expect([passed.code, statuses(passed)]).toEqual([1, ["a completed", "b blocked", "c completed"]])
  })

  it("refuses a target that is not there, and any plan but the one expected", async () => {
    const place = await blocked()
    const call = (...args: ReadonlyArray<string>) => place.pawl("resume", "--state-dir", "sub/.pawl", ...args)
    const unknown = await call("--target", "z")
    expectRefused(unknown, 64)
    expect(unknown.stderr).toContain("`z`")
    const other = await call("--expect-plan", "sha256:0")
    expectRefused(other, 65)
    expect(other.stderr).toContain("as --expect-plan says")
  })

  it("prints its own call as the one that goes on", async () => {
    const place = await blocked()
    const { stdout } = await place.pawl("resume", "--state-dir", "sub/.pawl", "--cap", "0", "-j", "2")
    expect(stdout).toMatch(/pawl resume \S+ --state-dir sub\/\.pawl -j 2 --retry-blocked\n/)
  })

  it("is held off by a process that works on the batch", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      "name: batch\ntargets:\n  - { id: a, run: 'touch begun; until test -e go; do sleep 0.05; done' }\n"
    )
    const run = place.start(["run", "batch.yaml"])
    await appears(place, "begun")
    expectRefused(await place.pawl("resume"), 75)
    place.write("go", "")
    expect(await run.exited).toBe(0)
  })

  it("ends at a signal as a run does, with its answer and its state saved", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      "name: batch\ntargets:\n  - { id: a, run: 'touch begun; until test -e go; do sleep 0.05; done' }\n"
    )
    expect((await place.pawl("run", "batch.yaml", "--cap", "0")).code).toBe(0)
    const run = place.start(["resume", "--format", "json"])
    await appears(place, "begun")
    run.kill("SIGTERM")
    expect(await run.exited).toBe(143)
    expect(JSON.parse(await new Response(run.stdout).text())).toMatchObject({
      schema: "pawl.summary/v1",
      haltReason: "ShutdownRequested"
    })
  })
})

describe("the run that pawl resume goes on with", () => {
  const two = async (): Promise<Workplace> => {
    const place = workplace()
    for (const name of ["nightly", "weekly"]) {
      place.write(`${name}.yaml`, batch("", name))
      expect((await place.pawl("run", `${name}.yaml`)).code).toBe(1)
    }
    return place
  }

  it("has to be named where there are several batches", async () => {
    const place = await two()
    const answer = await place.pawl("resume", "--format", "json")
    expect(refusalOf(answer, 64).errors).toMatchObject([{
      message: "there are runs of 2 batches in `.pawl`, and none is named",
      hint: "name a run or a batch, such as nightly, weekly"
    }])
    expect(json(await place.pawl("resume", "nightly", "--format", "json"))).toMatchObject({ batch: "nightly" })
  })

  it("may be one that was set aside, which says so and stays aside", async () => {
    const place = workplace()
    place.write("batch.yaml", batch())
    const first = json(await place.pawl("run", "batch.yaml", "--format", "json")).runId
    const second = json(await place.pawl("run", "batch.yaml", "--fresh", "--format", "json")).runId
    const answer = await place.pawl("resume", first, "--format", "json")
    expect(json(answer)).toMatchObject({ runId: first, invocations: 2 })
    expect(answer.stderr).toContain(`note: run ${first} was set aside; \`pawl run\` goes on with run ${second}`)
    expect(place.read(".pawl/batch/current")).toBe(`${second}\n`)
  })

  it("is told where there is none", async () => {
    const answer = await workplace().pawl("resume")
    expectRefused(answer, 64)
    expect(answer.stderr).toContain("there are no runs in `.pawl`")
  })
})

describe("the secret inputs of a run that is resumed", () => {
  const secret = "hunter2-hunter2"
  const manifest = (type = "string"): string =>
    batch(`inputs:
  token: { type: ${type}, secret: true, env: E2E_TOKEN }
  level: { type: string, default: quick }
env: { TOKEN: "{{ inputs.token }}" }
`).replace("echo b", "echo \\\"b $TOKEN {{ inputs.level }}\\\"")

  const started = async (...args: ReadonlyArray<string>): Promise<Workplace> => {
    const place = workplace()
    place.write("batch.yaml", manifest())
    const call = args.length === 0 ? ["--input", `token=${secret}`] : args
    expect((await place.pawl("run", "batch.yaml", ...call)).code).toBe(1)
    rmSync(join(place.path, "batch.yaml"))
    place.write("go", "")
    return place
  }

  it("are not stored, and asked for", async () => {
    const place = await started()
    expect(inState(place, ".pawl")).not.toContain(secret)
    const answer = await place.pawl("resume", "--retry-blocked", "--format", "json")
    expect(refusalOf(answer, 65).errors).toMatchObject([{
      message: "input `token` is secret, so that its value is not stored, and nothing gives it now",
      hint: "give it with `--input token=…`, in a file with `--inputs` or in the environment variable `E2E_TOKEN`"
    }])
    expect(place.read("ran.txt")).toBe("a\n")
  })

  const ways: ReadonlyArray<
    readonly [how: string, args: ReadonlyArray<string>, env: Readonly<Record<string, string>>]
  > = [
    ["--input", ["--input", `token=${secret}`], {}],
    ["--inputs", ["--inputs", "inputs.json"], {}],
    ["its environment variable", [], { E2E_TOKEN: secret }]
  ]

  it.each(ways)("come again from %s", async (_, args, env) => {
    const place = await started()
    place.write("inputs.json", JSON.stringify({ token: secret, level: "quick" }))
    const answer = await place.pawlWith({ env }, "resume", "--retry-blocked", "--format", "json", ...args)
    expect([answer.code, statuses(answer)]).toEqual([0, ["a completed", "b completed", "c completed"]])
    expect(place.read("ran.txt")).toBe(`a\nb ${secret} quick\nc\n`)
    expect(inState(place, ".pawl")).not.toContain(secret)
  })

  it("are not asked for where the run never had them", async () => {
    const place = workplace()
    place.write("batch.yaml", manifest().replace("env: { TOKEN: \"{{ inputs.token }}\" }\n", ""))
    expect((await place.pawl("run", "batch.yaml")).code).toBe(1)
    place.write("go", "")
    expect((await place.pawl("resume", "--retry-blocked")).code).toBe(0)
  })

  it("are the only ones that can be given another value", async () => {
    const place = await started()
    const answer = await place.pawl("resume", "--input", "token=x", "--input", "level=full", "--format", "json")
    expect(refusalOf(answer, 65).errors).toMatchObject([{
      message: "input `level` is \"quick\" in the stored plan, not \"full\""
    }])
  })

  it("are masked in the call that goes on", async () => {
    const place = await started()
    const { stdout } = await place.pawl("resume", "--cap", "0", "--input", `token=${secret}`)
    expect(stdout).toContain("--input 'token=…'")
    expect(stdout).not.toContain(secret)
  })
})

it("a state directory behind a link is beside its manifest all the same", async () => {
  const place = workplace()
  mkdirSync(join(place.path, "real"))
  symlinkSync(join(place.path, "real"), join(place.path, ".pawl"))
  place.write("batch.yaml", batch())
  expect((await place.pawl("run", "batch.yaml")).code).toBe(1)
  place.write("go", "")
  expect((await place.pawl("resume", "--retry-blocked")).code).toBe(0)
  expect(place.read("ran.txt")).toBe("a\nb\nc\n")
})
