/** What bad lists and wrong calls of `pawl each` get: the line, a hint, the exit code, and nothing lost. */
import { existsSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { binary, json, workplace } from "./pawl.ts"
import { shell } from "./shell.ts"
import { atTerminal, ctrlD } from "./terminal.ts"

interface ErrorJson {
  readonly exitCode: number
  readonly errors: ReadonlyArray<{ readonly message: string; readonly hint?: string; readonly line?: number }>
}

describe("a list", () => {
  it.each([
    ["with blank lines", "\na\n  \n\nb\n", "[a][b]"],
    ["with line ends of Windows", "a\r\nb\r\n", "[a][b]"],
    ["without a last line end", "a\nb", "[a][b]"],
    ["after a byte order mark", "\uFEFFa\nb\n", "[a][b]"]
  ])("%s is read as it is meant", async (_, stdin, stdout) => {
    expect(await workplace().pawlWith({ stdin }, "each", "printf", "[%s]")).toMatchObject({ code: 0, stdout })
  })

  it.each([
    ["NULs without -0", "a\nb\0c\nd\n", [], "-:2: line 2 holds a NUL character", "add -0"],
    [
      "a line that no argument holds",
      `a\n${"x".repeat(1_000_000)}\nd\n`,
      [],
      "-:2: line 2 has 1000000 bytes",
      "into a file"
    ],
    ["a line that is no JSON", "\"a\"\nb\n\"d\"\n", ["--jsonl"], "-:2: line 2 is not JSON", "one whole JSON value"],
    [
      "a last line that was cut off",
      "\"a\"\n\"d\"\n{\"na",
      ["--jsonl"],
      "-:3: line 3 is not JSON",
      "one whole JSON value"
    ]
  ])("with %s is done but for that, which is told with exit code 65", async (_, stdin, flags, problem, hint) => {
    const { code, stderr, stdout } = await workplace().pawlWith({ stdin }, "each", ...flags, "echo")
    expect([code, stdout]).toEqual([65, "a\nd\n"])
    expect(stderr).toContain(`error: ${problem}`)
    expect(stderr).toContain(hint)
  })

  it("with bytes that are no text is done but for that, which is told and not altered", async () => {
    const place = workplace()
    await Bun.write(`${place.path}/list`, Uint8Array.from([97, 10, 0xff, 0xfe, 10, 100, 10]))
    const child = Bun.spawnSync({
      cmd: ["sh", "-c", "\"$1\" each echo < list", "sh", binary],
      cwd: place.path,
      stderr: "pipe"
    })
    expect([child.exitCode, child.stdout.toString()]).toEqual([65, "a\nd\n"])
    expect(child.stderr.toString()).toContain("error: -:2: line 2 is not UTF-8")
  })

  it("that is a directory is refused, and is no defect", () => {
    const cmd = ["sh", "-c", "\"$1\" each echo < .", "sh", binary]
    const child = Bun.spawnSync({ cmd, cwd: workplace().path, stderr: "pipe" })
    expect([child.exitCode, child.stdout.toString(), child.stderr.toString()]).toEqual([
      65,
      "",
      "error: -: standard input is a directory\n\nhint: pipe the content of a file in, as with `< FILE`\n"
    ])
  })

  it("numbers its items as if all of them could be used, so that a mended line is all that is left to do", async () => {
    const place = workplace()
    const call = ["each", "-q", "-k", "--name", "numbered", "--", "echo", "{#}", "{}"] as const
    const first = await place.pawlWith({ stdin: "a\n\nb\0\nc\n" }, ...call)
    expect([first.code, first.stdout]).toEqual([65, "1 a\n3 c\n"])
    const second = await place.pawlWith({ stdin: "a\nb\nc\n" }, ...call)
    expect([second.code, second.stdout]).toEqual([0, "2 b\n"])
  })

  it("has every target whose output is asked for, where it is known before anything runs", async () => {
    const place = workplace()
    const answer = await place.pawl("each", "--tail", "one", "--tail", "twoo", "--", "touch", ":::", "one", "two")
    expect(answer).toMatchObject({
      code: 64,
      stderr: "error: unknown target `twoo` for `--tail`\n\nhint: did you mean `two`?\n"
    })
    expect(existsSync(`${place.path}/one`)).toBe(false)
  })

  it("that is a file is read from where a shell has left it", async () => {
    const place = workplace()
    place.write("list", "one\ntwo\nthree\n")
    const answer = await shell(place, "(read first; \"$PAWL\" each -q -k -- echo) < list")
    expect(answer).toMatchObject({ code: 0, stdout: "two\nthree\n" })
    place.write("batch.yaml", "name: batch\nname: batch\ntargets: [{ id: a, run: 'true' }]\n")
    expect(await shell(place, "(read first; \"$PAWL\" validate -q -) < batch.yaml")).toMatchObject({ code: 0 })
  })

  it("with fields missing tells of them in the document too", async () => {
    const stdin = "{\"a\":1}\n{}\n[]\n"
    const answer = await workplace().pawlWith({ stdin }, "each", "--format", "json", "--jsonl", "echo", "{.a}")
    const { counts, error, exitCode } = json<
      ErrorJson & {
        readonly counts: { readonly completed: number }
        readonly error: { readonly message: string }
      }
    >(answer)
    expect([answer.code, exitCode, counts.completed]).toEqual([65, 65, 1])
    expect(error.message).toBe(
      "2 of the items can't be used: line 2 has no field `.a`; line 3 has no field `.a`"
    )
  })

  it("of which nothing can be used starts no run", async () => {
    const place = workplace()
    const answer = await place.pawlWith({ stdin: "a\nb\n" }, "each", "--format", "json", "--jsonl", "echo")
    const { errors, exitCode } = json<ErrorJson>(answer)
    expect([answer.code, exitCode, errors.map(({ line }) => line)]).toEqual([65, 65, [1, 2]])
    expect(existsSync(`${place.path}/.pawl`)).toBe(false)
  })

  it("of which nothing can be used hides no item that fails", async () => {
    const { code, stderr } = await workplace().pawlWith({ stdin: "a\nb\0\n" }, "each", "false")
    expect(code).toBe(65)
    expect(stderr).toContain("1 target: 1 blocked")
  })

  it("that is empty is done at once", async () => {
    const { code, stderr, stdout } = await workplace().pawlWith({ stdin: "" }, "each", "echo")
    expect([code, stdout]).toEqual([0, ""])
    expect(stderr).toContain("note: the list has no items: there is nothing to do")
  })

  it("is read from a terminal after that was said", async () => {
    const person = atTerminal(workplace(), ["each", "-k", "printf", "<%s>"])
    await person.sees("the items are read from the terminal")
    person.types("one\n")
    await person.sees("<one>")
    person.types(`two\n${ctrlD}`)
    await person.sees("<two>")
    await person.sees("2 targets: 2 completed")
    expect((await person.leaves()).code).toBe(0)
  })
})

describe("a call", () => {
  it.each<readonly [args: ReadonlyArray<string>, problem: string]>([
    [[], "`pawl each` needs COMMAND"],
    [[":::", "a"], "`pawl each` needs a command"],
    [["echo", ":::"], "`:::` is followed by no items"],
    [["echo", "::::", "f"], "`::::` is not understood"],
    [["echo {}", ":::", "a"], "`echo {}` is one word, and no program is called that"],
    [["echo", "{2}", ":::", "a"], "`{2}` stands for no source: there is one, counted from 1"],
    [["echo", "{.name}", ":::", "a"], "`{.name}` is a field, and the items are no JSON"],
    [["sh", "-c", "echo '{}'", ":::", "a"], "`{}`: single quotes keep a shell from putting a value in"],
    [["-0", "echo", ":::", "a"], "`--null` says how standard input is read, and the items come from `:::`"],
    [["--name", "A", "echo", ":::", "a"], "`--name A` can't be the name of a batch"],
    [["--retries", "0", "echo", ":::", "a"], "`--retries` can't be `0`"],
    [["--kep-order", "echo", ":::", "a"], "unknown flag `--kep-order`"],
    [["--only", "a", "echo", ":::", "a"], "`pawl each` has no flag `--only`"]
  ])("%j is wrong use", async (args, problem) => {
    const place = workplace()
    const { code, stderr } = await place.pawl("each", ...args)
    expect(code).toBe(64)
    expect(stderr).toContain(`error: ${problem}`)
    expect(stderr).toContain("hint: ")
  })
})
