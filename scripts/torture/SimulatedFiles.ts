/**
 * A file system in memory that knows what a power cut would leave of it.
 *
 * Owns two views of every file and folder: what processes see, and what is surely on the device.
 * Must not know what the files are for. The surprise: it is as bad as POSIX allows rather than as
 * good as ext4 is: a new file's name is not durable because its bytes are, and changes of names
 * that were not synced survive in any combination, though one rename is one change.
 */
import type { Dice } from "./Dice.ts"
import {
  contentOf,
  durableOf,
  type Edit,
  type FileNode,
  type FolderNode,
  newFolder,
  type Node,
  settle
} from "./FileNodes.ts"
import type { Look, SystemCalls } from "../../src/checkpoint/SystemCalls.ts"

export interface SimulatedFiles {
  readonly calls: SystemCalls
  /** What the power cut leaves is what there is. */
  readonly powerCut: (dice: Dice) => void
  /** Nobody has a file open any more. */
  readonly closeAll: () => void
  /** The bytes of a file as processes see it, and how many of them, from the start, are surely on the device. */
  readonly inspect: (path: string) => { readonly bytes: Uint8Array; readonly durable: number } | undefined
}

/** An error as the system gives it. */
export const systemError = (code: string, path: string): Error => Object.assign(new Error(`${code}: ${path}`), { code })

export const makeSimulatedFiles = (now: () => number): SimulatedFiles => {
  const root = newFolder(now())
  let open = new Map<number, Node>()
  let lastDescriptor = 2

  const partsOf = (path: string): ReadonlyArray<string> => path.split("/").filter((part) => part !== "")

  const find = (path: string): Node | undefined => {
    let node: Node | undefined = root
    for (const part of partsOf(path)) {
      if (node === undefined) return undefined
      if (node.kind === "file") throw systemError("ENOTDIR", path)
      node = node.names.get(part)
    }
    return node
  }

  const place = (path: string): { readonly folder: FolderNode; readonly name: string } => {
    const parts = partsOf(path)
    const folder = find(parts.slice(0, -1).join("/"))
    if (folder === undefined) throw systemError("ENOENT", path)
    if (folder.kind === "file") throw systemError("ENOTDIR", path)
    return { folder, name: parts.at(-1) ?? "" }
  }

  const edit = (folder: FolderNode, names: Edit["names"], after?: Edit): Edit => {
    for (const [name, node] of names) {
      if (node === undefined) folder.names.delete(name)
      else folder.names.set(name, node)
    }
    const made: Edit = { names, ...(after === undefined ? {} : { after }) }
    folder.edits.push(made)
    folder.modifiedAt = now()
    return made
  }

  const nodeOf = (fd: number): Node => {
    const node = open.get(fd)
    if (node === undefined) throw systemError("EBADF", String(fd))
    return node
  }
  const fileOf = (fd: number): FileNode => {
    const node = nodeOf(fd)
    if (node.kind === "folder") throw systemError("EISDIR", String(fd))
    return node
  }

  const describe = (node: Node): number => {
    lastDescriptor += 1
    open.set(lastDescriptor, node)
    return lastDescriptor
  }

  const truncate = (file: FileNode, length: number): void => {
    if (length >= file.length) return
    if (length < file.durableLength) {
      file.durableBytes ??= Buffer.from(durableOf(file))
      file.durableLength = 0
    }
    file.length = length
    file.modifiedAt = now()
  }

  const sync = (fd: number): void => {
    const node = nodeOf(fd)
    if (node.kind === "file") {
      node.durableLength = node.length
      delete node.durableBytes
      return
    }
    for (const each of node.edits) {
      each.isDurable = true
      if (each.after !== undefined) each.after.isDurable = true
    }
    node.edits = []
    node.durable = new Map(node.names)
  }

  const calls: SystemCalls = {
    open: (path, wish) => {
      const found = find(path)
      if (wish === "folder" || wish === "read" || wish === "plain") {
        if (found === undefined) throw systemError("ENOENT", path)
        return describe(found)
      }
      if (found !== undefined && wish === "create") throw systemError("EEXIST", path)
      if (found?.kind === "folder") throw systemError("EISDIR", path)
      if (found !== undefined) {
        if (wish === "rewrite") truncate(found, 0)
        return describe(found)
      }
      const { folder, name } = place(path)
      const file: FileNode = { kind: "file", bytes: Buffer.alloc(0), length: 0, durableLength: 0, modifiedAt: now() }
      edit(folder, [[name, file]])
      return describe(file)
    },
    close: (fd) => {
      nodeOf(fd)
      open.delete(fd)
    },
    write: (fd, bytes, from) => {
      const file = fileOf(fd)
      const count = bytes.length - from
      if (file.length + count > file.bytes.length) {
        const larger = Buffer.alloc(2 * (file.length + count))
        contentOf(file).copy(larger)
        file.bytes = larger
      } else if (file.length < file.durableLength) throw new Error("a cut file keeps its durable bytes apart")
      file.bytes.set(bytes.subarray(from), file.length)
      file.length += count
      file.modifiedAt = now()
      return count
    },
    read: (fd, bytes, from, position) => {
      const part = contentOf(fileOf(fd)).subarray(position, position + bytes.length - from)
      bytes.set(part, from)
      return part.length
    },
    sync,
    syncData: sync,
    truncate: (fd, length) => truncate(fileOf(fd), length),
    lengthOf: (fd) => fileOf(fd).length,
    isFile: (fd) => nodeOf(fd).kind === "file",
    handOver: () => {},
    rename: (from, to) => {
      const node = find(from)
      if (node === undefined) throw systemError("ENOENT", from)
      const source = place(from)
      const goal = place(to)
      if (source.folder === goal.folder) {
        edit(source.folder, [[source.name, undefined], [goal.name, node]])
      } else edit(source.folder, [[source.name, undefined]], edit(goal.folder, [[goal.name, node]]))
    },
    link: (from, to) => {
      const node = find(from)
      if (node === undefined) throw systemError("ENOENT", from)
      if (find(to) !== undefined) throw systemError("EEXIST", to)
      const { folder, name } = place(to)
      edit(folder, [[name, node]])
    },
    unlink: (path) => {
      if (find(path) === undefined) throw systemError("ENOENT", path)
      const { folder, name } = place(path)
      edit(folder, [[name, undefined]])
    },
    makeFolder: (path) => {
      const { folder, name } = place(path)
      if (folder.names.has(name)) throw systemError("EEXIST", path)
      edit(folder, [[name, newFolder(now())]])
    },
    list: (path) => {
      const node = find(path)
      if (node === undefined) throw systemError("ENOENT", path)
      if (node.kind === "file") throw systemError("ENOTDIR", path)
      return [...node.names.keys()]
    },
    look: (path): Look | undefined => {
      const node = find(path)
      return node === undefined ? undefined : { kind: node.kind, modifiedAt: node.modifiedAt }
    },
    remove: (path) => {
      const node = find(path)
      if (node === undefined) return
      if (node.kind === "folder") { for (const name of node.names.keys()) calls.remove(`${path}/${name}`) }
      const { folder, name } = place(path)
      edit(folder, [[name, undefined]])
    },
    folderSize: (path) => {
      const node = find(path)
      if (node === undefined) return 0
      if (node.kind === "file") return node.length
      return [...node.names.keys()].reduce((sum, name) => sum + calls.folderSize(`${path}/${name}`), 0)
    }
  }

  /** The folders above a file lead to it by names that are durable. */
  const isNamed = (path: string): boolean => {
    let node: Node | undefined = root
    for (const part of partsOf(path)) {
      if (node === undefined || node.kind === "file") return false
      const child: Node | undefined = node.durable.get(part)
      if (child !== node.names.get(part)) return false
      node = child
    }
    return node !== undefined
  }

  return {
    calls,
    powerCut: (dice) => {
      settle(
        root,
        dice.pick(["nothing-survives", "names-survive", "bytes-survive", "anything", "anything"]),
        dice,
        new Set()
      )
    },
    closeAll: () => {
      open = new Map()
    },
    inspect: (path) => {
      const node = find(path)
      if (node === undefined || node.kind === "folder") return undefined
      const durable = node.durableBytes === undefined && isNamed(path) ? node.durableLength : 0
      return { bytes: contentOf(node), durable }
    }
  }
}
