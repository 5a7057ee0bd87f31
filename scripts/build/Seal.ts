/**
 * Closes an executable to variables that would make something else of it than what was compiled.
 *
 * Owns the list of them. Must not touch the program. The surprise: the runtime reads them before any
 * code of the program runs, so a program can't refuse them, and the compiler has no switch for it.
 * What is changed is the first byte of each name in the runtime's own constants: it asks the system
 * for a variable without a name, which there is never.
 */
import { closeSync, openSync, readFileSync, writeSync } from "node:fs"

/** Found by trying out all that the runtime reads; `docs/security.md` has what was found of the others. */
const variables = [
  // Other options, other code before the program's or in its place.
  "BUN_OPTIONS",
  "BUN_BE_BUN",
  // A debugger, which evaluates whatever it is sent.
  "BUN_INSPECT",
  "BUN_INSPECT_CONNECT_TO",
  "BUN_INSPECT_PRELOAD",
  // What a crash sends to somebody's server.
  "BUN_CRASH_REPORT_URL",
  "BUN_ENABLE_CRASH_REPORTING",
  // A file that is written, wherever it is.
  "BUN_BYTECODE_DIGEST_OUT",
  "BUN_BYTECODE_ORDER_NAMES_OUT",
  "BUN_BYTECODE_ORDER_OUT"
]

/** Where a name is, as a constant of C; 0 where it is not there. The program, which may hold it too, comes after the runtime. */
const placeOf = (executable: Buffer, name: string): number => executable.indexOf(Buffer.from(`\0${name}\0`)) + 1

/**
 * Seals an executable for Linux; one for macOS is signed as it is, and would have to be signed again.
 *
 * @returns undefined, or what is not as it was when the list was made; then nothing is changed.
 */
export const seal = (outfile: string): string | undefined => {
  const executable = readFileSync(outfile)
  const places = variables.map((name) => ({ name, at: placeOf(executable, name) }))
  const missing = places.filter(({ at }) => at === 0).map(({ name }) => name)
  if (missing.length > 0) {
    return `the runtime reads ${missing.join(", ")} in another way than before: see scripts/build/Seal.ts`
  }
  const fd = openSync(outfile, "r+")
  for (const { at } of places) writeSync(fd, new Uint8Array([0]), 0, 1, at)
  closeSync(fd)
  return undefined
}
