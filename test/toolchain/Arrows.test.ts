/**
 * The lint keeps the rooms of the code apart: every forbidden import from every room is refused, every allowed
 * one let through.
 */
import { describe, expect, it } from "@effect/vitest"
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"

const root = resolve(import.meta.dirname, "../..")

const rooms = [
  "expression",
  "manifest",
  "plan",
  "run",
  "checkpoint",
  "process",
  "report",
  "import",
  "each",
  "simulate",
  "server",
  "cli"
]

/** Which rooms each room may know. */
const line: Readonly<Record<string, ReadonlyArray<string>>> = {
  expression: [],
  manifest: ["expression"],
  plan: ["expression", "manifest"],
  run: ["expression", "manifest", "plan"],
  checkpoint: ["expression", "manifest", "plan", "run"],
  process: ["expression", "run"],
  report: ["expression", "manifest", "plan"],
  import: ["expression", "manifest"],
  each: ["expression", "manifest", "plan", "run"],
  simulate: ["expression", "manifest", "plan", "run", "checkpoint", "process", "report"],
  server: ["expression", "manifest", "plan", "run", "checkpoint", "process", "report", "simulate"],
  cli: [
    "expression",
    "manifest",
    "plan",
    "run",
    "checkpoint",
    "process",
    "report",
    "import",
    "each",
    "simulate",
    "server"
  ]
}

const deciding = ["expression", "manifest", "plan", "run", "report", "import", "each", "simulate"]

interface Case {
  readonly file: string
  readonly source: string
  readonly refused: boolean
}

const importing = (room: string, specifier: string, refused: boolean): Case => ({
  file: `src/${room}/Case.ts`,
  source: `import { thing } from "${specifier}"\nexport const used = thing`,
  refused
})

const using = (room: string, expression: string, refused: boolean): Case => ({
  file: `src/${room}/Case.ts`,
  source: `import { Effect } from "effect"\nexport const used = [Effect, ${expression}]`,
  refused
})

const cases: ReadonlyArray<Case> = [
  ...rooms.flatMap((room) => [
    ...rooms.filter((other) => other !== room).map((other) =>
      importing(room, `../${other}/Thing.ts`, !line[room]?.includes(other))
    ),
    importing(room, "./Thing.ts", false),
    importing(room, "effect", false),
    importing(room, "../main.ts", true),
    importing(room, "../Start.ts", true),
    importing(room, "@effect/cli", room !== "cli"),
    importing(room, "@effect/cli/Command", room !== "cli"),
    importing(room, "@effect/platform-bun", true),
    importing(room, "@effect/platform-bun/BunRuntime", true),
    importing(room, "node:child_process", deciding.includes(room)),
    using(room, "Effect.runPromise(Effect.void)", true),
    using(room, "Effect.runFork(Effect.void)", true),
    using(room, "Effect.void.pipe(Effect.provide(Effect.context()))", true),
    using(room, "console", deciding.includes(room)),
    using(room, "Date.now()", deciding.includes(room)),
    using(room, "Math.random()", deciding.includes(room)),
    using(room, "process.env", deciding.includes(room))
  ]),
  importing("run", "../checkpoint/Checkpoint.ts", false),
  importing("run", "../checkpoint/RunStore.ts", false),
  importing("run", "../checkpoint/Inbox.ts", false),
  importing("run", "../checkpoint/FileInbox.ts", true),
  importing("run", "../process/ProcessRunner.ts", false),
  importing("each", "../checkpoint/RunStore.ts", false),
  importing("each", "../checkpoint/FileRunStore.ts", true),
  importing("checkpoint", "../process/ProcessTable.ts", false),
  importing("checkpoint", "../process/LiveProcess.ts", true),
  importing("process", "../checkpoint/Flock.ts", false),
  importing("process", "../checkpoint/Lock.ts", true),
  importing("report", "../run/RunState.ts", false),
  importing("report", "../run/RunEvent.ts", false),
  importing("plan", "./../run/Thing.ts", true),
  importing("plan", "../manifest/../run/Thing.ts", true),
  {
    file: "src/plan/Case.ts",
    source: "import type { Thing } from \"../run/Thing.ts\"\nexport type Used = Thing",
    refused: true
  },
  { file: "src/plan/Case.ts", source: "export type Used = import(\"../run/Thing.ts\").Thing", refused: true },
  { file: "src/plan/Case.ts", source: "export const used = () => import(\"../run/Thing.ts\")", refused: true },
  { file: "src/plan/Case.ts", source: "export const used: unknown = require(\"../run/Thing.ts\")", refused: true },
  { file: "src/plan/Case.ts", source: "export const used: unknown = require(\"effect\")", refused: false },
  { file: "src/plan/Case.ts", source: "export { thing } from \"../run/Thing.ts\"", refused: true },
  {
    file: "src/main.ts",
    source: "import { thing } from \"@effect/platform-bun\"\nexport const used = thing",
    refused: false
  },
  { file: "src/main.ts", source: "import { thing } from \"@effect/cli\"\nexport const used = thing", refused: true },
  {
    file: "test/run/Case.ts",
    source: "import { thing } from \"../../src/main.ts\"\nexport const used = thing",
    refused: true
  }
]

/** Lints every case in one go, each in a tree of its own; answers which were refused by a rule that keeps rooms apart. */
const refusals = (): ReadonlySet<number> => {
  const trees = mkdtempSync(join(tmpdir(), "pawl-arrows-"))
  try {
    cases.forEach(({ file, source }, index) => {
      const path = join(trees, String(index), file)
      mkdirSync(dirname(path), { recursive: true })
      copyFileSync(join(root, ".oxlintrc.json"), join(trees, String(index), ".oxlintrc.json"))
      writeFileSync(path, `${source}\n`)
    })
    const { stdout } = Bun.spawnSync(["node", join(root, "node_modules/oxlint/bin/oxlint"), "--format", "unix"], {
      cwd: trees
    })
    const keepsApart = /^(\d+)\/.*\((?:no-restricted-\w+|consistent-type-imports|no-require-imports)\)\]$/
    return new Set(stdout.toString().split("\n").flatMap((row) => Number(keepsApart.exec(row)?.[1] ?? Number.NaN)))
  } finally {
    rmSync(trees, { recursive: true, force: true })
  }
}

describe("the lint", () => {
  it("lets imports and effects go down the line of rooms and never back", () => {
    const refused = refusals()
    const describeCase = ({ file, source }: Case): string => `${file}: ${source.split("\n").join("; ")}`
    expect(cases.filter((_, index) => refused.has(index)).map(describeCase))
      .toEqual(cases.filter((one) => one.refused).map(describeCase))
  })
})
