import { existsSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it, onTestFinished } from "vitest"
import { workplace } from "./pawl.ts"
import { watched } from "./watching.ts"

/** Reads a stream until a text is in it, or until its end; gives what was read since. */
const readerOf = (stream: ReadableStream<Uint8Array>): (text?: string) => Promise<string> => {
  const decoder = new TextDecoder()
  const reader = stream.getReader()
  return async (text) => {
    let seen = ""
    while (text === undefined || !seen.includes(text)) {
      const { done, value } = await reader.read()
      if (!done) seen += decoder.decode(value, { stream: true })
      else if (text === undefined) break
      else throw new Error(`it ended without ${JSON.stringify(text)}:\n${seen}`)
    }
    return seen
  }
}

/** Without the times in banners. */
const timeless = (text: string): ReadonlyArray<string> =>
  text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME").trimEnd().split("\n")

describe("--tail", () => {
  it("shows what a target prints while it runs, though it had not started yet", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      `
name: slow
targets:
  - { id: first, run: echo first of all }
  - id: second
    steps:
      - { id: silent, run: "true" }
      - { id: work, run: "echo begun; until test -e go; do sleep 0.02; done; printf 'no line end'" }
`
    )
    const child = place.start(["run", "batch.yaml", "--tail", "second"])
    onTestFinished(() => child.kill())
    const read = readerOf(child.stderr)
    expect(await read("second/work | begun\n")).not.toContain("first of all")
    place.write("go", "")
    expect(await read()).toMatch(/^second\/work \| no line end\ncompleted second \([\d.ms]+\)\n$/)
    expect(await child.exited).toBe(0)
  })

  it("shows both streams, every attempt under its banner, and secrets as little as the log does", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      `
name: twice
inputs: { token: { type: string, secret: true, env: TOKEN } }
failure: { retries: { maxAttempts: 2, backoffSeconds: 0.1, jitter: false } }
targets:
  - id: api
    env: { T: "{{ inputs.token }}" }
    run: echo "key $T"; echo "told $T" >&2; mkdir once
`
    )
    place.write("once/file", "")
    const { code, stderr } = await place.pawlWith(
      { env: { TOKEN: "sesame-1234" } },
      "run",
      "batch.yaml",
      "--tail",
      "api"
    )
    expect(code).toBe(1)
    expect(stderr).not.toContain("sesame")
    const complaint = "api/run ! mkdir: cannot create directory ‘once’: File exists"
    expect(timeless(stderr).slice(1, 11)).toEqual([
      "api/run | --- pawl: attempt 1, TIME ---",
      "api/run | key ***",
      "api/run ! told ***",
      complaint,
      "retry api/run: exit code 1; attempt 2 in 0s, at TIME",
      "api/run | --- pawl: attempt 2, TIME ---",
      "api/run | key ***",
      "api/run ! told ***",
      complaint,
      "blocked api at run: exit code 1 after 2 attempts"
    ])
  })

  it("shows every item of a map, and what checks print", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      `
name: inner
preflight: [{ id: ready, run: echo ready }]
targets:
  - { id: other, run: echo other }
  - id: api
    steps:
      - id: shards
        map: { over: [x, y] }
        steps: [{ id: part, run: "echo part {{ item }}" }]
`
    )
    const args = ["run", "batch.yaml", "--tail", "api", "--tail", "preflight", "--progress", "none"]
    const { code, stderr } = await place.pawl(...args)
    expect([code, timeless(stderr)]).toEqual([0, [
      "preflight/ready | --- pawl: attempt 1, TIME ---",
      "preflight/ready | ready",
      "api/shards[0]::part | --- pawl: attempt 1, TIME ---",
      "api/shards[0]::part | part x",
      "api/shards[1]::part | --- pawl: attempt 1, TIME ---",
      "api/shards[1]::part | part y"
    ]])
  })

  it("of a run that goes on shows only what is added", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      "name: again\ntargets: [{ id: a, run: echo here; test -e go }, { id: b, run: \"true\" }]\n"
    )
    await place.pawl("run", "batch.yaml", "--auto-advance")
    place.write("go", "")
    const { stderr } = await place.pawl(
      "run",
      "batch.yaml",
      "--retry-blocked",
      "--tail",
      "a",
      "--tail",
      "b",
      "--progress",
      "none"
    )
    expect(timeless(stderr)).toEqual([
      "note: nothing is shown of b: it is completed already",
      "a/run | --- pawl: attempt 1, TIME ---",
      "a/run | here"
    ])
  })

  it("refuses targets that are not there, all of them, before anything runs", async () => {
    const place = workplace()
    place.write("batch.yaml", "name: known\ntargets: [{ id: web-1, run: touch ran }, { id: web-2, run: touch ran }]\n")
    const { code, stderr } = await place.pawl(
      "run",
      "batch.yaml",
      "--tail",
      "wbe-1",
      "--tail",
      "x",
      "--target",
      "wep-2"
    )
    expect(code).toBe(64)
    expect(stderr).toContain("unknown target `wbe-1` for `--tail`\n\nhint: did you mean `web-1`?")
    expect(stderr).toContain("unknown target `x` for `--tail`\n\nhint: `pawl plan BATCH` lists the targets of a batch")
    expect(stderr).toContain("unknown target `wep-2`\n\nhint: did you mean `web-2`?")
    expect(existsSync(join(place.path, "ran"))).toBe(false)
  })

  it("keeps up with whatever is printed, and says how much it left out", async () => {
    const place = workplace()
    place.write("batch.yaml", "name: loud\ntargets: [{ id: a, run: \"yes | head -c 30000000; echo the end\" }]\n")
    const { code, stderr } = await place.pawl("run", "batch.yaml", "--tail", "a")
    expect(code).toBe(0)
    expect(stderr).toMatch(/a\/run \| \([\d.]+ [KM]iB not shown; the log has them\)\n/)
    expect(stderr.length).toBeLessThan(25_000_000)
    expect(stderr).toContain("a/run | the end\n")
  })

  it("is shown above the display on a terminal, and moves no cursor of it", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      `
name: evil
targets:
  - id: a
    run: "printf '10%%\\\\r100%%\\\\n\\\\033[2J\\\\033[31mred\\\\033[0m\\\\a\\\\n'; until test -e go; do sleep 0.02; done"
`
    )
    const { leaves, terminal, until } = watched(place, ["run", "batch.yaml", "--tail", "a"])
    await until("told", ({ screen }) => screen().some((line) => line.includes("red")))
    await until("drawn below", ({ screen }) => screen().at(-1)?.includes("1 left") === true)
    expect(terminal.screen().slice(2, 4)).toEqual(["a/run | 100%", "a/run | red\\u{07}"])
    place.write("go", "")
    expect(await leaves()).toBe(0)
  })
})
