/** What the tests run on is what the product runs on. */
import { expect, it } from "@effect/vitest"
import { readFileSync } from "node:fs"

it("runs the tests under the Bun that package.json names", () => {
  const manifest: { readonly devDependencies: Readonly<Record<string, string>> } = JSON.parse(
    readFileSync(new URL("../../package.json", import.meta.url), "utf8")
  )
  expect(process.versions.bun).toBe(manifest.devDependencies["bun"])
})
