/**
 * The disk of pawl on simulated files, where each call of the system may be the last.
 *
 * Owns what happens before, during and after a call: death, or an error. Must not know what comes
 * of it. The surprise: the order of the calls is pawl's own (`OrderedDisk.ts`); only the calls are
 * simulated, so a sync that pawl forgets is forgotten here as well.
 */
import type { Disk } from "../../src/checkpoint/Disk.ts"
import { orderedDisk } from "../../src/checkpoint/OrderedDisk.ts"
import type { SystemCalls } from "../../src/checkpoint/SystemCalls.ts"
import { roleOf } from "./CrashPoints.ts"
import type { Dice } from "./Dice.ts"
import { type SimulatedFiles, systemError } from "./SimulatedFiles.ts"

export type Moment = "before" | "during" | "after"
export type Death = "killed" | "power cut"

/** The call at which something happens: by its number in this process, or the nth at a site. */
export type When = { readonly call: number } | { readonly site: string; readonly nth: number }

export type Mishap =
  | { readonly type: "death"; readonly death: Death; readonly moment: Moment; readonly when: When }
  /** `isLasting`: until the process has ended, every call that changes something fails. */
  | { readonly type: "fault"; readonly code: string; readonly isLasting: boolean; readonly when: When }

/** One mishap after the other: the next is armed when the one before it has happened. */
export interface Fate {
  readonly mishaps: Array<Mishap>
  /** `site, moment, death` and `site, fault`: what has happened. */
  readonly happened: (point: string) => void
}

/** One process that uses the disk. */
export interface DiskUser {
  readonly disk: Disk["Type"]
  /** How it ended, where it did; from then on nothing that it does has any effect. */
  readonly death: () => Death | undefined
  /** An error was given to it. */
  readonly hadFault: () => boolean
  /** Ends it from outside: the machine lost its power. */
  readonly end: (how: Death) => void
}

type Change = "open" | "write" | "sync" | "truncate" | "rename" | "link" | "unlink" | "make" | "remove"

interface UserOf {
  readonly files: SimulatedFiles
  readonly fate: Fate
  readonly dice: Dice
  /** Called at once, in the middle of a call. */
  readonly onDeath: (death: Death) => void
  readonly seen: (site: string) => void
}

/** A process that uses these files, and meets its fate at them. */
export const diskUser = ({ dice, fate, files, onDeath, seen }: UserOf): DiskUser => {
  const { calls: raw } = files
  const paths = new Map<number, string>()
  const visits = new Map<string, number>()
  let calls = 0
  let death: Death | undefined
  let fault: string | undefined
  let hadFault = false

  const isNow = (when: When, site: string, visit: number): boolean =>
    "call" in when ? when.call === calls : when.site === site && when.nth === visit

  const die = (how: Death): never => {
    death = how
    onDeath(how)
    throw systemError("DEAD", how)
  }

  /** A call that changes something; `partly` is what an interrupted one may have done. */
  const change = <A>(site: string, path: string, whole: () => A, partly: () => void): A => {
    if (death !== undefined) throw systemError("DEAD", path)
    seen(site)
    calls += 1
    const visit = (visits.get(site) ?? 0) + 1
    visits.set(site, visit)
    const [mishap] = fate.mishaps
    if (mishap === undefined || !isNow(mishap.when, site, visit)) {
      if (fault !== undefined) throw systemError(fault, path)
      return whole()
    }
    fate.mishaps.shift()
    if (mishap.type === "fault") {
      // What would have failed anyway fails as it would have.
      partly()
      fate.happened(`${site}, fault`)
      hadFault = true
      // A folder that can't be written can be synced.
      const code = mishap.code === "EROFS" && site.includes(": sync ") ? "EIO" : mishap.code
      if (mishap.isLasting) fault = code
      throw systemError(code, path)
    }
    fate.happened(`${site}, ${mishap.moment}, ${mishap.death}`)
    if (mishap.moment === "after") whole()
    if (mishap.moment === "during") partly()
    return die(mishap.death)
  }

  const reads = <A>(act: () => A): A => {
    if (death !== undefined) throw systemError("DEAD", "")
    return act()
  }

  const nothing = (): void => {}

  /** The calls of one method of the disk about one file. */
  const callsOf = (method: string): SystemCalls => {
    const siteOf = (name: Change, path: string): string => `${method}: ${name} ${roleOf(path)}`
    const changed = <A>(name: Change, path: string, whole: () => A, partly: () => void): A =>
      change(siteOf(name, path), path, whole, partly)
    const pathOf = (fd: number): string => paths.get(fd) ?? ""
    const either = (act: () => void) => (): void => {
      if (dice.upTo(1) < 0.5) act()
    }
    const sync = (fd: number): void => changed("sync", pathOf(fd), () => raw.sync(fd), nothing)
    return {
      ...raw,
      open: (path, wish) => {
        const open = (): number => {
          const fd = raw.open(path, wish)
          paths.set(fd, path)
          return fd
        }
        if (wish !== "append" && wish !== "rewrite" && wish !== "create") return reads(open)
        return changed("open", path, open, either(() => raw.close(raw.open(path, wish))))
      },
      close: (fd) => {
        // Who is dead has nothing open any more.
        if (death === undefined) raw.close(fd)
      },
      write: (fd, bytes, from) => {
        const part = (): Uint8Array => bytes.subarray(0, from + dice.below(bytes.length - from + 1))
        return changed(
          "write",
          pathOf(fd),
          // Now and then the system takes less than it was given.
          () => raw.write(fd, dice.upTo(1) < 0.02 ? bytes.subarray(0, from + 1) : bytes, from),
          () => raw.write(fd, part(), from)
        )
      },
      sync,
      syncData: sync,
      truncate: (fd, length) =>
        changed("truncate", pathOf(fd), () => raw.truncate(fd, length), either(() => raw.truncate(fd, length))),
      rename: (from, to) => changed("rename", from, () => raw.rename(from, to), either(() => raw.rename(from, to))),
      link: (from, to) => changed("link", from, () => raw.link(from, to), either(() => raw.link(from, to))),
      unlink: (path) => changed("unlink", path, () => raw.unlink(path), either(() => raw.unlink(path))),
      makeFolder: (path) => changed("make", path, () => raw.makeFolder(path), either(() => raw.makeFolder(path))),
      remove: (path) =>
        changed("remove", path, () => raw.remove(path), () => {
          const node = raw.look(path, false)
          if (node?.kind !== "folder") return
          for (const name of raw.list(path)) if (dice.upTo(1) < 0.5) raw.remove(`${path}/${name}`)
        }),
      list: (path) => reads(() => raw.list(path)),
      look: (path, followLinks) => reads(() => raw.look(path, followLinks)),
      read: (...given) => reads(() => raw.read(...given))
    }
  }

  const on = (method: string, path: string): Disk["Type"] => orderedDisk(callsOf(`${method} ${roleOf(path)}`))

  return {
    disk: {
      makeFolder: (path) => on("makeFolder", path).makeFolder(path),
      syncFolder: (path) => on("syncFolder", path).syncFolder(path),
      checkFolder: (path) => on("checkFolder", path).checkFolder(path),
      list: (path) => on("list", path).list(path),
      read: (path, from, length) => on("read", path).read(path, from, length),
      replace: (path, text) => on("replace", path).replace(path, text),
      create: (path, text) => on("create", path).create(path, text),
      readPlain: (path, most) => on("readPlain", path).readPlain(path, most),
      openAppend: (path) => on("append", path).openAppend(path),
      modifiedAt: (path) => on("modifiedAt", path).modifiedAt(path),
      remove: (path) => on("remove", path).remove(path),
      move: (from, to) => on("move", from).move(from, to),
      size: (path) => on("size", path).size(path)
    },
    death: () => death,
    hadFault: () => hadFault,
    end: (how) => {
      death ??= how
    }
  }
}
