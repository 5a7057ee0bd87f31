import { describe, expect, it } from "vitest"
import { one } from "./badCase.ts"
import { type Workplace, workplace } from "./pawl.ts"
import { refusalOf, runsOf } from "./refusal.ts"

describe("input that is too much", () => {
  /**
   * Runs pawl and gives what it took beside its answer. The memory is read while it runs: what the system
   * tells of a process that has ended counts the process that started it too.
   */
  const measured = async (place: Workplace, args: ReadonlyArray<string>, stdin?: string) => {
    const child = place.start([...args, "--format", "json"], stdin === undefined ? {} : { stdin })
    const output = Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text(), child.exited])
    let mebibytes = 0
    while (child.exitCode === null && child.signalCode === null) {
      const status = await Bun.file(`/proc/${child.pid}/status`).text().catch(() => "")
      mebibytes = Math.max(mebibytes, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024)
      await Bun.sleep(2)
    }
    const [stdout, stderr] = await output
    return {
      answer: {
        code: child.exitCode,
        signal: child.signalCode === null ? null : String(child.signalCode),
        stdout,
        stderr
      },
      cpuSeconds: Number(child.resourceUsage()?.cpuTime.total ?? 0) / 1e6,
      mebibytes
    }
  }
  const target = "  - { id: aaaaaaaaaaaaaaaaaaa, run: 'true' }\n"
  const huge = `name: batch\ntargets:\n${target.repeat(Math.ceil(50e6 / target.length))}`

  it("50 MB of YAML in a file is refused by its size, without reading it", async () => {
    const place = workplace()
    place.write("batch.yaml", huge)
    const { answer, cpuSeconds, mebibytes } = await measured(place, ["run", "batch.yaml"])
    refusalOf(answer, 65)
    expect(answer.stderr).toContain("the file has 47.7 MiB, more than the 32 MiB")
    expect(answer.stderr).toContain("forEach")
    expect(cpuSeconds).toBeLessThan(1)
    expect(mebibytes).toBeLessThan(120)
    expect(runsOf(place)).toEqual([])
  })

  it("50 MB of YAML on standard input is refused while it is read", async () => {
    const place = workplace()
    const { answer, cpuSeconds, mebibytes } = await measured(place, ["run", "-"], huge)
    refusalOf(answer, 65)
    expect(answer.stderr).toContain("32 MiB")
    expect(cpuSeconds).toBeLessThan(2)
    expect(mebibytes).toBeLessThan(250)
    expect(runsOf(place)).toEqual([])
  })

  it("a manifest of 40,000 unknown keys is refused as quickly as a good one of that size is read", async () => {
    const place = workplace()
    const good = Array.from({ length: 40_000 }, (_, key) => `  k${key}: "1"\n`).join("")
    place.write("good.yaml", `name: good\nenv:\n${good}targets: [{ id: a, run: "true" }]\n`)
    const read = await measured(place, ["validate", "good.yaml"])
    expect(read.answer.code).toBe(0)
    place.write("batch.yaml", one + Array.from({ length: 40_000 }, (_, key) => `k${key}: 1\n`).join(""))
    const { answer, cpuSeconds } = await measured(place, ["validate", "batch.yaml"])
    expect(refusalOf(answer, 65).errors.at(-1)?.message).toBe("and 39900 more")
    expect(cpuSeconds).toBeLessThan(3 * read.cpuSeconds + 1)
  })

  const targets = (count: number) => Array.from({ length: count }, (_, at) => ({ id: `t${at}`, run: "true" }))

  it.each<[format: string, write: (count: number) => string]>([
    [
      "YAML",
      (count) => `name: batch\ntargets:\n${targets(count).map(({ id }) => `  - { id: ${id}, run: 'true' }\n`).join("")}`
    ],
    ["JSON", (count) => JSON.stringify({ name: "batch", targets: targets(count) })]
  ])("40,000 targets listed in %s take little memory each", async (_, write) => {
    const place = workplace()
    place.write("few.yaml", write(1))
    place.write("many.yaml", write(40_001))
    const few = await measured(place, ["validate", "few.yaml"])
    const many = await measured(place, ["validate", "many.yaml"])
    expect(many.answer.code).toBe(0)
    expect(few.mebibytes).toBeGreaterThan(10)
    expect((many.mebibytes - few.mebibytes) * 1024 / 40_000).toBeLessThan(5.5)
  })
})
