/**
 * Who is at this process, by name.
 *
 * Must not be empty, whatever the surroundings: a decision says who made it. The surprise: the
 * environment names nobody in a container, nor the table of users whoever a directory service knows;
 * then the user's number has to do.
 */
import { readFileSync } from "node:fs"
import { Effect } from "effect"
import { Environment } from "../manifest/Environment.ts"

/** The name that a table of users such as `/etc/passwd` has for a number. */
export const nameIn = (table: string, uid: number): string | undefined =>
  table.split("\n").map((line) => line.split(":")).find(([name, , number]) => name !== "" && number === String(uid))
    ?.[0]

const readTable = (): string => {
  try {
    return readFileSync("/etc/passwd", "utf8")
  } catch {
    // Without one the number is what there is.
    return ""
  }
}

/** The name of the user, from the environment or the table of users; `uid 1000` where neither has one. */
export const userName = Effect.map(Environment, ({ variables }) => {
  const named = [variables["USER"], variables["LOGNAME"]].find((name) => name !== undefined && name.trim() !== "")
  if (named !== undefined) return named
  const uid = process.getuid?.()
  return uid === undefined ? "unknown" : nameIn(readTable(), uid) ?? `uid ${uid}`
})
