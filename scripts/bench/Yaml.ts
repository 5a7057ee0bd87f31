/** The `yaml` package alone: what reading a manifest costs at the least. */
import { readFileSync } from "node:fs"
import { parse } from "yaml"

const value: unknown = parse(readFileSync(process.argv[2] ?? "", "utf8"))
process.stdout.write(`${typeof value}\n`)
