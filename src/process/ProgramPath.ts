/**
 * Where a program is: the look-up that a shell does, remembered.
 *
 * Owns the search of PATH. Must not start anything. The surprise: the answer is kept for each
 * PATH, since the same few programs are started thousands of times in one night.
 */
import { accessSync, closeSync, constants, openSync, readSync, statSync } from "node:fs"
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

const ELF = "\x7fELF"

const beginsAsBinary = (path: string): boolean => {
  if (!isProgram(path)) return false
  const head = Buffer.alloc(ELF.length)
  try {
    const fd = openSync(path, "r")
    try {
      readSync(fd, head)
    } finally {
      closeSync(fd)
    }
  } catch {
    return false
  }
  return head.toString("latin1") === ELF
}

/**
 * Finds programs. `find` gives the path to execute, or undefined; a name with a slash is taken
 * relative to the working directory and not searched for; `forget` drops what is remembered.
 */
export const makeProgramPath = (): {
  readonly find: (program: string, path: string | undefined, workdir: string) => string | undefined
  /** Whether the system executes it itself, and needs no interpreter for it. */
  readonly isBinary: (path: string) => boolean
  readonly forget: () => void
} => {
  const found = new Map<string, string>()
  const binaries = new Map<string, boolean>()
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
    isBinary: (path) => {
      const known = binaries.get(path)
      if (known !== undefined) return known
      const isBinary = beginsAsBinary(path)
      binaries.set(path, isBinary)
      return isBinary
    },
    forget: () => {
      found.clear()
      binaries.clear()
    }
  }
}
