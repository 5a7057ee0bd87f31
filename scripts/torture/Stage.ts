/**
 * A folder in which programs are started, killed and started again, and out of which none of them gets away.
 *
 * Owns the folder, the programs begun in it, and finding what is left of them. The surprise: every process is
 * known by a variable in its environment, which its children inherit wherever they go; so what a killed program
 * left behind is found without knowing how that program starts things.
 */
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const MARK = "TORTURE_STAGE"

/** No call takes as long; what does hangs. Milliseconds. */
const PATIENCE_MS = 60_000

/** The system's own group 1 and 0 are not to be reached by a mistake. */
const signal = (id: number, name: NodeJS.Signals): void => {
  if (Math.abs(id) < 2) throw new Error(`no process of ours: ${id}`)
  try {
    process.kill(id, name)
  } catch {
    // It has gone by itself.
  }
}

export interface Started {
  readonly pid: number
  /** The exit code, or the name of the signal that ended it; undefined while it runs. */
  readonly end: () => number | string | undefined
  readonly ended: Promise<number | string>
  /** SIGKILL, to it alone. */
  readonly kill: () => void
  /** SIGKILL, to its whole process group. */
  readonly killGroup: () => void
  /** Groups of the processes that it began itself and that still run. */
  readonly children: () => ReadonlyArray<number>
}

export interface Call {
  readonly env?: Readonly<Record<string, string>>
  /** Where its output goes; nowhere when left out. */
  readonly out?: string
  readonly err?: string
}

export interface Stage {
  readonly path: string
  readonly start: (words: ReadonlyArray<string>, call?: Call) => Started
  /** Processes that still run, of all that were begun here, at any depth. */
  readonly left: () => ReadonlyArray<number>
  /** Returns when nothing runs any more, or gives what still does after `ms`. */
  readonly quiet: (ms: number) => Promise<ReadonlyArray<number>>
  /** Ends whatever still runs. */
  readonly end: () => void
  /** Ends whatever still runs, and leaves the folder for somebody to look into. */
  readonly keep: () => void
  /** Something to be done before the folder can be removed. */
  readonly beforeRemoval: (act: () => void) => void
  readonly remove: () => void
}

const numeric = /^\d+$/

const environmentOf = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1")
  } catch {
    // It ended while we looked.
    return ""
  }
}

const childrenOf = (pid: number): ReadonlyArray<number> => {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").split(" ").filter(Boolean).map(Number)
  } catch {
    return []
  }
}

const openStages = new Set<Stage>()
process.on("exit", () => {
  for (const stage of openStages) stage.remove()
})

/** For who is ended by a signal: leaves nothing running then. */
export const endOnSignals = (): void => {
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(name, () => process.exit(1))
}

/** A new, empty folder; `base` says where, for who needs a disk of a certain kind. */
export const makeStage = (name: string, base = tmpdir()): Stage => {
  const path = mkdtempSync(join(base, `pawl-${name}-`))
  const mark = `${MARK}=${path}`
  const left: Stage["left"] = () =>
    readdirSync("/proc").filter((pid) => numeric.test(pid) && environmentOf(pid).split("\0").includes(mark)).map(Number)

  const start: Stage["start"] = (words, { env = {}, err, out } = {}) => {
    // Opened here: what was in a file of that name before is not to stand behind what comes.
    const files = [out, err].map((name) => name === undefined ? undefined : openSync(join(path, name), "w"))
    const [stdout = "ignore", stderr = "ignore"] = files
    const child = Bun.spawn({
      cmd: [...words],
      cwd: path,
      env: {
        PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        HOME: path,
        LANG: "C.UTF-8",
        [MARK]: path,
        ...env
      },
      stdin: "ignore",
      stdout,
      stderr,
      detached: true
    })
    for (const fd of files) if (fd !== undefined) closeSync(fd)
    const end = (): number | string | undefined => child.signalCode ?? child.exitCode ?? undefined
    const patience = setTimeout(() => signal(-child.pid, "SIGKILL"), PATIENCE_MS)
    return {
      pid: child.pid,
      end,
      ended: child.exited.then((code) => {
        clearTimeout(patience)
        return end() ?? code
      }),
      kill: () => child.kill("SIGKILL"),
      killGroup: () => signal(-child.pid, "SIGKILL"),
      children: () => childrenOf(child.pid)
    }
  }

  const quiet: Stage["quiet"] = async (ms) => {
    const until = performance.now() + ms
    for (let running = left();; running = left()) {
      if (running.length === 0 || performance.now() > until) return running
      await Bun.sleep(5)
    }
  }

  const acts: Array<() => void> = []
  const stage: Stage = {
    path,
    start,
    left,
    quiet,
    end: () => {
      for (const pid of left()) signal(pid, "SIGKILL")
    },
    keep: () => {
      stage.end()
      openStages.delete(stage)
    },
    beforeRemoval: (act) => void acts.push(act),
    remove: () => {
      stage.keep()
      for (const act of acts.toReversed()) act()
      rmSync(path, { recursive: true, force: true })
    }
  }
  openStages.add(stage)
  return stage
}
