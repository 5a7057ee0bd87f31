import { describe, expect, it } from "@effect/vitest"
import { type Diagnostic, ManifestError } from "../../src/manifest/ManifestError.ts"
import { PlanError } from "../../src/plan/PlanError.ts"
import { errorDocument } from "../../src/report/ErrorDocument.ts"
import { errorReport, noteLine, warningLine } from "../../src/report/ErrorReport.ts"
import { width } from "../../src/report/Printable.ts"
import { colourful, plain } from "../../src/report/Style.ts"
import { RunHeldError, StateError } from "../../src/run/StateError.ts"
import { UsageError } from "../../src/run/UsageError.ts"

const manifestError = (first: Diagnostic, ...rest: ReadonlyArray<Diagnostic>) =>
  new ManifestError({ diagnostics: [first, ...rest] })

const unknownKey: Diagnostic = {
  file: "batch.yaml",
  line: 12,
  column: 7,
  endColumn: 21,
  text: "      contineOnError: true",
  path: "targets[0].steps[1].contineOnError",
  message: "unknown key `contineOnError`",
  hint: "did you mean `continueOnError`?"
}

const caretLine = (error: ManifestError): string => errorReport(error, plain).find((line) => line.includes("^")) ?? ""

describe("an error in a manifest", () => {
  it("shows its place, the line with a caret under what is meant, and a hint", () => {
    expect(errorReport(manifestError(unknownKey), plain)).toEqual([
      "error: batch.yaml:12:7: unknown key `contineOnError`",
      "   |",
      "12 |       contineOnError: true",
      "   |       ^^^^^^^^^^^^^^",
      "",
      "hint: did you mean `continueOnError`?"
    ])
  })

  it("shows no line where it has none", () => {
    expect(errorReport(manifestError({ file: "batch.yaml", message: "the manifest is empty" }), plain)).toEqual([
      "error: batch.yaml: the manifest is empty"
    ])
  })

  it("has its caret in the right place after tabs and wide characters", () => {
    expect(caretLine(manifestError({ ...unknownKey, text: "\tx: bad", column: 5, endColumn: 8 }))).toBe(
      "   |      ^^^"
    )
    expect(caretLine(manifestError({ ...unknownKey, text: "世界: bad", column: 5, endColumn: 8 }))).toBe(
      "   |       ^^^"
    )
  })

  it("has one caret at least, also where the line ends before", () => {
    expect(caretLine(manifestError({ ...unknownKey, text: "a:", column: 3, endColumn: 3 }))).toBe("   |   ^")
  })

  it("shows only the neighbourhood in a line of megabytes", () => {
    const text = `${"a".repeat(5_000_000)}BAD${"b".repeat(5_000_000)}`
    const report = errorReport(manifestError({ ...unknownKey, text, column: 5_000_001, endColumn: 5_000_004 }), plain)
    for (const line of report) expect(width(line)).toBeLessThan(120)
    const code = report[2] ?? ""
    const carets = report[3] ?? ""
    expect(code.slice(carets.indexOf("^"), carets.lastIndexOf("^") + 1)).toBe("BAD")
  })

  it("obeys nothing that the manifest holds", () => {
    const report = errorReport(
      manifestError({
        ...unknownKey,
        file: "a\u001b.yaml",
        text: "x\u001b[2Jy: 1",
        message: "unknown key `\u001b[2J`"
      }),
      plain
    )
    expect(report.join("")).not.toMatch(/\p{Cc}/u)
  })

  it("comes with all the others, and their number", () => {
    const report = errorReport(manifestError(unknownKey, { ...unknownKey, line: 13 }), plain)
    expect(report.filter((line) => line.startsWith("error:"))).toHaveLength(2)
    expect(report.at(-1)).toBe("2 errors")
  })

  it("comes with as many others as one can read", () => {
    const report = errorReport(manifestError(unknownKey, ...Array.from({ length: 99 }, () => unknownKey)), plain)
    expect(report.filter((line) => line.startsWith("error:"))).toHaveLength(50)
    expect(report.at(-1)).toBe("100 errors, of which 50 are shown")
  })

  it("reads the same without its colours", () => {
    const text = errorReport(manifestError(unknownKey), colourful).join("\n")
    expect(text).toContain("\u001b[")
    expect(Bun.stripANSI(text)).toBe(errorReport(manifestError(unknownKey), plain).join("\n"))
  })
})

describe("other errors", () => {
  it("show the targets that changed", () => {
    const error = new PlanError({ message: "2 targets changed", hint: "use --allow-changes", details: ["api", "web"] })
    expect(errorReport(error, plain)).toEqual([
      "error: 2 targets changed",
      "  api",
      "  web",
      "",
      "hint: use --allow-changes"
    ])
  })

  it("say what to do", () => {
    expect(errorReport(new StateError({ message: "no room", hint: "make room", path: "/x" }), plain)).toEqual([
      "error: no room",
      "",
      "hint: make room"
    ])
  })

  it("that are no errors say so", () => {
    expect(warningLine("x\u001b", plain)).toBe("warning: x\\e")
    expect(noteLine("y", plain)).toBe("note: y")
  })
})

describe("the document of an error", () => {
  it("has the place of each problem, and the exit code", () => {
    expect(errorDocument(manifestError(unknownKey))).toEqual({
      schema: "pawl.error/v1",
      exitCode: 65,
      errors: [{
        file: "batch.yaml",
        line: 12,
        column: 7,
        endColumn: 21,
        path: "targets[0].steps[1].contineOnError",
        message: "unknown key `contineOnError`",
        hint: "did you mean `continueOnError`?"
      }]
    })
  })

  it.each([
    [64, new UsageError({ problems: [{ message: "unknown flag `--x`" }] })],
    [65, new PlanError({ message: "m", hint: "h", details: ["api"] })],
    [74, new StateError({ message: "m", hint: "h", path: "/x" })],
    [75, new RunHeldError({ message: "m", hint: "h", pid: 7 })]
  ])("has exit code %d", (code, error) => {
    expect(errorDocument(error).exitCode).toBe(code)
  })
})
