import { createHash } from "node:crypto"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { json, statuses, workplace } from "./pawl.ts"

const root = new URL("../..", import.meta.url).pathname
const examples = join(root, "examples")

/** Where the programs of the examples are; Node need not be where a system keeps its own. */
const env = { PATH: process.env["PATH"] ?? "" }

/** A made-up `/var/lib/dpkg/info`: each package has one file, with the checksum of what it should hold. */
const packages = (
  place: ReturnType<typeof workplace>,
  files: Readonly<Record<string, readonly [is: string, should: string]>>
) => {
  for (const [name, [is, should]] of Object.entries(files)) {
    const file = place.write(`files/${name}.txt`, is)
    const sum = createHash("md5").update(should).digest("hex")
    place.write(`info/${name}.md5sums`, `${sum}  ${file.slice(1)}\n`)
  }
  return join(place.path, "info")
}

describe("the examples", () => {
  it.each(readdirSync(examples).filter((name) => name.endsWith(".yaml")))("%s is valid", async (name) => {
    const place = workplace()
    const info = packages(place, { good: ["as it came", "as it came"] })
    const given: Readonly<Record<string, string>> = {
      "audit-packages.yaml": `info=${info}`,
      "rollout.yaml": "release=1.4"
    }
    const inputs = given[name] === undefined ? [] : ["--input", given[name]]
    const answer = await place.pawl("validate", join(examples, name), ...inputs)
    expect(answer.stderr).toBe("")
    expect(answer.code).toBe(0)
  })

  it("audit-packages: a package whose file was changed is blocked, and the rest is through", async () => {
    const place = workplace()
    const info = packages(place, { broken: ["tampered", "as it came"], good: ["as it came", "as it came"] })
    const answer = await place.pawl(
      "run",
      join(examples, "audit-packages.yaml"),
      "--auto-advance",
      "--input",
      `info=${info}`,
      "--state-dir",
      "state",
      "--format",
      "json"
    )
    expect(answer.code).toBe(0)
    expect(statuses(answer)).toEqual(["broken blocked", "good completed"])
    const log = await place.pawl("logs", "audit-packages", "broken/verify", "--state-dir", "state")
    expect(log.stdout).toContain("broken.txt: FAILED")
  })

  it("audit-modules: real modules of this repository, with and without a scope, are what the lock file says", async () => {
    const place = workplace()
    const answer = await place.pawlWith(
      { env },
      "run",
      join(examples, "audit-modules.yaml"),
      "--only",
      "id=nothing-missing,effect,yaml,@effect/cli",
      "--state-dir",
      "state",
      "--format",
      "json"
    )
    expect(answer.code).toBe(0)
    const chosen = json(answer).targets.filter(({ status }) => status === "completed").map(({ id }) => id)
    expect(chosen).toEqual(["nothing-missing", "effect", "yaml", "@effect/cli"])
  })

  it("audit-modules: finds what is missing, of another version, or not in the lock file", async () => {
    const place = workplace()
    const integrity = "sha512-of-the-archive"
    const modules = ["@scope/fine", "absent", "aged", "fine"]
    const lock = (version: string) =>
      JSON.stringify({
        packages: Object.fromEntries(modules.map((name) => [`node_modules/${name}`, { version, integrity }]))
      })
    place.write("package-lock.json", lock("2.0.0"))
    place.write("node_modules/.package-lock.json", lock("2.0.0"))
    for (
      const [name, version] of [["@scope/fine", "2.0.0"], ["aged", "1.0.0"], ["fine", "2.0.0"], ["stray", "1.0.0"]]
    ) {
      place.write(`node_modules/${name}/package.json`, JSON.stringify({ name, version }))
    }
    const answer = await place.pawlWith(
      { env },
      "run",
      join(examples, "audit-modules.yaml"),
      "--auto-advance",
      "--input",
      `root=${place.path}`,
      "--state-dir",
      "state",
      "--format",
      "json"
    )
    expect(statuses(answer)).toEqual([
      "nothing-missing blocked",
      "aged blocked",
      "fine completed",
      "stray blocked",
      "@scope/fine completed"
    ])
    const logs = await place.pawl("logs", "audit-modules", "aged", "--stderr", "--state-dir", "state")
    expect(logs.stdout).toContain("its version is 1.0.0, the lock file says 2.0.0")
  })

  it("rollout: waits for a person, and does what the person chose", async () => {
    const place = workplace()
    const world = join(place.path, "world")
    const state = ["--state-dir", "state"]
    const call = ["run", join(examples, "rollout.yaml"), "--input", "release=1.4", "--input", `root=${world}`, ...state]
    const first = await place.pawl(...call, "--format", "json")
    expect(first.code).toBe(3)
    expect(statuses(first)).toEqual(["build completed", "regions completed", "news paused"])
    expect((await place.pawl("approve", "news/agreed", "--option", "monday", ...state)).code).toBe(0)
    const second = await place.pawl("resume", ...state, "--format", "json")
    expect([second.code, json(second).outputs]).toEqual([0, { announced: true }])
    expect(place.read("world/news")).toBe("1.4 is out on Monday\n")
  })

  it("rollout: a rough night is rehearsed, a kill in the middle of it included", async () => {
    const place = workplace()
    const scenario = join(examples, "scenarios/rough-night.yaml")
    const rehearsal = ["simulate", join(examples, "rollout.yaml"), "--input", "release=1.4", "--scenario", scenario]
    const answer = await place.pawl(...rehearsal, "--format", "json")
    expect(answer.stderr).not.toContain("never met")
    expect(json<{ readonly exitCode: number; readonly invocations: ReadonlyArray<unknown> }>(answer)).toMatchObject({
      exitCode: 0,
      haltReason: "AllDoneOrBlocked"
    })
  })
})
