/**
 * Torture of the executable by its disk: faults made for real, each met by a run, and then mended.
 *
 * Owns which faults can be had on this machine. The surprise: after each fault the same command has to go on to the
 * end; a fault that pawl only survives is a broken promise as well.
 *
 *     npm run torture -- disk
 */
import { haveBinary } from "./Binary.ts"
import { damages } from "./Damage.ts"
import { type Dice, drawSeed, makeDice } from "./Dice.ts"
import { makeScene, type Scene } from "./DiskScene.ts"
import { onBlockDisk, onSmallDisk } from "./FullDisk.ts"
import { limits } from "./Limits.ts"
import { lostFiles } from "./LostFiles.ts"
import { whyNoBlockDisks, whyNoMounts, withBlockDisk, withSmallDisk } from "./Mounts.ts"
import type { Part } from "./Part.ts"
import { endOnSignals, makeStage, type Stage } from "./Stage.ts"

const AT_ONCE = 3

interface Case {
  readonly name: string
  readonly play: (stage: Stage, scene: (disk?: string) => Scene, dice: Dice) => Promise<void>
}

const messageOf = (error: unknown): string => error instanceof Error ? error.message : String(error)

/** Every fault that can be had here, and why the others can't. */
const cases = async (quick: boolean) => {
  const plain = [...damages, ...lostFiles, ...limits].map(({ name, play }): Case => ({
    name,
    play: (_stage, scene, dice) => play(scene(), dice)
  }))
  const small = onSmallDisk.map(({ name, play }): Case => ({
    name,
    play: (stage, scene) => withSmallDisk(stage, "512k", (disk) => play(scene(disk), disk))
  }))
  const block = onBlockDisk.map(({ name, play }): Case => ({
    name,
    play: (stage, scene) => withBlockDisk(stage, (disk) => play(scene(disk.disk), disk))
  }))
  if (quick) return { here: plain, elsewhere: [] }
  const noMounts = await whyNoMounts()
  if (noMounts !== undefined) return { here: plain, elsewhere: [{ cases: [...small, ...block], why: noMounts }] }
  const noBlocks = await whyNoBlockDisks()
  return noBlocks === undefined
    ? { here: [...plain, ...small, ...block], elsewhere: [] }
    : { here: [...plain, ...small], elsewhere: [{ cases: block, why: noBlocks }] }
}

export const part: Part = {
  summary: "the executable on disks that fail it, and again when they are mended",
  run: async (wishes) => {
    const { quick, rounds = 1, say, seed = drawSeed() } = wishes
    const binary = await haveBinary(wishes)
    if (!quick) endOnSignals()
    say(`seed ${seed}`)
    const failures: Array<string> = []
    const { elsewhere, here } = await cases(quick)
    const playOne = async ({ name, play }: Case, round: number): Promise<void> => {
      const stage = makeStage("disk")
      const broken = new Set<string>()
      const scene = (disk?: string) => makeScene(binary, stage, (what) => broken.add(what.trim()), disk)
      try {
        await play(stage, scene, makeDice(round))
      } catch (error) {
        broken.add(`it could not be played: ${messageOf(error)}`)
      }
      stage.remove()
      const where = `${name}; again: npm run torture -- disk --seed ${round}`
      if (broken.size > 0) failures.push([where, ...broken].join("\n      "))
    }
    for (let round = seed; round < seed + rounds; round++) {
      const waiting = [...here]
      // Each has a folder of its own, and most of the time it waits for a disk.
      await Promise.all(Array.from({ length: AT_ONCE }, async () => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await playOne(next, round)
      }))
    }
    for (const { cases, why } of elsewhere) for (const { name } of cases) say(`not tried: ${name}, since ${why}`)
    return {
      failures,
      figures: {
        "disk faults, met and mended": here.length * rounds,
        "faults not tried": elsewhere.flatMap(({ cases }) => cases).length
      }
    }
  }
}
