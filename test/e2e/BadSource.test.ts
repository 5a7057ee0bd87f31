import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { type Case, forEach, refuse } from "./badCase.ts"

const sources: ReadonlyArray<Case> = [
  {
    what: "a file that is not there",
    manifest: forEach("file: hosts.txt"),
    says: ["batch.yaml:3:22: `hosts.txt` is not there", "relative to the manifest"]
  },
  {
    what: "a file without lines",
    manifest: forEach("file: hosts.txt"),
    prepare: ({ write }) => void write("hosts.txt", "\n  \n"),
    says: ["batch.yaml:3:22: `hosts.txt` has no lines", "at least one item"]
  },
  {
    what: "a folder",
    manifest: forEach("file: hosts"),
    prepare: ({ path }) => mkdirSync(join(path, "hosts")),
    says: ["batch.yaml:3:22: `hosts` is a directory"]
  },
  {
    what: "a file that is not UTF-8",
    manifest: forEach("file: hosts.txt"),
    prepare: ({ path }) => writeFileSync(join(path, "hosts.txt"), Uint8Array.of(0x61, 0x0a, 0xff, 0xfe, 0x0a)),
    says: ["batch.yaml:3:22: `hosts.txt` is not a text in UTF-8: line 2"]
  },
  {
    what: "a pattern without a match",
    manifest: forEach("glob: 'data/*.csv'"),
    says: ["batch.yaml:3:22: `data/*.csv` matches no path"]
  },
  {
    what: "a bad line of JSON",
    manifest: forEach("jsonl: packages.jsonl"),
    prepare: ({ write }) => void write("packages.jsonl", "{\"name\": \"a\"}\n{\"name\": \n"),
    says: ["batch.yaml:3:23: `packages.jsonl` line 2 is not JSON"]
  },
  { what: "an empty list", manifest: forEach("items: []"), says: ["batch.yaml:3:23: `items` is an empty list"] },
  {
    what: "an empty matrix",
    manifest: forEach("matrix: { os: [] }"),
    says: ["batch.yaml:3:", "`matrix` has no combinations"]
  },
  {
    what: "empty standard input",
    manifest: forEach("stdin: true"),
    says: ["batch.yaml:3:23: standard input has no lines"]
  },
  {
    what: "ids with control characters",
    manifest: "name: batch\ntargets:\n  - forEach: { items: [\"a\\tb\"] }\n    id: \"{{ item }}\"\n    run: 'true'\n",
    says: ["batch.yaml:4:9", "control character"]
  }
]

describe("a `forEach` over", () => {
  it.each(sources)("$what is refused with 65 at its place, and no run is begun", async (bad) => {
    expect(await refuse(bad)).not.toContain(".pawl")
  })
})
