/**
 * The logs of a batch with secrets: what a child prints is masked on its way.
 *
 * Owns putting a pipe before each log. Must not know what is secret. The surprise: what judges an
 * attempt is what it printed and not what its log says, so the end of both streams comes from here.
 */
import { closeSync } from "node:fs"
import { join } from "node:path"
import { handOver, textOf } from "./LogFile.ts"
import type { AttemptLogs, LogSpool } from "./LogSpool.ts"
import { type MaskedOutput, maskOutput, readerOf } from "./MaskedOutput.ts"
import { makePipes, type MaskedPipe } from "./MaskedPipe.ts"
import type { Attempt } from "./ProcessRunner.ts"

type MakeMask = NonNullable<Attempt["mask"]>

interface Outputs {
  readonly out: MaskedOutput
  readonly err: MaskedOutput
}

const openOutputs = (
  openPipe: (path: string) => MaskedPipe,
  logs: AttemptLogs,
  { keep }: Attempt,
  makeMask: MakeMask
): Outputs => {
  const path = join(logs.spool.folder, `${logs.files}.pipe`)
  const opened: Array<MaskedPipe> = []
  const open = (): readonly [MaskedPipe, ReturnType<typeof readerOf>] => {
    const pipe = openPipe(path)
    opened.push(pipe)
    return [pipe, readerOf(pipe)]
  }
  try {
    const [out, err] = [open(), open()]
    return {
      out: maskOutput(...out, logs.out.child, makeMask(), keep.stdout),
      err: maskOutput(...err, logs.err.child, makeMask(), keep.stderr)
    }
  } catch (cause) {
    for (const { child, own, read } of opened) for (const fd of [read, own, child]) closeSync(fd)
    throw cause
  }
}

/** Masks the logs of the attempts that ask for it; those of others are as they were. */
export const maskLogs = (spool: LogSpool): LogSpool => {
  const openPipe = makePipes()
  /** Those that processes which were left behind still write to. They are masked as long as pawl runs. */
  const late = new Set<MaskedOutput>()

  const mask = (logs: AttemptLogs, { err, out }: Outputs): AttemptLogs => {
    const both = [out, err]
    const files = { out: { ...logs.out, child: out.child }, err: { ...logs.err, child: err.child } }
    return {
      ...logs,
      ...files,
      handOver: () => {
        handOver(files.out)
        handOver(files.err)
      },
      settle: async () => {
        await Promise.all(both.map((output) => output.settle()))
      },
      tail: (stream, keep) => {
        const { bytes, total } = (stream === "out" ? out : err).tail()
        return textOf(bytes, total > keep)
      },
      close: () => {
        for (const output of late) if (output.isDone()) late.delete(output)
        for (const output of both) {
          if (output.isDone()) continue
          late.add(output)
          void output.settle()
        }
        logs.close()
      }
    }
  }

  return {
    open: (attempt) => {
      const logs = spool.open(attempt)
      if (attempt.mask === undefined) return logs
      try {
        return mask(logs, openOutputs(openPipe, logs, attempt, attempt.mask))
      } catch (cause) {
        logs.handOver()
        logs.close()
        throw cause
      }
    },
    // What is secret is not known ahead.
    openAhead: (attempt) => attempt.mask === undefined ? spool.openAhead(attempt) : undefined,
    dispose: () => {
      for (const output of late) output.stop()
      late.clear()
      spool.dispose()
    }
  }
}
