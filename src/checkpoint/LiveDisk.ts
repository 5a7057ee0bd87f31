/**
 * The real disk (`layerDisk`).
 *
 * Owns which call of `node:fs` stands for which, and with which flags a file is opened. Must not
 * hold an order of calls; that is `OrderedDisk.ts`. The surprise: nothing here is asynchronous.
 */
import { Layer } from "effect"
import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  unlinkSync,
  writeSync
} from "node:fs"
import { Disk } from "./Disk.ts"
import { NotPlain } from "./DiskError.ts"
import { folderSize } from "./FolderSize.ts"
import { orderedDisk } from "./OrderedDisk.ts"
import type { Look, OpenFor, SystemCalls } from "./SystemCalls.ts"

// Within a state directory no link is followed; and what turns out to be a pipe must not make the open wait.
const PLAIN = constants.O_NOFOLLOW | constants.O_NONBLOCK
const { O_APPEND, O_CREAT, O_DIRECTORY, O_EXCL, O_RDONLY, O_TRUNC, O_WRONLY } = constants

const flags: { readonly [wish in OpenFor]: number } = {
  folder: O_RDONLY | O_DIRECTORY,
  read: O_RDONLY | PLAIN,
  plain: O_RDONLY | PLAIN,
  append: O_WRONLY | O_CREAT | O_APPEND | PLAIN,
  rewrite: O_WRONLY | O_CREAT | O_TRUNC | PLAIN,
  create: O_WRONLY | O_CREAT | O_EXCL | PLAIN
}

/** Whether the umask would keep the owner of a new file out of it. */
const isShutOut = (): boolean => (process.umask() & 0o700) !== 0

const open = (path: string, wish: OpenFor): number => {
  const fd = openSync(path, flags[wish], 0o600)
  try {
    const stat = fstatSync(fd)
    if (!stat.isFile() && !stat.isDirectory()) throw new NotPlain()
    if (stat.isFile() && stat.size === 0 && (stat.mode & 0o600) !== 0o600 && isShutOut()) fchmodSync(fd, 0o600)
    return fd
  } catch (cause) {
    closeSync(fd)
    throw cause
  }
}

const makeFolder = (path: string): void => {
  mkdirSync(path, 0o700)
  if (isShutOut()) chmodSync(path, 0o700)
}

const kindOf = (stat: Stats): Look["kind"] => {
  if (stat.isFile()) return "file"
  if (stat.isDirectory()) return "folder"
  return stat.isSymbolicLink() ? "link" : "other"
}

const look = (path: string, followLinks: boolean): Look | undefined => {
  const stat = followLinks ? statSync(path, { throwIfNoEntry: false }) : lstatSync(path, { throwIfNoEntry: false })
  return stat === undefined ? undefined : { kind: kindOf(stat), modifiedAt: stat.mtimeMs }
}

const handOver = (fd: number, folder: string): void => {
  if (process.getuid?.() !== 0) return
  const { gid, uid } = statSync(folder)
  if (uid !== 0) fchownSync(fd, uid, gid)
}

/** The calls of this system. */
export const liveCalls: SystemCalls = {
  open,
  close: closeSync,
  write: (fd, bytes, from) => writeSync(fd, bytes, from),
  read: (fd, bytes, from, position) => readSync(fd, bytes, from, bytes.length - from, position),
  sync: fsyncSync,
  syncData: fdatasyncSync,
  truncate: ftruncateSync,
  lengthOf: (fd) => fstatSync(fd).size,
  isFile: (fd) => fstatSync(fd).isFile(),
  handOver,
  rename: renameSync,
  link: linkSync,
  unlink: unlinkSync,
  makeFolder,
  list: (path) => readdirSync(path),
  look,
  remove: (path) => rmSync(path, { recursive: true, force: true }),
  folderSize
}

/** The disk of this machine. */
export const layerDisk: Layer.Layer<Disk> = Layer.succeed(Disk, orderedDisk(liveCalls))
