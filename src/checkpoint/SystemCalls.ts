/**
 * The calls of the system that the disk is made of, one by one.
 *
 * Owns the shape alone: each does one thing to files, at once, and throws as `node:fs` does, with
 * an error that has a `code`. Must not hold any order of calls: that is what is tested over a
 * system of its own that loses what was not synced. The surprise: a write may be short.
 */

/**
 * What is opened for what: `folder` to be synced, and it alone through a link, for the state directory itself may be
 * one; a file to `read`; `plain` the same, where anybody may have put it there; `append` makes it where it is new;
 * `rewrite` makes it or empties it; `create` fails with `EEXIST`.
 */
export type OpenFor = "folder" | "read" | "plain" | "append" | "rewrite" | "create"

export interface Look {
  readonly kind: "file" | "folder" | "link" | "other"
  /** Epoch milliseconds. */
  readonly modifiedAt: number
}

export interface SystemCalls {
  /** Gives a descriptor; what is made is 0600. */
  readonly open: (path: string, wish: OpenFor) => number
  readonly close: (fd: number) => void
  /** Writes from an offset of `bytes` on; gives how many were taken. */
  readonly write: (fd: number, bytes: Uint8Array, from: number) => number
  /** Reads at a position of the file into `bytes` from an offset on; gives how many came, 0 at the end. */
  readonly read: (fd: number, bytes: Uint8Array, from: number, position: number) => number
  /** The bytes of a file and what is known of it are on the device. */
  readonly sync: (fd: number) => void
  /** The same without its times. */
  readonly syncData: (fd: number) => void
  readonly truncate: (fd: number, length: number) => void
  readonly lengthOf: (fd: number) => number
  /** Whether what was opened is a file. */
  readonly isFile: (fd: number) => boolean
  /** What root made in somebody's folder becomes theirs: they could not read it otherwise. */
  readonly handOver: (fd: number, folder: string) => void
  readonly rename: (from: string, to: string) => void
  /** Gives a file one more name; fails with `EEXIST`. */
  readonly link: (from: string, to: string) => void
  readonly unlink: (path: string) => void
  /** Makes one folder, 0700. */
  readonly makeFolder: (path: string) => void
  readonly list: (path: string) => ReadonlyArray<string>
  /** Undefined where nothing is. `link` only where links are not followed. */
  readonly look: (path: string, followLinks: boolean) => Look | undefined
  /** Removes a file or a folder with all in it; nothing happens where nothing is. */
  readonly remove: (path: string) => void
  /** Bytes of all the files in a folder, at any depth. */
  readonly folderSize: (path: string) => number
}
