/**
 * What can happen to the journal and the snapshot of a run while nobody works on it: cut, changed, removed, exchanged.
 *
 * Owns these faults and what pawl must make of each. Needs no rights. The surprise: most of them must be refused;
 * where pawl goes on, the journal alone proves that it may.
 */
import { copyFileSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { type Answer, claimNothingRan, claimRefused, claimThrough, type Fault, type Scene } from "./DiskScene.ts"

export const journalOf = (scene: Scene): string => join(scene.runFolder(), "journal.ndjson")
export const snapshotOf = (scene: Scene): string => join(scene.runFolder(), "checkpoint.json")

/** Half of the run, ended in good order by a cap, so that there is a snapshot. */
export const runHalf = (scene: Scene): Promise<Answer> => scene.run("--cap", "10")

/** Refused, with nothing done; then the file as it was, and the same call goes on to the end. */
export const refusedUntilMended = async (
  scene: Scene,
  path: string,
  harm: () => void,
  ...words: ReadonlyArray<string>
): Promise<void> => {
  const kept = readFileSync(path)
  harm()
  const before = scene.ran()
  claimRefused(scene, await scene.run(), path, ...words)
  claimNothingRan(scene, before)
  writeFileSync(path, kept)
  claimThrough(scene, await scene.run(), [10])
}

const flip = (path: string, at: number): number => {
  const bytes = readFileSync(path)
  bytes[at] = (bytes[at] ?? 0) ^ 4
  writeFileSync(path, bytes)
  return bytes.subarray(0, at).toString("latin1").split("\n").length
}

/** Where the last line begins. */
const lastLineOf = (path: string): number => readFileSync(path).subarray(0, -1).lastIndexOf(10) + 1

const goesOn = (name: string, harm: (scene: Scene) => void, say?: string): Fault => ({
  name,
  play: async (scene) => {
    await runHalf(scene)
    harm(scene)
    const answer = await scene.run()
    claimThrough(scene, answer)
    if (say !== undefined) scene.claim(answer.stderr.includes(say), `it does not say "${say}": ${answer.stderr}`)
  }
})

export const damages: ReadonlyArray<Fault> = [
  {
    name: "a torn last line",
    play: async (scene, dice) => {
      await scene.killHalfWay()
      const path = journalOf(scene)
      const size = readFileSync(path).length
      const from = lastLineOf(path)
      truncateSync(path, from + 1 + dice.below(size - from - 1))
      const answer = await scene.run()
      scene.claim(answer.stderr.includes("was torn by a crash and dropped"), `nothing is said: ${answer.stderr}`)
      claimThrough(scene, answer, [10])
    }
  },
  {
    name: "a flipped byte in the journal",
    play: async (scene, dice) => {
      await scene.killHalfWay()
      const path = journalOf(scene)
      const kept = readFileSync(path)
      const before = scene.ran()
      for (const words of [["run", "batch.yaml"], ["resume", "batch"], ["status", "batch"], ["run", "batch.yaml"]]) {
        const line = flip(path, dice.below(kept.length - 1))
        claimRefused(scene, await scene.pawl(...words, "--format", "json"), `${path}: line ${line} `)
        writeFileSync(path, kept)
      }
      claimNothingRan(scene, before)
      claimThrough(scene, await scene.run(), [10])
    }
  },
  {
    name: "a flipped byte in what the snapshot stands for",
    play: async (scene, dice) => {
      await runHalf(scene)
      const path = journalOf(scene)
      const kept = readFileSync(path)
      const line = flip(path, dice.below(lastLineOf(path)))
      claimRefused(scene, await scene.run(), `${path}: line ${line} `)
      writeFileSync(path, kept)
      claimThrough(scene, await scene.run())
    }
  },
  {
    name: "a line of the journal missing",
    play: async (scene, dice) => {
      await scene.killHalfWay()
      const path = journalOf(scene)
      await refusedUntilMended(scene, path, () => {
        const lines = readFileSync(path, "utf8").split("\n")
        writeFileSync(path, lines.toSpliced(dice.below(lines.length - 3) + 1, 1).join("\n"))
      }, "is damaged")
    }
  },
  {
    name: "two lines of the journal exchanged",
    play: async (scene, dice) => {
      await scene.killHalfWay()
      const path = journalOf(scene)
      await refusedUntilMended(scene, path, () => {
        const lines = readFileSync(path, "utf8").split("\n")
        const at = dice.below(lines.length - 2)
        writeFileSync(path, lines.toSpliced(at, 2, lines[at + 1] ?? "", lines[at] ?? "").join("\n"))
      }, "is damaged")
    }
  },
  goesOn("a missing checkpoint.json", (scene) => rmSync(snapshotOf(scene))),
  goesOn("an empty checkpoint.json", (scene) => writeFileSync(snapshotOf(scene), "")),
  goesOn("a torn checkpoint.json", (scene) => truncateSync(snapshotOf(scene), 200)),
  goesOn("a flipped byte in checkpoint.json", (scene) => {
    const text = readFileSync(snapshotOf(scene), "utf8")
    writeFileSync(snapshotOf(scene), text.replace("\"completed\"", "\"completee\""))
  }),
  {
    name: "a checkpoint.json of a newer version",
    play: async (scene) => {
      await runHalf(scene)
      const path = snapshotOf(scene)
      await refusedUntilMended(
        scene,
        path,
        () => writeFileSync(path, readFileSync(path, "utf8").replace(/"version": \d+/, "\"version\": 99")),
        "version 99",
        "newer pawl"
      )
    }
  },
  {
    name: "a snapshot older than its journal",
    play: async (scene) => {
      await scene.run("--cap", "5")
      const path = snapshotOf(scene)
      copyFileSync(path, `${path}.old`)
      await scene.run("--cap", "5")
      renameSync(`${path}.old`, path)
      claimThrough(scene, await scene.run())
    }
  },
  {
    name: "a snapshot ahead of its journal",
    play: async (scene) => {
      await runHalf(scene)
      const path = journalOf(scene)
      await refusedUntilMended(scene, path, () => truncateSync(path, lastLineOf(path)), "durable events are missing")
    }
  },
  {
    name: "a journal removed, its snapshot left",
    play: async (scene) => {
      await runHalf(scene)
      await refusedUntilMended(scene, journalOf(scene), () => rmSync(journalOf(scene)), "durable events are missing")
    }
  },
  {
    name: "a journal emptied, its snapshot left",
    play: async (scene) => {
      await runHalf(scene)
      await refusedUntilMended(scene, journalOf(scene), () => truncateSync(journalOf(scene), 0), "durable events")
    }
  },
  {
    name: "a journal removed, and its snapshot",
    play: async (scene) => {
      await runHalf(scene)
      const before = scene.ran()
      rmSync(snapshotOf(scene))
      rmSync(journalOf(scene))
      claimRefused(scene, await scene.run(), journalOf(scene))
      claimNothingRan(scene, before)
    }
  }
]
