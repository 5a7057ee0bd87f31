import { describe, expect, it } from "@effect/vitest"
import { commands } from "../../src/cli/Commands.ts"
import type { FlagData } from "../../src/cli/Flag.ts"
import { commandHelp, generalHelp } from "../../src/cli/Help.ts"
import { colourful, plain } from "../../src/report/Style.ts"

const pages = [
  ["pawl", generalHelp(plain)] as const,
  ...commands.map((command) => [command.name, commandHelp(command, plain)] as const)
]

describe("help", () => {
  it.each(pages)("of %s fits into 80 columns and is nothing but text", (_name, lines) => {
    for (const line of lines) {
      expect(line.length, line).toBeLessThanOrEqual(80)
      expect(line).not.toMatch(/\p{Cc}/u)
      expect(line).toBe(line.trimEnd())
    }
  })

  it("lists every command", () => {
    const text = generalHelp(plain).join("\n")
    for (const { name, summary } of commands) {
      expect(text).toMatch(new RegExp(`^  ${name} +${summary.slice(0, 20)}`, "m"))
    }
  })

  it.each(commands.map((command) => [command.name, command] as const))(
    "of %s lists all its flags and arguments",
    (_name, command) => {
      const text = commandHelp(command, plain).join("\n")
      for (const flag of Object.values<FlagData>(command.flags)) {
        expect(text).toContain(flag.kind === "on-off" ? `--[no-]${flag.name}` : `--${flag.name}`)
      }
      for (const argument of command.arguments) expect(text).toContain(argument.name)
    }
  )

  it("is bold only where colour is wanted", () => {
    expect(generalHelp(colourful).join("")).toContain("\u001b[1mUsage:")
  })

  it("describes every flag in one line, lower-case, without a full stop", () => {
    for (const { flags } of commands) {
      for (const { description } of Object.values<FlagData>(flags)) {
        expect(description).toMatch(/^[a-z].*[^.]$/)
      }
    }
  })
})
