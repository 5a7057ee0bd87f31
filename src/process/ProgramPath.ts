/**
 * Where a program is: the look-up that a shell does, remembered.
 *
 * Owns the search of PATH. Must not start anything. The surprise: the answer is kept for each
 * PATH, since the same few programs are started thousands of times in one night.
 */
import { accessSync, constants, statSync } from "node:fs"
import { isAbsolute, resolve } from "node:path"

/** What `execvp` falls back to where PATH is not set. */
const DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin"

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/**
 * Finds programs. `find` gives the path to execute, or undefined; a name with a slash is taken
 * relative to the working directory and not searched for; `forget` drops what is remembered.
 */
export const makeProgramPath = (): {
  readonly find: (program: string, path: string | undefined, workdir: string) => string | undefined
  readonly forget: () => void
} => {
  const found = new Map<string, string>()
  return {
    find: (program, path = DEFAULT_PATH, workdir) => {
      if (program.includes("/")) return resolve(workdir, program)
      const key = `${path}\0${program}`
      const known = found.get(key)
      if (known !== undefined) return known
      for (const folder of path.split(":")) {
        const candidate = resolve(workdir, folder, program)
        if (!isProgram(candidate)) continue
        // A relative folder in PATH means another place for each working directory.
        if (isAbsolute(folder)) found.set(key, candidate)
        return candidate
      }
      return undefined
    },
    forget: () => found.clear()
  }
}
