import { describe, expect, it } from "@effect/vitest"
import { commands } from "../../src/cli/Commands.ts"
import { completions } from "../../src/cli/Completions.ts"

/** What a real bash offers for a command line whose last word is being written. */
const offered = (...words: ReadonlyArray<string>): ReadonlyArray<string> => {
  const script = `${completions("bash").join("\n")}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")})
COMP_CWORD=${words.length - 1}
_pawl
printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stderr, stdout } = Bun.spawnSync(["bash", "--norc", "-c", script])
  expect(stderr.toString()).toBe("")
  return stdout.toString().split("\n").filter((line) => line !== "")
}

describe("completion in bash", () => {
  it("offers the commands", () => {
    expect(offered("pawl", "")).toEqual(commands.map(({ name }) => name))
    expect(offered("pawl", "st")).toEqual(["status"])
  })

  it("offers a command's own flags, and not those of others", () => {
    expect(offered("pawl", "run", "b.yaml", "--retry")).toEqual(["--retry-errors", "--retry-blocked"])
    expect(offered("pawl", "run", "--no-a")).toEqual(["--no-auto-advance"])
    expect(offered("pawl", "status", "--retry")).toEqual([])
  })

  it("offers the words that a flag takes", () => {
    expect(offered("pawl", "run", "--format", "")).toEqual(["table", "json", "ndjson"])
    expect(offered("pawl", "run", "--format", "=", "nd")).toEqual(["ndjson"])
    expect(offered("pawl", "run", "--format", "=")).toEqual(["table", "json", "ndjson"])
  })

  it("offers the words that an argument takes", () => {
    expect(offered("pawl", "schema", "su")).toEqual(["summary"])
    expect(offered("pawl", "--color", "never", "help", "ru")).toEqual(["run", "runs"])
  })

  it("leaves file names to readline, which knows how to quote them", () => {
    expect(offered("pawl", "run", "")).toEqual([])
    expect(offered("pawl", "run", "b.yaml", "--output", "")).toEqual([])
    expect(completions("bash").at(-1)).toContain("-o default")
  })
})

describe("completion in zsh and fish", () => {
  it("names every command", () => {
    for (const shell of ["zsh", "fish"]) {
      const script = completions(shell).join("\n")
      for (const { name } of commands) expect(script).toContain(name)
    }
  })

  it("has balanced quotes in every line", () => {
    for (const line of [...completions("zsh"), ...completions("fish")]) {
      if (line.startsWith("#")) continue
      const bare = line.replaceAll("\\\\", "").replaceAll("'\\''", "").replaceAll("\\'", "")
      expect([line, (bare.match(/'/g) ?? []).length % 2]).toEqual([line, 0])
    }
  })
})
