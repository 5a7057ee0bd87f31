/**
 * Where the logs of an attempt are while it is new: in a spool, until there is something in them.
 *
 * Owns the files under `logs/.spool`. The surprise: a step that succeeds at once and prints
 * nothing leaves no log. Making a folder and two files for each of them costs a file system as
 * much as the step itself, and every sync has to carry them. A spool file is used again only
 * where nothing has it open any more, so that no late writer gets into another step's log.
 */
import { closeSync, fchmodSync, openSync, renameSync, rmSync, writeSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { bootLine } from "./AttemptRecords.ts"
import { type FileCalls, makeFileCalls } from "./FileCalls.ts"
import {
  closeLog,
  handOver,
  lengthOf,
  type LogFile,
  openLog,
  readTail,
  renewBanner,
  reopenLog,
  type Tail
} from "./LogFile.ts"
import { isFolderThere, makeLogFolder } from "./LogFolder.ts"
import { readOutputs } from "./OutputFile.ts"
import type { Attempt, Exit } from "./ProcessRunner.ts"
import { bootId } from "./ProcessTable.ts"

/** Under `logs/` of a run; no id of a target begins with a dot. */
export const SPOOL = ".spool"
/** In a spool: what the launcher records. */
export const RECORDS = "attempts.ndjson"
/** So many files of outputs are kept back: until what was in them is in the journal, they may be needed again. */
const KEPT_OUTPUTS = 4096

/** The logs of one attempt. */
export interface AttemptLogs {
  readonly out: LogFile
  readonly err: LogFile
  /** What `$PAWL_OUTPUT` names. */
  readonly outputFile: string
  /** The name that its files in the spool begin with. */
  readonly files: string
  /** The spool, and the descriptor in it to record begin and end in. */
  readonly spool: Spool
  /** The banner of an attempt that begins later than its logs were opened, in the place of one of the same length. */
  readonly renew: (banner: string) => void
  /** The child has its descriptors, or there will be none. */
  readonly handOver: () => void
  /** Gives the files their names, if they don't have them yet. */
  readonly show: () => void
  /** Settles once what the child printed is in them; absent where it is at once. Never fails. */
  readonly settle?: () => Promise<void>
  /** The last `keep` bytes that the child printed. Throws the system's error. */
  readonly tail: (stream: "out" | "err", keep: number) => Tail
  /** What the step wrote to its output file. */
  readonly takeOutputs: () => Exit["outputs"]
  readonly close: () => void
  /** In the place of `close`, where the attempt never began. */
  readonly discard: () => void
}

export interface Spool {
  readonly folder: string
  readonly record: number
}

interface Idle {
  readonly path: string
  readonly bannerLength: number
  readonly out: number
  readonly err: number
}

/** The spool of one run. */
const makeFolder = (folder: string, { isOnlyWriter, sizeOf }: FileCalls) => {
  makeLogFolder(dirname(folder))
  // Whoever works on a run works on it alone: what is left here is a killed pawl's.
  rmSync(folder, { recursive: true, force: true })
  makeLogFolder(folder)
  const record = openSync(join(folder, RECORDS), "a", 0o600)
  // A umask can keep even the owner out of what it makes.
  fchmodSync(record, 0o600)
  writeSync(record, bootLine(bootId()))
  const spool: Spool = { folder, record }
  const keptOutputs: Array<string> = []
  let idle: Array<Idle> = []
  let made = 0

  /** The file stays for a while: pawl may be killed before its outputs are in the journal. */
  const takeOutputs = (path: string): Exit["outputs"] => {
    const outputs = readOutputs(path)
    if (outputs === undefined) return undefined
    keptOutputs.push(path)
    if (keptOutputs.length > KEPT_OUTPUTS) rmSync(keptOutputs.shift() ?? "", { recursive: true, force: true })
    return outputs
  }

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
    const known = idle.at(-1)
    if (known?.bannerLength === banner.length) {
      const { path } = known
      const out = reopenLog(`${path}.out`, known.out, banner)
      try {
        const err = reopenLog(`${path}.err`, known.err, banner)
        idle.pop()
        return { path, out, err }
      } catch (cause) {
        handOver(out)
        throw cause
      }
    }
    const path = join(folder, String(++made))
    return { path, ...openBoth(`${path}.out`, `${path}.err`, banner) }
  }

  const logsOf = (
    { err, out }: Pick<AttemptLogs, "out" | "err">,
    files: string,
    show: () => void,
    close: (hadOutputs: boolean) => void
  ): AttemptLogs => {
    const outputFile = join(folder, `${files}.outputs`)
    let hadOutputs = false
    return {
      out,
      err,
      outputFile,
      files,
      spool,
      renew: (banner) => {
        renewBanner(out, banner)
        renewBanner(err, banner)
      },
      handOver: () => {
        handOver(out)
        handOver(err)
      },
      show,
      tail: (stream, keep) => {
        const log = stream === "out" ? out : err
        return readTail(log, lengthOf(log, sizeOf), keep)
      },
      takeOutputs: () => {
        const outputs = takeOutputs(outputFile)
        hadOutputs = outputs !== undefined
        return outputs
      },
      close: () => close(hadOutputs),
      discard: () => {
        closeLog(out)
        closeLog(err)
        try {
          for (const stream of ["out", "err"]) rmSync(join(folder, `${files}.${stream}`), { force: true })
        } catch {
          // The disk broke under the run, which was told where it was met. The next run takes the folder away.
        }
      }
    }
  }

  const spooled = (attempt: Attempt): AttemptLogs => {
    const files = take(attempt.banner)
    const { err, out, path } = files
    let isOutShown = false
    let isShown = false
    const show = (): void => {
      if (isShown) return
      makeLogFolder(dirname(attempt.out))
      if (!isOutShown) renameSync(`${path}.out`, attempt.out)
      isOutShown = true
      renameSync(`${path}.err`, attempt.err)
      isShown = true
    }
    const isReusable = (): boolean =>
      !isOutShown && lengthOf(out, sizeOf) === 0 && lengthOf(err, sizeOf) === 0 && isOnlyWriter(out.own)
      && isOnlyWriter(err.own)
    return logsOf(files, basename(path), show, (hadOutputs) => {
      if (!hadOutputs && isReusable()) {
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
    return logsOf(files, String(++made), () => {}, () => {
      closeLog(files.out)
      closeLog(files.err)
    })
  }

  return {
    open: (attempt: Attempt) => isFolderThere(dirname(attempt.out)) ? direct(attempt) : spooled(attempt),
    openAhead: (attempt: Attempt) => isFolderThere(dirname(attempt.out)) ? undefined : spooled(attempt),
    dispose: () => {
      for (const { err, out } of idle) {
        closeSync(out)
        closeSync(err)
      }
      idle = []
      closeSync(spool.record)
      try {
        rmSync(folder, { recursive: true, force: true })
      } catch {
        // The disk broke under the run, which was told where it was met. The next run takes the folder away.
      }
    }
  }
}

export interface LogSpool {
  /** Opens the logs of an attempt and writes its banner. Throws the system's error. */
  readonly open: (attempt: Attempt) => AttemptLogs
  /** The same for an attempt that may never begin; undefined where that would leave a trace. */
  readonly openAhead: (attempt: Attempt) => AttemptLogs | undefined
  /** Takes the spools away. */
  readonly dispose: () => void
}

/** One spool a run, made when its first attempt is. */
export const makeLogSpool = (): LogSpool => {
  const calls = makeFileCalls()
  const folders = new Map<string, ReturnType<typeof makeFolder>>()
  const folderOf = (attempt: Attempt): ReturnType<typeof makeFolder> => {
    const path = join(dirname(dirname(attempt.out)), SPOOL)
    const folder = folders.get(path) ?? makeFolder(path, calls)
    folders.set(path, folder)
    return folder
  }
  return {
    open: (attempt) => folderOf(attempt).open(attempt),
    openAhead: (attempt) => folderOf(attempt).openAhead(attempt),
    dispose: () => {
      for (const folder of folders.values()) folder.dispose()
      folders.clear()
    }
  }
}
