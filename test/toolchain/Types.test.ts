/** The type check knows the rules of Effect, and they are errors. */
import { afterAll, beforeAll, expect, it } from "@effect/vitest"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"

const root = resolve(import.meta.dirname, "../..")
const node = (...args: ReadonlyArray<string>) => Bun.spawnSync(["node", ...args], { cwd: root })

let folder = ""

beforeAll(() => {
  // Inside the repository, so that `effect` is found as it is from the source.
  mkdirSync(join(root, "dist"), { recursive: true })
  folder = mkdtempSync(join(root, "dist/types-"))
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ extends: "../../tsconfig.json", include: ["*.ts"] }))
  node("node_modules/@effect/language-service/cli.js", "patch", "--module", "tsc")
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

it("refuses an effect that is made and never run", () => {
  writeFileSync(join(folder, "Floating.ts"), "import { Effect } from \"effect\"\n\nEffect.succeed(1)\n")
  const { exitCode, stdout } = node("node_modules/typescript/bin/tsc", "--project", folder, "--noEmit")
  expect(stdout.toString()).toContain("Floating.ts(3,1): error")
  expect(stdout.toString()).toContain("effect(floatingEffect)")
  expect(exitCode).not.toBe(0)
})
