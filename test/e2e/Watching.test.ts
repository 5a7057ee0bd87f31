import { describe, expect, it } from "vitest"
import { json, workplace } from "./pawl.ts"
import { shell } from "./shell.ts"
import { ctrlC } from "./terminal.ts"
import { watched } from "./watching.ts"

/** So many targets with names that have no room on a narrow terminal, some of them tried again. They run until a file tells them to end. */
const many = (targets: number): string => `
name: many
failure: { retries: { maxAttempts: 2, backoffSeconds: 0.3, jitter: false, on: { exitCodes: [3] } } }
rateLimit: { exitCodes: [75], maxWait: 1m }
targets:
  - forEach: { items: [${Array.from({ length: targets }, (_, index) => index).join(", ")}] }
    id: "a-host-of-the-cluster-世界-{{ item }}"
    env: { N: "{{ item }}" }
    run: |
      until test -e go; do sleep 0.2; done
      if [ $((N % 9)) = 1 ] && mkdir "tried-$N" 2> /dev/null; then exit 3; fi
      if [ "$N" = 20 ] && mkdir limited 2> /dev/null; then echo "Retry-After: 1" >&2; exit 75; fi
      test $((N % 7)) -gt 0
`

/** Nothing but that. */
const patient = (more = ""): string => `
name: patient
targets:
  - forEach: { items: [1, 2, 3, 4, 5, 6] }
    id: "host-{{ item }}"
    run: until test -e go; do sleep 0.02; done${more}
`

const isArea = (line: string): boolean => /^ {2}(?:host|a-host|and \d)|^\[[=! ]|\d left/.test(line)

describe("watching a run on a terminal", () => {
  it("draws sixty-four at a time on 40 columns, without a wrapped line, and leaves none of it", async () => {
    const place = workplace()
    place.write("many.yaml", many(100))
    const args = ["run", "many.yaml", "-j", "64", "--auto-advance", "--format", "json", "--output", "out.json"]
    const { leaves, terminal, until } = watched(place, args, { columns: 40, rows: 20 })
    await until("full", ({ screen }) => screen().filter((line) => line.startsWith("  ")).length === 17)
    const before = terminal.frames().length
    const began = performance.now()
    place.write("go", "")
    expect(await leaves()).toBe(0)
    const seconds = (performance.now() - began) / 1000
    expect(terminal.frames().some((frame) => frame.includes("rate-limited, goes on in"))).toBe(true)
    expect(terminal.frames().some((frame) => /attempt 2\/2/.test(frame))).toBe(true)
    expect(terminal.wraps().filter(isArea)).toEqual([])
    expect(terminal.lines().filter(isArea)).toEqual([])
    expect([terminal.isCursorShown(), terminal.column()]).toEqual([true, 0])
    expect(JSON.parse(place.read("out.json")).counts).toMatchObject({ completed: 85, blocked: 15 })
    // Ten times a second, and what comes at the end.
    expect(terminal.frames().length - before).toBeLessThan(10 * seconds + 20)
  })

  it("keeps to its window, however that is changed meanwhile", async () => {
    const place = workplace()
    place.write("batch.yaml", patient())
    const { leaves, resize, terminal, until } = watched(place, ["run", "batch.yaml", "-j", "6"])
    const hosts = (): number => terminal.screen().filter((line) => line.startsWith("  host-")).length
    const shown = (columns: number, lines: number) => (): boolean =>
      hosts() === lines && terminal.screen().every((line) => !isArea(line) || Bun.stringWidth(line) < columns)
    await until("all there", shown(80, 6))
    await resize(30, 24)
    const bars = (): number => terminal.screen().filter((line) => line.startsWith("[")).length
    await until("narrow", () => shown(30, 6)() && bars() === 1)
    await resize(100, 30)
    await until("wide again", shown(100, 6))
    place.write("go", "")
    expect(await leaves()).toBe(0)
    expect(terminal.lines().filter(isArea)).toEqual([])
    expect(terminal.lines().join("\n")).toContain("6 targets: 6 completed")
  })

  it("says how many more there are in a window that has become too low for all", async () => {
    const place = workplace()
    place.write("batch.yaml", patient())
    const { leaves, resize, terminal, until } = watched(place, ["run", "batch.yaml", "-j", "6"])
    await until("all there", ({ screen }) => screen().filter((line) => line.startsWith("  host-")).length === 6)
    await resize(80, 6)
    // A frame may come in pieces.
    await until("low", ({ screen }) => screen()[2] === "  and 4 more" && screen().length === 5)
    expect(terminal.screen().map((line) => line.slice(0, 8))).toEqual([
      "  host-1",
      "  host-2",
      "  and 4 ",
      "[       ",
      "0 done  "
    ])
    place.write("go", "")
    expect(await leaves()).toBe(0)
    expect(terminal.screen().filter(isArea)).toEqual([])
  })

  it("keeps what items print, though its last line has no end", async () => {
    const place = workplace()
    place.write("one", "first")
    place.write("two", "second\nthird")
    const step = "printf %s \"$(cat {})\"; test {} = two || until test -e go; do sleep 0.02; done"
    const { leaves, terminal, until } = watched(place, ["each", "-j2", "--", "sh", "-c", step, ":::", "one", "two"])
    await until(
      "drawn below",
      ({ screen }) => screen().includes("third") && screen().at(-1)?.includes("1 left") === true
    )
    place.write("go", "")
    expect(await leaves()).toBe(0)
    expect(terminal.lines()).toEqual(expect.arrayContaining(["first", "second", "third"]))
  })

  it("gives the screen back when it is interrupted", async () => {
    const place = workplace()
    place.write("batch.yaml", patient())
    const { leaves, terminal, types, until } = watched(place, ["run", "batch.yaml", "-j", "6"])
    await until("all there", ({ screen }) => screen().filter((line) => line.startsWith("  host-")).length === 6)
    types(ctrlC)
    expect(await leaves()).toBe(130)
    expect(terminal.lines().filter(isArea)).toEqual([])
    expect([terminal.isCursorShown(), terminal.column()]).toEqual([true, 0])
    expect(terminal.lines().join("\n")).toContain("6 targets: 6 pending")
  })

  it.each(["plain", "none"])("of --progress %s has no control sequence in it", async (progress) => {
    const place = workplace()
    place.write("batch.yaml", patient())
    place.write("go", "")
    const { leaves, terminal } = watched(place, ["run", "batch.yaml", "-j", "6", "--progress", progress])
    expect(await leaves()).toBe(0)
    expect(terminal.frames()).toEqual([])
    const completed = terminal.lines().filter((line) => line.startsWith("completed host-"))
    expect(completed).toHaveLength(progress === "plain" ? 6 : 0)
    expect(terminal.lines().join("\n")).toContain("6 targets: 6 completed")
  })
})

describe("a terminal that vanishes", () => {
  it("is SIGHUP: the run ends, with its state saved", async () => {
    const place = workplace()
    place.write("batch.yaml", patient())
    const { closes, leaves, until } = watched(place, ["run", "batch.yaml", "-j", "6"])
    await until("all there", ({ screen }) => screen().filter((line) => line.startsWith("  host-")).length === 6)
    closes()
    await leaves()
    await shell(place, "until $PAWL cancel patient --wait 2>&1 | grep -q 'nothing works'; do sleep 0.05; done")
    const status = await place.pawl("status", "patient", "--format", "json")
    expect(json(status)).toMatchObject({ status: "interrupted", haltReason: "ShutdownRequested" })
  })

  it("does not end a run that was told to ignore SIGHUP, though it is in the middle of drawing", async () => {
    const place = workplace()
    place.write("batch.yaml", patient("; echo done"))
    const { closes, leaves, until } = watched(
      place,
      ["run", "batch.yaml", "-j", "6", "--tail", "host-1"],
      // The shell stays, so that somebody learns the exit code.
      { command: (words) => `trap '' HUP; ${words}; echo $? > code.txt` }
    )
    await until("all there", ({ screen }) => screen().filter((line) => line.startsWith("  host-")).length === 6)
    closes()
    await leaves()
    await shell(place, "touch go; until test -s code.txt; do sleep 0.02; done")
    expect(place.read("code.txt")).toBe("0\n")
    const status = await place.pawl("status", "patient", "--format", "json")
    expect(json(status)).toMatchObject({ status: "completed", counts: { completed: 6 } })
  })
})

describe("watching a run from elsewhere", () => {
  it("gives lines, though a display was asked for", async () => {
    const place = workplace()
    place.write("batch.yaml", patient())
    place.write("go", "")
    const { code, stderr } = await place.pawl("run", "batch.yaml", "--progress", "live")
    expect([code, stderr.split("\n").filter((line) => line.startsWith("completed host-")).length]).toEqual([0, 6])
    expect(stderr).not.toContain("\u001b")
  })

  it("says nothing of how far it is with --progress none, but what went wrong", async () => {
    const place = workplace()
    place.write("batch.yaml", "name: bad\ntargets: [{ id: a, run: exit 3 }]\n")
    const { code, stderr, stdout } = await place.pawl("run", "batch.yaml", "--progress", "none", "--target", "a")
    expect([code, stderr]).toEqual([1, ""])
    expect(stdout).toContain("1 target: 1 blocked")
    expect((await place.pawl("run", "batch.yaml", "--progress", "bar")).stderr).toContain(
      "it takes one of none, plain, live"
    )
  })

  it("by the first of its events does not end it", async () => {
    const place = workplace()
    place.write("batch.yaml", patient())
    const { stdout } = await shell(
      place,
      "($PAWL run batch.yaml --format ndjson 2> notes.txt; echo $? > code.txt) "
        + "| (head -n 1; exec 0<&-; touch go); until test -s code.txt; do sleep 0.02; done; cat code.txt"
    )
    const [first = "", code] = stdout.trim().split("\n")
    expect([JSON.parse(first).type, code]).toEqual(["RunStarted", "0"])
    expect(place.read("notes.txt")).not.toContain("error")
    expect(json(await place.pawl("status", "patient", "--format", "json")).counts).toMatchObject({ completed: 6 })
  })
})
