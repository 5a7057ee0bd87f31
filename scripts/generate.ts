/**
 * Writes the files of this repository that are made from its code, or with `--check` says which are stale.
 * With `--shown` it also runs the commands that other pages show, and corrects what they no longer print.
 *
 * Owns the list of them. The surprise: they are committed, so that they can be read, linked to and
 * compared; the tests hold them to what the code would write now.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { manifestJsonSchema } from "../src/manifest/JsonSchema.ts"
import { reportSchema, type ReportSchemaName } from "../src/report/Schemas.ts"
import { simulateSchema, type SimulateSchemaName } from "../src/simulate/SimulateSchemas.ts"
import { commandsPage } from "./generate/CommandsPage.ts"
import { manifestPage } from "./generate/ManifestPage.ts"
import { updateShown } from "./generate/Shown.ts"

interface Generated {
  /** From the root of the repository. */
  readonly path: string
  /** The whole of the file. */
  readonly content: () => string
}

const reportSchemas: ReadonlyArray<ReportSchemaName> = [
  "summary",
  "event",
  "status",
  "error",
  "decision",
  "cancel",
  "runs",
  "logs",
  "events",
  "cleanup",
  "init",
  "version",
  "validation"
]

const simulateSchemas: ReadonlyArray<SimulateSchemaName> = ["simulation", "scenario", "rehearsal"]

/** JSON has no comments, but JSON Schema has a keyword for them. */
const schema = (name: string, value: object): string =>
  `${
    JSON.stringify(
      { $comment: `Made by \`npm run generate\`; the same as \`pawl schema ${name}\`.`, ...value },
      undefined,
      2
    )
  }\n`

const files: ReadonlyArray<Generated> = [
  { path: "docs/manifest.md", content: manifestPage },
  { path: "docs/commands.md", content: commandsPage },
  { path: "docs/schema/manifest.schema.json", content: () => schema("manifest", manifestJsonSchema()) },
  ...reportSchemas.map((name) => ({
    path: `docs/schema/${name}.schema.json`,
    content: () => schema(name, reportSchema(name))
  })),
  ...simulateSchemas.map((name) => ({
    path: `docs/schema/${name}.schema.json`,
    content: () => schema(name, simulateSchema(name))
  }))
]

const root = join(import.meta.dirname, "..")

const current = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(join(root, path), "utf8")
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined
    throw error
  }
}

const checkOnly = process.argv.includes("--check")
let stale = 0
for (const { content, path } of files) {
  const wanted = content()
  const found = await current(path)
  if (found === wanted) continue
  stale += 1
  process.stdout.write(`${path} ${checkOnly ? (found === undefined ? "is missing" : "is stale") : "written"}\n`)
  if (!checkOnly) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), wanted)
  }
}
if (process.argv.includes("--shown")) {
  for (const page of await updateShown()) process.stdout.write(`${page} corrected\n`)
}
process.exitCode = checkOnly && stale > 0 ? 1 : 0
