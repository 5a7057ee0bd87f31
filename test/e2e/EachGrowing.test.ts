/** `pawl each` while its list is still being read: nothing waits for the end, and nothing of it is lost. */
import { describe, expect, it } from "vitest"
import { piped, sorted } from "./each.ts"
import { json, workplace } from "./pawl.ts"

const note = ["sh", "-c", "echo \"$1\" >> done; echo \"<$1>\"", "sh", "{}"]

describe("a list that is still being read", () => {
  it("is begun with its first item", async () => {
    const place = workplace()
    const each = piped(place, note)
    each.give("a\n")
    await each.says("<a>")
    each.give("b\nc")
    each.give("d\n")
    await each.says("<b>\n<cd>")
    each.close()
    expect(await each.ended).toMatchObject({ code: 0, stdout: "<a>\n<b>\n<cd>\n" })
    expect((await place.pawl("status")).stdout).toContain("3 targets: 3 completed")
  })

  it("is gone on with by the same list after a crash, and nothing is done twice", async () => {
    const place = workplace()
    const each = piped(place, ["--name", "x", ...note])
    each.give("a\n")
    await each.says("<a>")
    each.give("b\n")
    await each.says("<b>")
    each.kill("SIGKILL")
    await each.ended
    expect((await place.pawl("status", "x")).stdout).toContain("2 targets: 2 completed")
    const { code, stdout } = await place.pawlWith({ stdin: "a\nb\nc\n" }, "each", "--name", "x", ...note)
    expect([code, stdout]).toEqual([0, "<c>\n"])
    expect(sorted(place.read("done"))).toEqual(["a", "b", "c"])
  })

  it("is gone on with as far as it is known where there is no list", async () => {
    const place = workplace()
    const each = piped(place, ["--name", "x", ...note])
    each.give("a\n")
    await each.says("<a>")
    each.kill("SIGKILL")
    await each.ended
    const { code, stderr, stdout } = await place.pawl("resume", "x", "--format", "json")
    // What was read of it is done, and a script must not take that for all of it.
    expect([code, JSON.parse(stdout)]).toMatchObject([65, {
      exitCode: 65,
      counts: { completed: 1, total: 1 },
      error: { message: "its list was not read to its end, and only what was read of it could be done" }
    }])
    expect(stderr).toContain("the rest needs the same `pawl each` and the list again")
  })

  it("is left where the run is told to stop, and gone on with", async () => {
    const place = workplace()
    const each = piped(place, note)
    each.give("a\n")
    await each.says("<a>")
    each.kill("SIGTERM")
    const { code, stderr } = await each.ended
    expect(code).toBe(143)
    expect(stderr).toContain("the list was not read to its end: call it again for the rest")
    // It has no name, and would be over if its list were known.
    const again = await place.pawlWith({ stdin: "a\nb\n" }, "each", ...note)
    expect([again.code, again.stdout]).toEqual([0, "<b>\n"])
  })

  it("tells what of it can't be used at its end", async () => {
    const each = piped(workplace(), ["--jsonl", "echo", "<{.a}>"])
    each.give("{\"a\":1}\n")
    await each.says("<1>")
    each.give("{}\n{\"a\":2}\n")
    await each.says("<2>")
    each.close()
    const { code, stderr } = await each.ended
    expect(code).toBe(65)
    expect(stderr).toContain("error: -:2: line 2 has no field `.a`")
    expect(stderr).toContain("2 targets: 2 completed")
  })

  it("is done, and known as done, once its end has come", async () => {
    const place = workplace()
    const each = piped(place, ["--name", "x", ...note])
    each.give("a\n")
    await each.says("<a>")
    each.give("b\n")
    each.close()
    await each.ended
    const again = await place.pawlWith({ stdin: "b\na\n" }, "each", "--name", "x", "--format", "json", ...note)
    expect([again.code, json(again).stepsExecuted, json(again).counts]).toMatchObject([0, 0, {
      total: 2,
      completed: 2
    }])
    const resumed = await place.pawl("resume", "x")
    expect([resumed.code, resumed.stderr]).toEqual([0, ""])
  })

  it("that was damaged on disk is refused by name", async () => {
    const place = workplace()
    const each = piped(place, ["--name", "x", "--run-id", "r", ...note])
    each.give("a\n")
    await each.says("<a>")
    each.give("b\n")
    each.close()
    await each.ended
    const file = ".pawl/x/runs/r/targets.ndjson"
    place.write(file, place.read(file).replace("\"item\":\"b\"", "\"item\":\"x\""))
    const { code, stderr } = await place.pawl("status", "x")
    expect(code).toBe(74)
    expect(stderr).toContain("targets.ndjson could not be read as targets: it was changed since it was written")
  })
})
