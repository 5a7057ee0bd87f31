import { appendFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it, onTestFinished } from "vitest"
import { areValid, lines, validJson } from "./documents.ts"
import { currentRun } from "./gates.ts"
import { meeting, told } from "./meeting.ts"
import { type Workplace, workplace } from "./pawl.ts"
import { shell } from "./shell.ts"

const eventful = `name: batch
run: { autoAdvance: true }
failure: { retries: { maxAttempts: 2, backoffSeconds: 0 } }
targets:
  - id: api
    steps:
      - { id: flaky, run: 'test "$PAWL_ATTEMPT" = 2' }
      - id: recover
        if: "{{ steps.flaky.output.exit_code == 0 }}"
        then: [{ id: note, run: "printf 'a\\\\033[2Jb'" }]
      - id: shards
        map: { over: [1, 12345678901234567890] }
        continueOnError: true
        steps: [{ id: e2e, run: "exit {{ index }}" }]
      - { id: never, when: "{{ 1 == 2 }}", run: "true" }
      - { id: ship, gate: { approval: "Ship\\e[2J?", show: notes.md } }
  - { id: bad, run: exit 3 }
  - { id: needy, needs: [bad], run: "true" }
`

const journal = (place: Workplace): string => join(place.path, ".pawl/batch/runs", currentRun(place), "journal.ndjson")

const ran = async (): Promise<{ readonly place: Workplace; readonly stream: string }> => {
  const place = workplace()
  place.write("batch.yaml", eventful)
  const { code, stdout } = await place.pawl("run", "batch.yaml", "--format", "ndjson", "--quiet")
  expect(code).toBe(3)
  return { place, stream: stdout }
}

describe("pawl events", () => {
  it("prints the events as `pawl run` printed them, each valid by its schema", async () => {
    const { place, stream } = await ran()
    const { code, stderr, stdout } = await place.pawl("events", "batch")
    expect([code, stderr]).toEqual([0, ""])
    expect(stdout).toBe(stream.replace(/[^\n]*\n$/, ""))
    const events = lines(stdout)
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1))
    expect(new Set(events.map(({ type }) => type)).size).toBeGreaterThan(10)
    await areValid(place, "event", events)
  })

  it("prints one document with `--format json`, and one line each with `--format table`", async () => {
    const { place } = await ran()
    const events = lines((await place.pawl("events", "batch")).stdout)
    const document = await validJson<{ readonly runId: string; readonly events: unknown }>(
      place,
      "events",
      await place.pawl("events", "batch", "--format", "json")
    )
    expect(document).toMatchObject({ schema: "pawl.events/v1", runId: currentRun(place), batch: "batch", events })
    const { stdout } = await place.pawl("events", "batch", "--format", "table")
    const rows = stdout.trimEnd().split("\n")
    expect(rows).toHaveLength(events.length)
    for (const row of rows) expect(row).not.toMatch(/\p{Cc}/u)
    expect(rows.find((row) => row.includes("GateOpened"))).toMatch(
      /^ +\d+ {2}\S+Z {2}GateOpened +api\/ship {2}Ship\\e\[2J\? \(approve, reject\)$/
    )
  })

  it("keeps every digit of what a step printed, in a list too", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      "name: batch\ntargets: [{ id: a, outputs: json, run: 'echo 12345678901234567890' }]\n"
    )
    await place.pawl("run", "batch.yaml")
    for (const format of ["ndjson", "json"]) {
      expect((await place.pawl("events", "batch", "--format", format)).stdout).toContain(
        "\"json\":12345678901234567890}"
      )
    }
  })

  it("can be read by half: whoever closes the pipe early is no error", async () => {
    const { place } = await ran()
    const answer = await shell(place, "\"$PAWL\" events batch | head -n 1; echo \"${PIPESTATUS[0]}\"")
    expect(answer.stderr).toBe("")
    expect(answer.stdout.split("\n").slice(1)).toEqual(["0", ""])
    expect(answer.stdout).toMatch(/^\{"seq":1,.*\}\n/)
  })

  it("does not show a last line that a crash has torn", async () => {
    const { place } = await ran()
    const whole = (await place.pawl("events", "batch")).stdout
    appendFileSync(journal(place), "{\"seq\":99,\"at\":\"20")
    const { code, stderr, stdout } = await place.pawl("events", "batch")
    expect({ code, stderr, stdout }).toEqual({ code: 0, stderr: "", stdout: whole })
  })

  it("prints what is before a damaged line, and names the line (74)", async () => {
    const { place } = await ran()
    const all = place.read(`.pawl/batch/runs/${currentRun(place)}/journal.ndjson`).split("\n")
    writeFileSync(journal(place), all.map((line, at) => at === 4 ? line.replace("api", "ape") : line).join("\n"))
    const { code, stderr, stdout } = await place.pawl("events", "batch")
    expect(code).toBe(74)
    expect(stderr).toContain("journal.ndjson: line 5 is damaged: its checksum does not match")
    expect(lines(stdout).map(({ seq }) => seq)).toEqual([1, 2, 3, 4])
  })

  it("says which runs there are where it is asked for none of them", async () => {
    const { place } = await ran()
    const answer = await place.pawl("events", "bacth", "--format", "json")
    expect(answer.code).toBe(64)
    expect(answer.stderr).toContain("did you mean `batch`?")
    await validJson(place, "error", answer)
  })
})

describe("pawl events --follow", () => {
  it("goes on while the run is live, and ends when it rests", async () => {
    const place = workplace()
    const door = await meeting(place, "door")
    place.write("batch.yaml", `name: batch\ntargets: [{ id: a, run: "${door.script}" }, { id: b, run: echo b }]\n`)
    const run = place.start(["run", "batch.yaml", "--quiet"])
    onTestFinished(() => run.kill())
    await door.come()
    const following = place.start(["events", "batch", "--follow"])
    const printed = await told(following.stdout, "\"StepStarted\"")
    await door.goOn()
    const stdout = await printed.rest()
    expect([await following.exited, await run.exited]).toEqual([0, 0])
    expect(stdout).toBe((await place.pawl("events", "batch")).stdout)
    expect(lines(stdout).at(-1)).toMatchObject({ type: "RunHalted", haltReason: "AllDoneOrBlocked" })
  })

  it("ends at once where no process works on the run, rested or killed", async () => {
    const { place } = await ran()
    const whole = (await place.pawl("events", "batch")).stdout
    expect((await place.pawl("events", "batch", "--follow")).stdout).toBe(whole)
    const text = place.read(`.pawl/batch/runs/${currentRun(place)}/journal.ndjson`)
    writeFileSync(journal(place), text.slice(0, text.lastIndexOf("\n", text.length - 2) + 1))
    expect(lines((await place.pawl("events", "batch", "--follow")).stdout).at(-1)?.["type"]).not.toBe("RunHalted")
  })

  it("whose reader goes away does not end the run, and is no error", async () => {
    const place = workplace()
    const door = await meeting(place, "door")
    place.write("batch.yaml", `name: batch\ntargets: [{ id: a, run: "${door.script}" }]\n`)
    const run = place.start(["run", "batch.yaml", "--quiet"])
    onTestFinished(() => run.kill())
    await door.come()
    const answer = shell(place, "\"$PAWL\" events batch --follow | head -c 8; echo \" ${PIPESTATUS[0]}\"")
    await door.goOn()
    expect(await run.exited).toBe(0)
    expect(await answer).toMatchObject({ stdout: "{\"seq\":1 0\n", stderr: "" })
  })
})
