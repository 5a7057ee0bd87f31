/**
 * Where the logs of an attempt are while it is new: in a spool, until there is something in them.
 *
 * Owns the files under `logs/.spool`. The surprise: a step that succeeds at once and prints
 * nothing leaves no log. Making a folder and two files for each of them costs a file system as
 * much as the step itself, and every sync has to carry them. A spool file is used again only
 * where nothing has it open any more, so that no late writer gets into another step's log.
 */
import { closeSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs"
import { dirname, join } from "node:path"
import { makeFileLease } from "./FileLease.ts"
import { closeLog, handOver, lengthOf, type LogFile, openLog, reopenLog } from "./LogFile.ts"
import type { Attempt, Exit } from "./ProcessRunner.ts"

/** A step that writes more than this to its output file is asked to write a file of its own. */
const OUTPUT_FILE_BYTES = 1024 * 1024

/** The logs of one attempt. */
export interface AttemptLogs {
  readonly out: LogFile
  readonly err: LogFile
  /** What `$PAWL_OUTPUT` names. */
  readonly outputFile: string
  /** The child has its descriptors, or there will be none. */
  readonly handOver: () => void
  /** Gives the files their names, if they don't have them yet. */
  readonly show: () => void
  /** What the step wrote to its output file; the file is gone afterwards. */
  readonly takeOutputs: () => Exit["outputs"]
  readonly close: () => void
}

interface Idle {
  readonly path: string
  readonly bannerLength: number
  readonly out: number
  readonly err: number
}

const takeOutputs = (path: string): Exit["outputs"] => {
  if (!existsSync(path)) return undefined
  const outputs = statSync(path).size > OUTPUT_FILE_BYTES
    ? { text: "", tooLong: true }
    : { text: readFileSync(path, "utf8"), tooLong: false }
  rmSync(path, { force: true })
  return outputs
}

/** The spool of one run. */
const makeFolder = (folder: string, isOnlyWriter: (fd: number) => boolean) => {
  // Whoever works on a run works on it alone: what is left here is a killed pawl's.
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  let idle: Array<Idle> = []
  let made = 0

  const openBoth = (out: string, err: string, banner: string): Pick<AttemptLogs, "out" | "err"> => {
    const first = openLog(out, banner)
    try {
      return { out: first, err: openLog(err, banner) }
    } catch (cause) {
      handOver(first)
      closeLog(first)
      throw cause
    }
  }

  /** Idle files hold a banner and nothing else; one of the same length takes its place. */
  const take = (banner: string): Pick<AttemptLogs, "out" | "err"> & { readonly path: string } => {
    const known = idle.pop()
    if (known?.bannerLength === banner.length) {
      const { path } = known
      const out = reopenLog(`${path}.out`, known.out, banner)
      return { path, out, err: reopenLog(`${path}.err`, known.err, banner) }
    }
    const path = join(folder, String(++made))
    return { path, ...openBoth(`${path}.out`, `${path}.err`, banner) }
  }

  const logsOf = (
    { err, out }: Pick<AttemptLogs, "out" | "err">,
    outputFile: string,
    show: () => void,
    close: () => void
  ): AttemptLogs => ({
    out,
    err,
    outputFile,
    handOver: () => {
      handOver(out)
      handOver(err)
    },
    show,
    takeOutputs: () => takeOutputs(outputFile),
    close
  })

  const spooled = (attempt: Attempt): AttemptLogs => {
    const files = take(attempt.banner)
    const { err, out, path } = files
    let isOutShown = false
    let isShown = false
    const show = (): void => {
      if (isShown) return
      mkdirSync(dirname(attempt.out), { recursive: true, mode: 0o700 })
      if (!isOutShown) renameSync(`${path}.out`, attempt.out)
      isOutShown = true
      renameSync(`${path}.err`, attempt.err)
      isShown = true
    }
    const isReusable = (): boolean =>
      !isOutShown && lengthOf(out) === 0 && lengthOf(err) === 0 && isOnlyWriter(out.own) && isOnlyWriter(err.own)
    return logsOf(files, `${path}.outputs`, show, () => {
      if (isReusable()) {
        idle.push({ path, bannerLength: attempt.banner.length, out: out.own, err: err.own })
        return
      }
      try {
        show()
      } catch {
        // An attempt that came to its end has told of this already; one that was interrupted has nobody to tell.
      }
      closeLog(out)
      closeLog(err)
    })
  }

  /** Where the target's folder is there already there may be a log to append to. */
  const direct = (attempt: Attempt): AttemptLogs => {
    const files = openBoth(attempt.out, attempt.err, attempt.banner)
    return logsOf(files, join(folder, `${++made}.outputs`), () => {}, () => {
      closeLog(files.out)
      closeLog(files.err)
    })
  }

  return {
    open: (attempt: Attempt) => existsSync(dirname(attempt.out)) ? direct(attempt) : spooled(attempt),
    dispose: () => {
      for (const { err, out } of idle) {
        closeSync(out)
        closeSync(err)
      }
      idle = []
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

export interface LogSpool {
  /** Opens the logs of an attempt and writes its banner. Throws the system's error. */
  readonly open: (attempt: Attempt) => AttemptLogs
  /** Takes the spools away. */
  readonly dispose: () => void
}

/** One spool a run, made when its first attempt is. */
export const makeLogSpool = (): LogSpool => {
  const { isOnlyWriter } = makeFileLease()
  const folders = new Map<string, ReturnType<typeof makeFolder>>()
  return {
    open: (attempt) => {
      const path = join(dirname(dirname(attempt.out)), ".spool")
      const folder = folders.get(path) ?? makeFolder(path, isOnlyWriter)
      folders.set(path, folder)
      return folder.open(attempt)
    },
    dispose: () => {
      for (const folder of folders.values()) folder.dispose()
      folders.clear()
    }
  }
}
