import { describe, expect, it, onTestFinished } from "vitest"
import { binary, json, type SummaryJson, type Workplace, workplace } from "../e2e/pawl.ts"
import { told as begun } from "../e2e/meeting.ts"
import { shell } from "../e2e/shell.ts"
import { endsWithTest, isThere, journalIn, leftIn, stateOf, told, until, writtenPids } from "./processes.ts"

/** Ignores SIGTERM for good. */
const stubborn = "trap '' TERM; echo $$ >> pids.txt; while :; do sleep 0.1; done"
/** Takes a moment to end when it is told to. */
const orderly =
  "trap 'sleep 0.3; echo saved > saved.txt; exit 0' TERM; echo $$ >> pids.txt; while :; do sleep 0.05; done"

const batch = (...scripts: ReadonlyArray<string>): string =>
  `name: batch\ntargets:\n${
    scripts.map((script, at) => `  - { id: t${at}, run: ${JSON.stringify(script)} }`).join("\n")
  }\n`

/** Starts a batch of these scripts side by side, and returns when each of them has written its id. */
const started = async (place: Workplace, scripts: ReadonlyArray<string>, ...args: ReadonlyArray<string>) => {
  place.write("batch.yaml", batch(...scripts))
  endsWithTest(place)
  const child = place.start(["run", "batch.yaml", "-j", String(scripts.length), "--format", "json", ...args])
  const [stdout, stderr] = [told(child.stdout), told(child.stderr)]
  await until("every step has begun", () => writtenPids(place).length === scripts.length)
  return { child, stderr, summary: async (): Promise<SummaryJson> => JSON.parse(await stdout.all) }
}

describe("a first signal", () => {
  it("lets steps end by themselves within the grace, says so, and starts nothing new", async () => {
    const place = workplace()
    const { child, stderr, summary } = await started(place, [orderly, stubborn], "--grace", "1s")
    child.kill("SIGTERM")
    expect(await child.exited).toBe(143)
    expect(await summary()).toMatchObject({ status: "interrupted", counts: { pending: 2 } })
    expect(stderr.text()).toContain(
      "note: stopping (SIGTERM); waiting up to 1s for 2 steps to end, a second signal ends them at once\n"
    )
    expect(place.read("saved.txt")).toBe("saved\n")
    expect(leftIn(place)).toEqual([])
  })

  it("that comes twice at once, as `timeout` sends it, is one signal", async () => {
    const place = workplace()
    const { child } = await started(place, [orderly], "--grace", "1h")
    child.kill("SIGTERM")
    child.kill("SIGTERM")
    expect(await child.exited).toBe(143)
    expect(isThere(place, "saved.txt")).toBe(true)
  })

  it.each(["", ", timeout: 10m"])("reaches the steps of a map in a parallel, however deep%s", async (timeout) => {
    const place = workplace()
    endsWithTest(place)
    place.write(
      "batch.yaml",
      `name: batch
targets:
  - forEach: { items: [a, b] }
    id: "{{ item }}"
    steps:
      - id: both
        parallel: {}
        steps:
          - { id: one, run: 'echo $$ >> pids.txt; exec sleep 300'${timeout} }
          - id: each
            map: { over: [1, 2], maxParallel: 2 }
            steps: [{ id: two, run: 'echo $$ >> pids.txt; exec sleep 300'${timeout} }]
`
    )
    const child = place.start(["run", "batch.yaml", "-j2"])
    const stderr = told(child.stderr)
    await until("every step has begun", () => writtenPids(place).length === 6)
    child.kill("SIGTERM")
    expect(await child.exited).toBe(143)
    expect(stderr.text()).toContain("for 6 steps to end")
    expect(leftIn(place)).toEqual([])
  })

  it.each(["SIGTERM", "SIGKILL"] as const)(
    "is no failure of the steps that whoever sends it has ended before by %s",
    async (signal) => {
      const place = workplace()
      // A shell tells of a child's end by its own exit code.
      const scripts = ["echo $$ >> pids.txt; exec sleep 300", "sh -c 'echo $$ >> pids.txt; exec sleep 300'; exit $?"]
      const { child, summary } = await started(place, scripts, "--auto-advance")
      for (const pid of writtenPids(place)) process.kill(pid, signal)
      child.kill("SIGTERM")
      expect(await child.exited).toBe(143)
      expect(await summary()).toMatchObject({ status: "interrupted", counts: { pending: 2, blocked: 0 } })
    }
  )

  it("is heard by a step that is stopped", async () => {
    const place = workplace()
    const { child } = await started(place, [orderly], "--grace", "1h")
    const [step = 0] = writtenPids(place)
    process.kill(-step, "SIGSTOP")
    child.kill("SIGTERM")
    expect(await child.exited).toBe(143)
    expect(isThere(place, "saved.txt")).toBe(true)
  })

  it("waits for a pawl within a step to end its own steps", async () => {
    const place = workplace()
    place.write(
      "inner.yaml",
      `name: inner\ntargets:\n  - { id: i, run: ${JSON.stringify(orderly)} }\n  - { id: j, run: exec sleep 300 }\n`
    )
    const { child, summary } = await started(place, [`exec ${binary} run inner.yaml -j2`])
    child.kill("SIGTERM")
    expect(await child.exited).toBe(143)
    expect((await summary()).counts).toMatchObject({ pending: 1 })
    expect(isThere(place, "saved.txt")).toBe(true)
    const inner = json<{ readonly haltReason: string; readonly counts: object }>(
      await place.pawl("status", "inner", "--format", "json")
    )
    expect(inner).toMatchObject({ haltReason: "ShutdownRequested", counts: { pending: 2 } })
  })
})

describe("a second signal", () => {
  it("kills the steps at once and leaves the exit code to the first", async () => {
    const place = workplace()
    const { child, stderr, summary } = await started(place, [stubborn, stubborn], "--grace", "1h")
    child.kill("SIGINT")
    await until("it says that it stops", () => stderr.text().includes("stopping (SIGINT)"))
    child.kill("SIGTERM")
    expect(await child.exited).toBe(130)
    expect(await summary()).toMatchObject({ status: "interrupted", haltReason: "ShutdownRequested", exitCode: 130 })
    expect(stderr.text()).toContain("note: ending 2 steps at once\n")
    expect(leftIn(place)).toEqual([])
  })
})

/** Runs a script of bash in a session of its own, all of which ends with the test. */
const session = (place: Workplace, script: string): void => {
  const line = Bun.spawn({
    cmd: ["bash", "-c", script],
    cwd: place.path,
    env: { PATH: "/usr/bin:/bin", PAWL: binary },
    detached: true,
    stdio: ["ignore", "ignore", "ignore"]
  })
  onTestFinished(() => {
    process.kill(-line.pid, "SIGKILL")
  })
}

describe("a first signal where nobody reads what is to be written", () => {
  const items = `[${[...Array(2000).keys()].join(", ")}]`
  const many = `name: many\ntargets:\n  - { forEach: { items: ${items} }, id: "t{{ item }}", run: "true" }\n`
  it.each([
    { what: "a document", args: "plan many.yaml --format json", hasBegun: () => true },
    {
      what: "what items print, one of which still runs",
      args: "each -q -j2 -- sh -c 'seq 30000; echo $1 >> seen; sleep $1' sh ::: 0 300",
      hasBegun: (place: Workplace) => isThere(place, "seen") && place.read("seen").split("\n").length === 3
    }
  ])("ends pawl all the same: $what", async ({ args, hasBegun }) => {
    const place = workplace()
    endsWithTest(place)
    place.write("many.yaml", many)
    place.write("call.sh", `echo $$ > pid; exec "$PAWL" ${args}\n`)
    session(place, "{ bash call.sh; echo $? > code; } | { dd bs=1 count=1 of=first; sleep 300; }")
    await until(
      "pawl has begun to write",
      () => isThere(place, "first") && place.read("first") !== "" && hasBegun(place)
    )
    process.kill(Number(place.read("pid")), "SIGTERM")
    await until("pawl has ended", () => isThere(place, "code") && place.read("code") !== "")
    expect(place.read("code")).toBe("143\n")
  })
})

describe("a third signal", () => {
  it("leaves at once, though nobody reads what is still to be written", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      `name: batch\ntargets:\n  - forEach: { items: [${[...Array(300).keys()].join(", ")}] }\n`
        + "    id: \"t{{ item }}\"\n    run: \"true\"\n"
    )
    session(place, "bash -c 'echo $$ > pid; exec \"$PAWL\" run batch.yaml --format ndjson -q' | sleep 300")
    // That nobody reads it has not kept the run from its end.
    await until("the run is through", () => journalIn(place).includes("\"RunHalted\""))
    const pid = Number(place.read("pid"))
    expect(stateOf(pid)).toBeDefined()
    for (const signal of ["SIGHUP", "SIGINT", "SIGTERM"] as const) process.kill(pid, signal)
    await until("pawl is gone", () => stateOf(pid) === undefined)
    expect(journalIn(place).match(/"TargetCompleted"/g)).toHaveLength(300)
  })
})

describe("a run that is suspended", () => {
  it("suspends its steps too, goes on with them, and counts no time-out meanwhile", async () => {
    const place = workplace()
    endsWithTest(place)
    place.write(
      "batch.yaml",
      "name: batch\ntargets:\n  - { id: a, timeout: 2s, run: 'echo $$ > pids.txt; until test -e go; do sleep 0.02; done' }\n"
    )
    const child = place.start(["run", "batch.yaml", "--format", "json"])
    const summary = told(child.stdout)
    await until("the step has begun", () => writtenPids(place).length === 1)
    const [step = 0] = writtenPids(place)
    child.kill("SIGTSTP")
    // A shell that was just starting a command waits for that, and that one is stopped.
    const isStopped = (pid: number): boolean => ["T", "D"].includes(stateOf(pid) ?? "")
    await until("both are stopped", () => stateOf(child.pid) === "T" && isStopped(step))
    // The time-out itself, and some more.
    await Bun.sleep(2200)
    place.write("go", "")
    child.kill("SIGCONT")
    expect(await child.exited).toBe(0)
    expect(JSON.parse(await summary.all)).toMatchObject({ status: "completed", counts: { completed: 1 } })
  })

  it("alone, past the time-out of a step that ends meanwhile, takes that end as it was", async () => {
    const place = workplace()
    endsWithTest(place)
    place.write(
      "batch.yaml",
      "name: batch\ntargets:\n  - { id: a, timeout: 2s, run: 'echo $$ > pids.txt; until test -e go; do sleep 0.02; done' }\n"
    )
    const child = place.start(["run", "batch.yaml", "--format", "json"])
    const summary = told(child.stdout)
    await until("the step has begun", () => writtenPids(place).length === 1)
    const [step = 0] = writtenPids(place)
    child.kill("SIGSTOP")
    place.write("go", "")
    await until("the step has ended", () => stateOf(step) === undefined)
    await Bun.sleep(2200)
    child.kill("SIGCONT")
    expect(await child.exited).toBe(0)
    expect(JSON.parse(await summary.all)).toMatchObject({ status: "completed" })
  })
})

describe("standard output and error that are closed", () => {
  const eight = "name: batch\ntargets:\n"
    + "  - { forEach: { items: [1, 2, 3, 4, 5, 6, 7, 8] }, id: 't{{ item }}', run: 'echo {{ item }} >> ran.txt' }\n"
  const eventsIn = (place: Workplace): ReadonlyArray<{ readonly seq: number; readonly type: string }> =>
    journalIn(place).trim().split("\n").map((line): { readonly seq: number; readonly type: string } => JSON.parse(line))

  it.each([
    ["both closed", ">&- 2>&-"],
    ["all three closed", "<&- >&- 2>&-"],
    ["a reader that leaves after a line", "2>&1 | head -n 1 > first.txt"],
    ["a reader that never reads", "> >(exec sleep 0.1) 2>&1"]
  ])("do not hurt a run: %s", async (_, redirection) => {
    for (const format of ["table", "json", "ndjson"]) {
      const place = workplace()
      place.write("batch.yaml", eight)
      const { stdout } = await shell(
        place,
        `"$PAWL" run batch.yaml --cap 4 --format ${format} ${redirection}; echo "\${PIPESTATUS[0]}" > capped.txt
         "$PAWL" resume --format ${format} ${redirection}; echo "\${PIPESTATUS[0]}" > resumed.txt`
      )
      expect(stdout).toBe("")
      expect([place.read("capped.txt"), place.read("resumed.txt")]).toEqual(["0\n", "0\n"])
      expect(place.read("ran.txt")).toBe("1\n2\n3\n4\n5\n6\n7\n8\n")
      const events = eventsIn(place)
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1))
      expect(events.at(-1)?.type).toBe("RunHalted")
    }
  })

  it("end a run as SIGHUP does when the terminal vanishes", async () => {
    const place = workplace()
    endsWithTest(place)
    place.write("batch.yaml", batch(orderly))
    // What `script` holds is the terminal's other end: it is gone once that is killed.
    const terminal = Bun.spawn({
      cmd: ["script", "-qefc", "\"$PAWL\" run batch.yaml; echo $? > code.txt", "/dev/null"],
      cwd: place.path,
      env: { PATH: "/usr/bin:/bin", TERM: "xterm", PAWL: binary },
      stdio: ["pipe", "ignore", "ignore"]
    })
    onTestFinished(() => {
      terminal.kill("SIGKILL")
    })
    await until("the step has begun", () => writtenPids(place).length === 1)
    terminal.kill("SIGKILL")
    await until("the run has halted", () => journalIn(place).includes("\"haltReason\":\"ShutdownRequested\""))
    expect(isThere(place, "saved.txt")).toBe(true)
    expect(leftIn(place)).toEqual([])
  })
})

it("an answer that is being written when a signal comes is whole", async () => {
  const items = Array.from({ length: 20_000 }, (_, index) => index).join(", ")
  const large = `name: large\ntargets:\n  - { forEach: { items: [${items}] }, id: "t{{ item }}", run: "true" }\n`
  const place = workplace()
  place.write("large.yaml", large)
  const child = place.start(["plan", "large.yaml", "--format", "json"])
  const { rest } = await begun(child.stdout, "{\"schema\"")
  child.kill("SIGTERM")
  expect(JSON.parse(await rest()).targets).toHaveLength(20_000)
  expect(await child.exited).toBe(0)
})
