import { execFileSync } from "node:child_process"
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, relative } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Answer, binary, json, type Workplace, workplace } from "./pawl.ts"
import { expectRefused } from "./refusal.ts"
import { shell } from "./shell.ts"

const batch = `name: batch
targets:
  - { id: a, run: echo hello }
  - { id: b, run: "echo trying; test -e go" }
  - id: c
    steps:
      - { id: ask, gate: { approval: "Go?" } }
`

/** Every file and link below a folder, with what is in it and its mode. */
const below = (folder: string): ReadonlyMap<string, string> => {
  const found = new Map<string, string>()
  const walk = (path: string): void => {
    const stat = lstatSync(path)
    const mode = (stat.mode & 0o7777).toString(8)
    const name = relative(folder, path)
    if (stat.isDirectory()) {
      found.set(`${name}/`, mode)
      for (const each of readdirSync(path)) walk(join(path, each))
    } else found.set(name, `${mode} ${stat.isFile() ? readFileSync(path, "latin1") : "special"}`)
  }
  walk(folder)
  return found
}

/** Made once, and copied for every test. */
let template = ""

beforeAll(() => {
  template = mkdtempSync(join(tmpdir(), "pawl-state-"))
  writeFileSync(join(template, "batch.yaml"), batch)
  mkdirSync(join(template, "outside"))
  const { exitCode } = Bun.spawnSync([binary, "run", "batch.yaml", "--auto-advance"], { cwd: template })
  expect(exitCode).toBe(3)
})

afterAll(() => rmSync(template, { recursive: true, force: true }))

/** A run at rest: one target completed, one blocked, one paused. `RUN` in a path stands for its id. */
const resting = () => {
  const place = workplace()
  execFileSync("cp", ["-a", `${template}/.`, place.path])
  const runId = place.read(".pawl/batch/current").trim()
  const pathOf = (name: string): string => join(place.path, ".pawl/batch", name.replace("RUN", runId))
  return { place, pathOf, runId }
}

/** Puts a link in the place of something, which goes on to be at the end of the link: all would work, were it followed. */
const linkAway = (place: Workplace, path: string): void => {
  const away = join(place.path, "outside/target")
  if (existsSync(path)) renameSync(path, away)
  else writeFileSync(away, "not pawl's\n")
  symlinkSync(away, path)
}

const again = ["run", "batch.yaml", "--auto-advance", "--retry-blocked"]

const expectLinkRefused = (answer: Answer, path: string): void => {
  expectRefused(answer, 74)
  expect(answer.stderr).toContain(path)
  expect(answer.stderr).toContain("a symbolic link is in")
  expect(answer.stderr).toMatch(/remove the link, and see who made it/)
}

describe("a symbolic link within the state directory", () => {
  it.each([
    [".", "folder"],
    ["runs", "folder"],
    ["runs/RUN", "folder"],
    ["runs/RUN/logs", "folder"],
    ["runs/RUN/logs/.spool", "missing"],
    ["runs/RUN/inbox", "folder"],
    ["runs/RUN/journal.ndjson", "file"],
    ["runs/RUN/checkpoint.json", "file"],
    ["runs/RUN/plan.json", "file"],
    ["current", "file"],
    ["lock", "file"]
  ])("in the place of `%s` (a %s) is refused with 74, and nothing at its end is touched", async (name) => {
    const { place, pathOf } = resting()
    const path = pathOf(name)
    linkAway(place, path)
    const before = below(join(place.path, "outside"))
    expectLinkRefused(await place.pawl(...again), path)
    expect(below(join(place.path, "outside"))).toEqual(before)
    expect(lstatSync(path).isSymbolicLink()).toBe(true)
  })

  it.each(["runs/RUN/logs/b", "runs/RUN/logs/b/run.out", "runs/RUN/logs/b/run.err"])(
    "in the place of the log `%s` stops the run with 74, and is not written through",
    async (name) => {
      const { place, pathOf } = resting()
      const path = pathOf(name)
      linkAway(place, path)
      const before = below(join(place.path, "outside"))
      const answer = await place.pawl(...again)
      expect(answer.code).toBe(74)
      expect(answer.stderr).toContain(dirname(pathOf("runs/RUN/logs/b/run.out")))
      expect(answer.stderr).toContain("a symbolic link is in its place; remove the link, and see who made it")
      expect(below(join(place.path, "outside"))).toEqual(before)
      // What is at its end may be of use to somebody else: `pawl logs` shows none of it.
      const shown = await place.pawl("logs", "batch", "b", ...(name.endsWith(".err") ? ["--stderr"] : []))
      expect(shown.code).toBe(74)
      expect(shown.stdout).toBe("")
      expect(shown.stderr).toContain("is a symbolic link")
    }
  )

  it.each([".", "runs", "runs/RUN", "runs/RUN/journal.ndjson", "runs/RUN/checkpoint.json", "runs/RUN/plan.json"])(
    "in the place of `%s` is not read through by those who only look",
    async (name) => {
      const { place, pathOf } = resting()
      linkAway(place, pathOf(name))
      const looks = [["status", "batch"], ["logs", "batch", "a"], ["approve", "batch", "c/ask"]]
      for (const args of looks) expectLinkRefused(await place.pawl(...args), pathOf(name))
      expect(lstatSync(pathOf(name)).isSymbolicLink()).toBe(true)
    }
  )

  it("in the place of what a snapshot is first written to stops the run with 74, and is not written through", async () => {
    const { place, pathOf } = resting()
    linkAway(place, pathOf("runs/RUN/checkpoint.json.next"))
    const before = below(join(place.path, "outside"))
    const answer = await place.pawl(...again)
    expect(answer.code).toBe(74)
    expect(answer.stdout).toContain(`${pathOf("runs/RUN/checkpoint.json")} could not be written: a symbolic link is in`)
    expect(below(join(place.path, "outside"))).toEqual(before)
  })

  it("in the place of a file that is replaced gives way, and what it leads to stays as it is", async () => {
    const { place, pathOf } = resting()
    linkAway(place, pathOf("runs/RUN/summary.json"))
    const before = below(join(place.path, "outside"))
    place.write("go", "")
    expect((await place.pawl("approve", "batch", "c/ask")).code).toBe(0)
    expect((await place.pawl(...again)).code).toBe(0)
    expect(lstatSync(pathOf("runs/RUN/summary.json")).isFile()).toBe(true)
    expect(below(join(place.path, "outside"))).toEqual(before)
  })

  it("is not followed by a removal, wherever it is", async () => {
    const { place, pathOf, runId } = resting()
    mkdirSync(join(place.path, "outside/precious"))
    writeFileSync(join(place.path, "outside/precious/file"), "precious")
    const precious = join(place.path, "outside/precious")
    expect((await place.pawl("run", "batch.yaml", "--fresh", "--target", "a")).code).toBe(0)
    symlinkSync(precious, pathOf("runs/RUN/logs/link"))
    symlinkSync(precious, pathOf("runs/RUN/link"))
    symlinkSync(precious, pathOf("removed"))
    const before = below(precious)
    const answer = await place.pawl("cleanup", "--keep", "1", "--format", "json")
    expect(json<{ removed: ReadonlyArray<{ runId: string }> }>(answer).removed.map((run) => run.runId)).toEqual([runId])
    expect(existsSync(pathOf("runs/RUN"))).toBe(false)
    expect(below(precious)).toEqual(before)
  })

  it("that is itself the state directory, or lies above it, is the user's own choice", async () => {
    const place = workplace()
    place.write("batch.yaml", batch)
    mkdirSync(join(place.path, "real/deep"), { recursive: true })
    symlinkSync(join(place.path, "real"), join(place.path, "named"))
    symlinkSync(join(place.path, "real/deep"), join(place.path, ".pawl"))
    expect((await place.pawl("run", "batch.yaml", "--target", "a")).code).toBe(0)
    expect((await place.pawl("run", "batch.yaml", "--target", "a", "--state-dir", "named/deep")).code).toBe(0)
    expect(readdirSync(join(place.path, "real/deep"))).toEqual(["batch"])
  })
})

describe("what is no plain file", () => {
  it.each(["runs/RUN/journal.ndjson", "runs/RUN/checkpoint.json", "runs/RUN/plan.json", "current", "lock"])(
    "in the place of `%s` is 74, and nobody waits for it",
    async (name) => {
      const { place, pathOf } = resting()
      renameSync(pathOf(name), join(place.path, "outside/target"))
      execFileSync("mkfifo", [pathOf(name)])
      const answer = await place.pawl(...again)
      expectRefused(answer, 74)
      expect(answer.stderr).toContain(pathOf(name))
      expect(answer.stderr).toContain("it is no plain file")
    }
  )

  it("in the place of a log stops the run with 74, and nobody waits for it", async () => {
    const { place, pathOf } = resting()
    renameSync(pathOf("runs/RUN/logs/b/run.out"), join(place.path, "outside/target"))
    execFileSync("mkfifo", [pathOf("runs/RUN/logs/b/run.out")])
    const answer = await place.pawl(...again)
    expect(answer.code).toBe(74)
    expect(answer.stderr).toContain("what is in its place is no plain file")
  })
})

describe("a step that makes no file of `$PAWL_OUTPUT`", () => {
  it.each(["mkfifo", "mkdir"])("(%s) fails, and nobody waits for it", async (make) => {
    const place = workplace()
    place.write("batch.yaml", `name: batch\ntargets: [{ id: a, run: '${make} "$PAWL_OUTPUT"' }]\n`)
    const answer = await place.pawl("run", "batch.yaml", "--format", "json")
    expect(answer.code).toBe(1)
    expect(json(answer).targets[0]?.message).toContain("$PAWL_OUTPUT: line 1 is not key=value")
  })
})

describe("a `current` that leads elsewhere", () => {
  it.each(["../../elsewhere", "/etc", "..", ".", "a/b", "a\u0000b", "x".repeat(300)])("(%j) is 74", async (text) => {
    const { place, pathOf } = resting()
    writeFileSync(pathOf("current"), `${text}\n`)
    const answer = await place.pawl(...again)
    expectRefused(answer, 74)
    expect(answer.stderr).toContain("names no run")
  })
})

describe("what pawl makes", () => {
  it.each(["000", "022", "077", "777"])("is closed to others and open to its owner under umask %s", async (mask) => {
    const place = workplace()
    place.write("batch.yaml", batch.replace("echo trying;", "echo trying; umask;"))
    // Root is stopped by no mode; another user is.
    chmodSync(place.path, 0o777)
    const asUser = process.getuid?.() === 0 ? "setpriv --reuid=65534 --regid=65534 --clear-groups" : ""
    const answer = await shell(
      place,
      `exec 9< "$PAWL"; umask ${mask}; exec ${asUser} /proc/self/fd/9 run batch.yaml --auto-advance`
    )
    expect(answer.stderr).not.toContain("could not")
    expect(answer.code).toBe(3)
    const all = [...below(join(place.path, ".pawl"))]
    expect(all.length).toBeGreaterThan(12)
    for (const [name, text] of all) {
      expect([name, text.split(" ")[0]]).toEqual([name, name.endsWith("/") ? "700" : "600"])
    }
    // The step's own umask is as it was.
    const log = all.find(([name]) => name.endsWith("logs/b/run.out"))?.[1]
    expect(log).toContain(`\n0${mask}\n`)
  })

  it("is told where it has been opened to others since", async () => {
    const { place, pathOf } = resting()
    chmodSync(pathOf("."), 0o755)
    expect((await place.pawl(...again)).stderr).toMatch(/note: .*\.pawl\/batch can be read by others \(mode 0755\)/)
    chmodSync(pathOf("."), 0o770)
    expect((await place.pawl(...again)).stderr).toMatch(/note: .*\.pawl\/batch can be changed by others \(mode 0770\)/)
    chmodSync(pathOf("."), 0o700)
    expect((await place.pawl(...again)).stderr).not.toContain("by others")
    expect(statSync(pathOf(".")).mode & 0o777).toBe(0o700)
  })
})
