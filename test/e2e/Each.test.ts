/** `pawl each`: a command for each item of a list, as with GNU parallel and xargs, and with the memory of `pawl run`. */
import { existsSync, readdirSync } from "node:fs"
import { gzipSync } from "node:zlib"
import { describe, expect, it } from "vitest"
import { sorted } from "./each.ts"
import { type Answer, binary, json, pawlPid, statuses, type Workplace, workplace } from "./pawl.ts"

/** Notes each item that it is given in `done`. */
const note = ["sh", "-c", "echo \"$1\" >> done; echo \"$1\"", "sh", "{}"]
const done = (place: Workplace): ReadonlyArray<string> => sorted(place.read("done"))
const short = ({ code, stdout }: Answer) => [code, stdout] as const

describe("the items", () => {
  it("are the lines of standard input", async () => {
    const place = workplace()
    for (const name of ["a", "b"]) await Bun.write(`${place.path}/${name}.gz`, gzipSync(name))
    place.write("c.gz", "no gzip")
    const answer = await place.pawlWith(
      { stdin: "a.gz\nb.gz\nc.gz\n" },
      "each",
      "-j4",
      "--retries",
      "1",
      "--format",
      "json",
      "--",
      "gzip",
      "-t",
      "{}"
    )
    expect(answer.code).toBe(1)
    expect(statuses(answer)).toEqual(["a.gz completed", "b.gz completed", "c.gz blocked"])
  })

  it("are the words after `:::`, and several of these are crossed", async () => {
    const { pawl } = workplace()
    expect(short(await pawl("each", "echo", "{}", ":::", "a b", "c"))).toEqual([0, "a b\nc\n"])
    expect(short(await pawl("each", "echo", "{2}{1}", ":::", "A", "B", ":::", "1", "2")))
      .toEqual([0, "1A\n2A\n1B\n2B\n"])
  })

  it("may end with NUL and hold line ends then", async () => {
    const answer = await workplace().pawlWith({ stdin: "a\nb\0c\0" }, "each", "-0", "printf", "[%s]")
    expect(short(answer)).toEqual([0, "[a\nb][c]"])
  })

  it("may be JSON lines, of which fields are taken", async () => {
    const stdin = "{\"host\":{\"name\":\"a b\"},\"port\":1}\n{\"host\":{\"name\":\"c\"},\"port\":2}\n"
    const answer = await workplace().pawlWith({ stdin }, "each", "--jsonl", "echo", "{.host.name}:{.port}")
    expect(short(answer)).toEqual([0, "a b:1\nc:2\n"])
  })

  it("give parts of a path and their number, as with GNU parallel", async () => {
    const { pawl } = workplace()
    expect(short(await pawl("each", "echo", "{}", "{/}", "{//}", "{.}", "{/.}", "{#}", ":::", "d/a.b.gz", "e")))
      .toEqual([0, "d/a.b.gz a.b.gz d d/a.b a.b 1\ne e . e e 2\n"])
  })

  it("are never text of a shell", async () => {
    const place = workplace()
    const item = "$(touch hacked); `touch hacked` '\" {{ 1 + 1 }}"
    expect(short(await place.pawl("each", "echo", ":::", item))).toEqual([0, `${item}\n`])
    expect(short(await place.pawl("each", "sh", "-c", "echo {} | cat", ":::", item))).toEqual([0, `${item}\n`])
    expect(existsSync(`${place.path}/hacked`)).toBe(false)
  })

  it("do not give their command what is left of standard input", async () => {
    const answer = await workplace().pawlWith({ stdin: "a\nb\n" }, "each", "sh", "-c", "cat; echo {}")
    expect(short(answer)).toEqual([0, "a\nb\n"])
  })

  it("are each done, though one is there twice", async () => {
    const { pawl } = workplace()
    const answer = await pawl("each", "--format", "json", "echo", ":::", "a", "b", "a")
    expect(statuses(answer)).toEqual(["a completed", "b completed", "a~2 completed"])
  })

  it("follow `--`, or the first word that is no flag of pawl", async () => {
    const { pawl } = workplace()
    expect(short(await pawl("each", "-j2", "echo", "-j4", "--tag", "--help", ":::", "a"))).toEqual([
      0,
      "-j4 --tag --help a\n"
    ])
    expect(short(await pawl("each", "--", "-x", ":::", "a"))).toEqual([1, ""])
  })
})

describe("what items print", () => {
  it("stands together, on the streams that it was printed to", async () => {
    const { code, stderr, stdout } = await workplace().pawl(
      "each",
      "-q",
      "-j2",
      "sh",
      "-c",
      "for i in 1 2 3; do echo {}; sleep 0.02; done; echo {}-err >&2",
      ":::",
      "a",
      "b"
    )
    expect([code, ["a\na\na\nb\nb\nb\n", "b\nb\nb\na\na\na\n"].includes(stdout)]).toEqual([0, true])
    expect(sorted(stderr)).toEqual(["a-err", "b-err"])
  })

  it("comes in their order where that is asked for", async () => {
    const place = workplace()
    // Each item waits for the one after it.
    const script = "until test $1 = 3 || test -e $(($1 + 1)); do sleep 0.01; done; touch $1; echo $1; test $1 != 2"
    const answer = await place.pawl("each", "-k", "-j3", "sh", "-c", script, "sh", "{}", ":::", "1", "2", "3")
    expect(short(answer)).toEqual([1, "1\n2\n3\n"])
  })

  it("comes in their order, and in time, when a run is gone on with", async () => {
    const place = workplace()
    // The last item waits until what the others printed can be read; what was done before is not printed again.
    const script = "test $1 != 5 || until grep -qx 3 out; do sleep 0.01; done; echo $1"
    const words = ["each", "-q", "-k", "-j3", "--name", "x", "sh", "-c", script, "sh", "{}", ":::"]
    const toFile = async (...items: ReadonlyArray<string>): Promise<string> => {
      const cmd = ["sh", "-c", "exec \"$@\" > out", "sh", binary, ...words, ...items]
      await Bun.spawn({ cmd, cwd: place.path, stdin: "ignore" }).exited
      return place.read("out")
    }
    expect(await toFile("2", "4")).toBe("2\n4\n")
    expect(await toFile("1", "2", "3", "4", "5")).toBe("1\n3\n5\n")
  })

  it("is told apart by tags where that is asked for", async () => {
    const { code, stderr, stdout } = await workplace()
      .pawl("each", "-q", "--tag", "sh", "-c", "echo one; printf two; echo err >&2", ":::", "a b", "c")
    expect([code, stdout, stderr]).toEqual([0, "a b\tone\na b\ttwoc\tone\nc\ttwo", "a b\terr\nc\terr\n"])
  })

  it("is passed on byte for byte", async () => {
    const place = workplace()
    const child = place.start(["each", "printf", "\\357\\273\\277\\377\\000\\r\\n%s", ":::", "a"])
    expect([...await new Response(child.stdout).bytes()]).toEqual([0xef, 0xbb, 0xbf, 0xff, 0, 13, 10, 97])
  })

  it("is that of the last attempt, and all is in the logs", async () => {
    const place = workplace()
    const script = "echo {} $PAWL_ATTEMPT; test $PAWL_ATTEMPT = 2"
    const answer = await place.pawl("each", "--retries", "3", "--name", "x", "sh", "-c", script, ":::", "a")
    expect(short(answer)).toEqual([0, "a 2\n"])
    expect((await place.pawl("logs", "x", "a/run", "--attempt", "1")).stdout).toBe("a 1\n")
  })

  it("is whole where there is much of it, and nobody need read it", async () => {
    const place = workplace()
    const answer = await place.pawl("each", "-j2", "seq", ":::", "100000", "100000")
    expect([answer.code, answer.stdout.length]).toEqual([0, 2 * 588_895])
    const child = Bun.spawnSync({
      cmd: ["sh", "-c", `"$1" each --name x seq ::: 100000 3 4 | head -1`, "sh", binary],
      cwd: place.path
    })
    expect(child.stdout.toString()).toBe("1\n")
    expect((await place.pawl("status", "x")).stdout).toContain("3 targets: 3 completed")
  })

  it("leaves standard output to the document where one is asked for", async () => {
    const { pawl } = workplace()
    expect(json(await pawl("each", "--format", "json", "echo", ":::", "a")).counts).toMatchObject({
      total: 1,
      completed: 1
    })
    const lines = (await pawl("each", "--format", "ndjson", "echo", ":::", "a")).stdout.trimEnd().split("\n")
    const types = lines.map((line): unknown => {
      const { schema, type }: { readonly schema?: string; readonly type?: string } = JSON.parse(line)
      return type ?? schema
    })
    expect([types[0], types.at(-1)]).toEqual(["RunStarted", "pawl.summary/v1"])
  })

  it("goes into the file of --output", async () => {
    const place = workplace()
    expect(short(await place.pawl("each", "--output", "o", "echo", ":::", "a", "b"))).toEqual([0, ""])
    expect(place.read("o")).toBe("a\nb\n")
  })
})

describe("an item that fails", () => {
  it("does not hold up the others, and makes the exit code 1", async () => {
    const { code, stderr, stdout } = await workplace().pawl(
      "each",
      "sh",
      "-c",
      "echo {}; test {} != a",
      ":::",
      "a",
      "b"
    )
    expect([code, stdout]).toEqual([1, "a\nb\n"])
    expect(stderr).toContain("2 targets: 1 completed, 1 blocked")
  })

  it("is told even where nothing else is", async () => {
    expect((await workplace().pawl("each", "-q", "false", ":::", "a")).stderr).toContain("exit code 1 after 1 attempt")
  })

  it("stops the rest, or counts for nothing, where that is said", async () => {
    const place = workplace()
    const words = ["sh", "-c", "echo {}; test {} != a", ":::", "a", "b"]
    expect(short(await place.pawl("each", "--no-auto-advance", ...words))).toEqual([1, "a\n"])
    expect(short(await place.pawl("each", "--fresh", "--auto-advance", ...words))).toEqual([0, "a\nb\n"])
    expect((await place.pawl("each", "--fresh", "--auto-advance", "--strict", ...words)).code).toBe(1)
  })

  it("may be tried again with its run", async () => {
    const place = workplace()
    const words = ["sh", "-c", "echo {} >> tried; test -e good", ":::", "a", "b"]
    expect((await place.pawl("each", "--name", "x", ...words)).code).toBe(1)
    place.write("good", "")
    expect((await place.pawl("each", "--name", "x", ...words)).code).toBe(1)
    expect((await place.pawl("resume", "x", "--retry-blocked")).code).toBe(0)
    expect(sorted(place.read("tried"))).toEqual(["a", "a", "b", "b"])
  })

  it("is ended at its time", async () => {
    const answer = await workplace().pawl("each", "--timeout", "100ms", "--format", "json", "sleep", ":::", "60")
    expect([answer.code, json(answer).targets[0]?.reason]).toEqual([1, "timed-out"])
  })

  it("may name no program", async () => {
    const answer = await workplace().pawl("each", "--format", "json", "no-such-program", ":::", "a")
    expect([answer.code, json(answer).targets[0]?.reason]).toEqual([1, "could-not-start"])
  })
})

describe("a call with a name", () => {
  it("does only what is left, wherever it stands in the list", async () => {
    const place = workplace()
    expect(short(await place.pawlWith({ stdin: "a\nb\n" }, "each", "--name", "x", ...note))).toEqual([0, "a\nb\n"])
    expect(short(await place.pawlWith({ stdin: "c\nb\na\n" }, "each", "--name", "x", ...note))).toEqual([0, "c\n"])
    expect(short(await place.pawlWith({ stdin: "c\nb\na\n" }, "each", "--name", "x", ...note))).toEqual([0, ""])
    expect(done(place)).toEqual(["a", "b", "c"])
  })

  it("goes on after pawl was killed, and does nothing twice", async () => {
    const place = workplace()
    const stdin = Array.from({ length: 20 }, (_, at) => `${at}\n`).join("")
    const script = `echo "$1" >> done; if mkdir killed-$1 && test "$1" = 7; then kill -9 ${pawlPid}; fi`
    const words = ["each", "--name", "x", "-j2", "sh", "-c", script, "sh", "{}"]
    const killed = await place.pawlWith({ stdin }, ...words)
    expect(killed.signal).toBe("SIGKILL")
    const answer = await place.pawlWith({ stdin: `new\n${stdin}` }, ...words)
    expect(answer.code).toBe(0)
    expect(done(place)).toEqual(sorted(`new\n${stdin}`))
  })

  it("is refused where its command has changed", async () => {
    const place = workplace()
    await place.pawl("each", "--name", "x", "echo", ":::", "a")
    const { code, stderr } = await place.pawl("each", "--name", "x", "printf", ":::", "a")
    expect(code).toBe(65)
    expect(stderr).toContain("1 target changed since run")
    expect(short(await place.pawl("each", "--name", "x", "--allow-changes", "printf", ":::", "a"))).toEqual([0, "a"])
  })

  it("is a batch like any other to the other commands", async () => {
    const place = workplace()
    await place.pawl("each", "--name", "x", "echo", "{}", ":::", "d/a")
    const runs = await place.pawl("runs")
    expect(runs.stdout).toMatch(/ x +completed/)
    expect((await place.pawl("status", "x")).stdout).toContain("1 target: 1 completed")
    expect((await place.pawl("logs", "x", "d/a")).stdout).toContain("\nd/a\n")
    expect((await place.pawl("events", "x")).stdout).toContain("\"target\":\"d/a\"")
    expect((await place.pawl("resume", "x")).code).toBe(0)
  })
})

describe("a call without a name", () => {
  it("does it all again once it is through", async () => {
    const place = workplace()
    for (const _ of [1, 2]) expect(short(await place.pawl("each", ...note, ":::", "a", "b"))).toEqual([0, "a\nb\n"])
    expect(done(place)).toEqual(["a", "a", "b", "b"])
  })

  it("is gone on with where it was cut short", async () => {
    const place = workplace()
    expect(short(await place.pawl("each", "--cap", "1", ...note, ":::", "a", "b"))).toEqual([0, "a\n"])
    expect(short(await place.pawl("each", ...note, ":::", "a", "b"))).toEqual([0, "b\n"])
  })

  it("does not stand in the way of another command", async () => {
    const place = workplace()
    const inner = "\"$1\" each -q echo inner ::: \"$2\""
    expect(short(await place.pawl("each", "sh", "-c", inner, "sh", binary, "{}", ":::", "a"))).toEqual([0, "inner a\n"])
    expect(readdirSync(`${place.path}/.pawl`)).toHaveLength(2)
  })
})
