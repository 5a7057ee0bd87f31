/**
 * Small disks, made and taken away again.
 *
 * Owns every mount of the torture. The surprise: what is mounted is unmounted also where the torture itself is
 * ended, since nobody else would do it.
 */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import type { Stage } from "./Stage.ts"

/** Runs a script of bash. Throws with what it said. */
export const sh = async (script: string): Promise<string> => {
  const child = Bun.spawn(["bash", "-e", "-c", script], { cwd: "/", stdin: "ignore", stdout: "pipe", stderr: "pipe" })
  const [said, complaint] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  if (await child.exited !== 0) throw new Error(`${script}: ${complaint.trim()}`)
  return said.trim()
}

/** Has a script run before the folder of a stage is removed, and gives what runs it earlier. */
const undoing = (stage: Stage, script: string): () => void => {
  let isUndone = false
  const undo = (): void => {
    if (!isUndone) Bun.spawnSync(["bash", "-c", script], { cwd: "/" })
    isUndone = true
  }
  stage.beforeRemoval(undo)
  return undo
}

/** A disk in memory, for as long as `use` takes. */
export const withSmallDisk = async (
  stage: Stage,
  size: string,
  use: (disk: string) => Promise<void>
): Promise<void> => {
  const disk = join(stage.path, "disk")
  mkdirSync(disk)
  await sh(`mount -t tmpfs -o size=${size} none ${disk}`)
  const undo = undoing(stage, `umount -R ${disk} || umount -R -l ${disk}`)
  try {
    await use(disk)
  } finally {
    undo()
  }
}

export interface BlockDisk {
  /** Where the file system is. */
  readonly disk: string
  /** The disk in memory on which its image is. */
  readonly below: string
  /** What an operator does when it is broken: takes it out, checks it and puts it back. */
  readonly mend: () => Promise<void>
}

/** A file system of 64 MB on an image that has only 2 MB for it, for as long as `use` takes. */
export const withBlockDisk = async (stage: Stage, use: (disk: BlockDisk) => Promise<void>): Promise<void> => {
  const disk = join(stage.path, "disk")
  const below = join(stage.path, "below")
  mkdirSync(disk)
  mkdirSync(below)
  await sh(`mount -t tmpfs -o size=2m none ${below}`)
  const undo = undoing(stage, `umount ${below} || umount -l ${below}`)
  try {
    const image = `${below}/image`
    const device = await sh(`truncate -s 64m ${image} && mkfs.ext4 -q ${image} && losetup -f --show ${image}`)
    const undoFirst = undoing(stage, `umount ${disk} || umount -l ${disk}; losetup -d ${device}`)
    try {
      await sh(`mount ${device} ${disk}`)
      const mend = async (): Promise<void> => {
        await sh(`umount ${disk}; e2fsck -fy ${device} > /dev/null 2>&1 || test $? -le 2; mount ${device} ${disk}`)
      }
      await use({ disk, below, mend })
    } finally {
      undoFirst()
    }
  } finally {
    undo()
  }
}

/** Why nothing can be mounted here; undefined where it can. */
export const whyNoMounts = async (): Promise<string | undefined> => {
  if (process.getuid?.() !== 0) return "mounting needs root"
  try {
    await sh("d=$(mktemp -d); mount -t tmpfs -o size=64k none $d; umount $d; rmdir $d")
    return undefined
  } catch (error) {
    return `mounting is not allowed here (${error instanceof Error ? error.message.split("\n").at(-1) : String(error)})`
  }
}

/** Why no file system can be put on an image here; undefined where it can. */
export const whyNoBlockDisks = async (): Promise<string | undefined> => {
  try {
    await sh("command -v losetup mkfs.ext4 e2fsck > /dev/null && losetup -f > /dev/null")
    return undefined
  } catch {
    return "there are no loop devices, or no mkfs.ext4"
  }
}
