import { describe, expect, it } from "@effect/vitest"
import { simpleCommand } from "../../src/run/SimpleCommand.ts"

const sh = ["sh", "-e"]

describe("a script that needs no shell", () => {
  it.each([
    ["true", ["true"]],
    ["  make -j4 build\n", ["make", "-j4", "build"]],
    ["./migrate.sh --to=v2 a@b:22", ["./migrate.sh", "--to=v2", "a@b:22"]],
    ["/bin/true\targ", ["/bin/true", "arg"]]
  ])("is %j", (script, words) => {
    expect(simpleCommand(script, sh)).toEqual(words)
  })

  it.each([
    "",
    "exit 1",
    "cd /tmp",
    "echo hi",
    "test -e x",
    "time make",
    "A=1",
    "A=1 make",
    "a; b",
    "a && b",
    "a | b",
    "a > f",
    "a $B",
    "a `b`",
    "a 'b'",
    "a \"b\"",
    "a *",
    "a ?",
    "a [b]",
    "ls ~",
    "ls ~/x",
    "a {b,c}",
    "! a",
    "a # b",
    "a \\b",
    "a\nb",
    "(a)",
    "a &",
    "if x",
    ": x",
    ". x",
    "for i",
    "é",
    "a !b",
    "a <b"
  ])("is not %j", (script) => {
    expect(simpleCommand(script, sh)).toBeUndefined()
  })

  it("is none with a shell of one's own", () => {
    expect(simpleCommand("true", ["bash", "-e"])).toBeUndefined()
    expect(simpleCommand("true", ["sh"])).toBeUndefined()
  })
})
