/**
 * What can happen to the other files of a batch: the plan, `current`, logs, and what a killed pawl left half written.
 *
 * Owns these faults and what pawl must make of each. Needs no rights. The surprise: some of them are no loss, since
 * a log is nobody's state, and a plan can be told from its manifest.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { refusedUntilMended, runHalf } from "./Damage.ts"
import { claimNothingRan, claimRefused, claimThrough, type Fault, type Scene } from "./DiskScene.ts"

const batchFile = (scene: Scene, name: string): string => join(scene.state, "batch", name)

export const lostFiles: ReadonlyArray<Fault> = [
  {
    name: "plan.json removed",
    play: async (scene) => {
      await runHalf(scene)
      const path = join(scene.runFolder(), "plan.json")
      const kept = readFileSync(path)
      const before = scene.ran()
      rmSync(path)
      claimRefused(scene, await scene.run(), "whose plan is not there")
      claimNothingRan(scene, before)
      writeFileSync(path, kept)
      claimThrough(scene, await scene.run())
    }
  },
  {
    name: "plan.json torn",
    play: async (scene) => {
      await runHalf(scene)
      const path = join(scene.runFolder(), "plan.json")
      truncateSync(path, 100)
      claimRefused(scene, await scene.pawl("resume", "batch", "--format", "json"), path, "could not be read as a plan")
      // With the manifest there is no need of it: the journal says what the plan was.
      claimThrough(scene, await scene.run())
    }
  },
  {
    name: "current naming a run that is not there",
    play: async (scene) => {
      await runHalf(scene)
      const path = batchFile(scene, "current")
      await refusedUntilMended(scene, path, () => writeFileSync(path, "20260101T000000-abcdef\n"), "not there")
    }
  },
  {
    name: "current emptied",
    play: async (scene) => {
      await runHalf(scene)
      const path = batchFile(scene, "current")
      await refusedUntilMended(scene, path, () => truncateSync(path, 0))
    }
  },
  {
    name: "the folder of the run removed",
    play: async (scene) => {
      await runHalf(scene)
      const run = scene.runFolder()
      const aside = join(scene.stage.path, "aside")
      const before = scene.ran()
      renameSync(run, aside)
      claimRefused(scene, await scene.run(), batchFile(scene, "current"))
      claimNothingRan(scene, before)
      renameSync(aside, run)
      claimThrough(scene, await scene.run())
    }
  },
  {
    name: "logs removed",
    play: async (scene) => {
      scene.atHalf("echo something")
      await scene.run("--cap", "11")
      rmSync(join(scene.runFolder(), "logs"), { recursive: true })
      const looked = await scene.pawl("logs", "batch", "t10/run")
      scene.claim(looked.code !== 70 && looked.code !== 0, `pawl logs ended with ${looked.code}: ${looked.stderr}`)
      claimThrough(scene, await scene.run())
    }
  },
  {
    name: "half-written files of a killed pawl",
    play: async (scene) => {
      await scene.killHalfWay()
      for (const name of ["checkpoint.json.next", "plan.json.next", "summary.json.next"]) {
        writeFileSync(join(scene.runFolder(), name), "{\"half\":")
      }
      mkdirSync(join(scene.runFolder(), "logs/.spool"), { recursive: true })
      writeFileSync(join(scene.runFolder(), "logs/.spool/1.out"), "half a line")
      claimThrough(scene, await scene.run(), [10])
      const left = readdirSync(scene.runFolder()).filter((name) =>
        name.startsWith("checkpoint") && name.endsWith("next")
      )
      scene.claim(left.length === 0, `left behind: ${left.join(", ")}`)
    }
  }
]
