/**
 * The executable that is tortured: `dist/pawl`, of the sources as they are.
 *
 * Owns building it where it is absent or older than its sources. The surprise: a short form never builds, since
 * it runs beside other tests of the same executable.
 */
import { existsSync, readdirSync, statSync } from "node:fs"
import { join } from "node:path"
import type { Wishes } from "./Part.ts"

const root = join(import.meta.dirname, "../..")
const binary = join(root, "dist/pawl")

const newest = (path: string): number =>
  statSync(path).isDirectory()
    ? Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))))
    : statSync(path).mtimeMs

const isStale = (): boolean =>
  ["src", "scripts/build", "build.ts", "package.json"].some((name) =>
    newest(join(root, name)) > statSync(binary).mtimeMs
  )

/** The path of the executable. Throws where it can't be had. */
export const haveBinary = async ({ quick, say }: Pick<Wishes, "quick" | "say">): Promise<string> => {
  if (existsSync(binary) && (quick || !isStale())) return binary
  if (quick) throw new Error("there is no dist/pawl; `npm run build` makes it")
  say(`dist/pawl is ${existsSync(binary) ? "older than its sources" : "not there"}, so it is built`)
  const child = Bun.spawn([process.execPath, "build.ts"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] })
  if ((await child.exited) !== 0) throw new Error("dist/pawl could not be built")
  return binary
}
