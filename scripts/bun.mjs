// Starts the Bun that `npm ci` brought, with the arguments given.
//
// Owns: finding that binary. npm may or may not have been allowed to run Bun's
// postinstall script, which moves the binary from its platform package into `bun/bin`;
// this works either way, so nobody has to approve anything.
import { spawn } from "node:child_process"
import { existsSync, readdirSync, statSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const modules = fileURLToPath(new URL("../node_modules", import.meta.url))
const platforms = join(modules, "@oven")
const candidates = [
  ...(existsSync(platforms) ? readdirSync(platforms).map((name) => join(platforms, name, "bin", "bun")) : []),
  join(modules, "bun", "bin", "bun.exe")
]
// The placeholder that npm leaves where the script did not run is a few hundred bytes.
const bun = candidates.find((path) => existsSync(path) && statSync(path).size > 1_000_000)
if (bun === undefined) {
  console.error("bun was not found under node_modules\nhint: run `npm ci` first")
  process.exit(1)
}
const child = spawn(bun, process.argv.slice(2), { stdio: "inherit" })
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal))
child.on("exit", (code, signal) => process.exit(signal === null ? (code ?? 1) : 1))
