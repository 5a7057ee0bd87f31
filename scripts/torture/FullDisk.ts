/**
 * What can happen to the disk itself: full, read-only, broken. All of it for real, on small disks in memory.
 *
 * Owns these faults and what pawl must make of each. Needs the right to mount. The surprise: an I/O error comes from
 * a file system on a file that was promised more room than there is below it.
 */
import { rmSync } from "node:fs"
import { join } from "node:path"
import { claimHalted, claimNothingRan, claimRefused, claimThrough, type Scene } from "./DiskScene.ts"
import { claimNoRun } from "./Limits.ts"
import { type BlockDisk, sh } from "./Mounts.ts"

/** A fault, and what it is given to happen to. */
export interface DiskFault<D> {
  readonly name: string
  readonly play: (scene: Scene, disk: D) => Promise<void>
}

/** Fills a disk to the last byte, under a name that can be removed again. */
const fill = (disk: string): string => `dd if=/dev/zero of=${disk}/filler bs=1k 2> /dev/null || true`

/** Faults of a small disk in memory, which is given. */
export const onSmallDisk: ReadonlyArray<DiskFault<string>> = [
  {
    name: "a disk that is full from the start",
    play: async (scene, disk) => {
      await sh(fill(disk))
      claimRefused(scene, await scene.run(), disk, "the disk is full")
      rmSync(`${disk}/filler`)
      claimNoRun(scene)
      claimThrough(scene, await scene.run())
    }
  },
  {
    name: "a disk that fills up in the middle",
    play: async (scene, disk) => {
      scene.atHalf(fill(disk))
      const answer = await scene.run()
      claimRefused(scene, answer, disk, "the disk is full", "free space")
      const atMost = claimHalted(scene, answer)
      // What is left of the last page may take some events more.
      const still = await scene.run()
      claimRefused(scene, still, disk, "the disk is full")
      const after = claimHalted(scene, still)
      scene.atHalf(":")
      rmSync(`${disk}/filler`)
      claimThrough(scene, await scene.run(), [...atMost, ...after])
    }
  },
  {
    name: "a full disk of logs, the journal's own being fine",
    play: async (scene) => {
      await scene.run("--cap", "10")
      const logs = join(scene.runFolder(), "logs")
      await sh(`mount -t tmpfs -o size=16k none ${logs} && ${fill(logs)}`)
      try {
        const before = scene.ran()
        claimRefused(scene, await scene.run(), logs)
        claimNothingRan(scene, before)
      } finally {
        await sh(`umount ${logs}`)
      }
      claimThrough(scene, await scene.run())
    }
  },
  {
    name: "a disk that is read-only, from the start",
    play: async (scene, disk) => {
      await sh(`mount -o remount,ro ${disk}`)
      claimRefused(scene, await scene.run(), disk, "read-only")
      await sh(`mount -o remount,rw ${disk}`)
      claimThrough(scene, await scene.run())
    }
  },
  {
    name: "a disk that is read-only when a run is to go on",
    play: async (scene, disk) => {
      await scene.run("--cap", "10")
      await sh(`mount -o remount,ro ${disk}`)
      const before = scene.ran()
      claimRefused(scene, await scene.run(), disk, "read-only")
      claimNothingRan(scene, before)
      for (const words of [["status", "batch"], ["runs"], ["events", "batch"]]) {
        const { code, stderr } = await scene.pawl(...words)
        scene.claim(code === 0, `pawl ${words.join(" ")} ends with ${code}: ${stderr}`)
      }
      await sh(`mount -o remount,rw ${disk}`)
      claimThrough(scene, await scene.run())
    }
  }
]

/** Faults of a file system on a device, which has too little room itself. */
export const onBlockDisk: ReadonlyArray<DiskFault<BlockDisk>> = [
  {
    name: "a disk that turns read-only in the middle",
    play: async (scene, { disk, mend }) => {
      scene.atHalf(`mount -o remount,abort ${disk} 2> /dev/null || true`)
      const answer = await scene.run()
      claimRefused(scene, answer, disk)
      const atMost = claimHalted(scene, answer)
      scene.atHalf(":")
      await mend()
      claimThrough(scene, await scene.run(), atMost)
    }
  },
  {
    name: "a disk that reports I/O errors in the middle",
    play: async (scene, { disk, below, mend }) => {
      scene.atHalf(`dd if=/dev/zero of=${below}/filler bs=64k 2> /dev/null || true`)
      const answer = await scene.run()
      claimRefused(scene, answer, disk)
      const atMost = claimHalted(scene, answer)
      scene.atHalf(":")
      rmSync(`${below}/filler`)
      await mend()
      claimThrough(scene, await scene.run(), atMost)
    }
  }
]
