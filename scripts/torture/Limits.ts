/**
 * What a run meets where it may not write: limits, rights, a folder that goes away, streams that are full.
 *
 * Owns these faults and what pawl must make of each. Needs no rights to mount. The surprise: the step of the tenth
 * target brings a fault about where it is to come in the middle, so that it does wherever the run goes fast or slow.
 */
import { chmodSync, existsSync, readdirSync, renameSync, rmSync } from "node:fs"
import { join } from "node:path"
import { claimHalted, claimRefused, claimThrough, type Fault, type Scene } from "./DiskScene.ts"

export const claimNoRun = ({ claim, state }: Scene): void => {
  const runs = join(state, "batch/runs")
  claim(!existsSync(runs) || readdirSync(runs).length === 0, "a run is left that never began")
}

/** A state directory that this user may not write to. Root may always, so that it becomes nobody for this. */
const forbidden: Fault = {
  name: "a state directory without the right to write",
  play: async (scene) => {
    const isRoot = process.getuid?.() === 0
    const words = ["run", "batch.yaml", "--format", "json"]
    const as = "exec 9< \"$1\"; shift; exec setpriv --reuid=65534 --regid=65534 --clear-groups /proc/self/fd/9 \"$@\""
    const run = (...more: ReadonlyArray<string>) => scene.shell(isRoot ? as : "exec \"$@\"", ...words, ...more)
    chmodSync(scene.stage.path, 0o777)
    await run("--cap", "10")
    const before = scene.ran()
    chmodSync(scene.runFolder(), 0o500)
    claimRefused(scene, await run(), scene.runFolder(), "permission denied")
    chmodSync(scene.runFolder(), 0o700)
    const again = await run()
    scene.claim(before.filter((times) => times > 0).length === 10, "the first half did not run")
    claimThrough(scene, again)
  }
}

/** Faults that every user can bring about. */
export const limits: ReadonlyArray<Fault> = [
  forbidden,
  {
    name: "a limit on file sizes, from the start",
    play: async (scene) => {
      const words = ["run", "batch.yaml", "--format", "json"]
      claimRefused(
        scene,
        await scene.shell("ulimit -f 1; \"$@\" | cat; exit ${PIPESTATUS[0]}", ...words),
        "may not grow"
      )
      claimNoRun(scene)
      claimThrough(scene, await scene.run())
    }
  },
  {
    name: "a limit on file sizes, met in the middle",
    play: async (scene) => {
      const words = ["run", "batch.yaml", "--format", "json"]
      const answer = await scene.shell("ulimit -f 6; \"$@\" | cat; exit ${PIPESTATUS[0]}", ...words)
      claimRefused(scene, answer, "journal.ndjson", "ulimit -f")
      const atMost = claimHalted(scene, answer)
      claimThrough(scene, await scene.run(), atMost)
    }
  },
  {
    name: "the state directory removed under a run",
    play: async (scene) => {
      scene.atHalf(`rm -rf ${scene.state}`)
      claimRefused(scene, await scene.run())
      scene.claim(scene.ran().every((times) => times <= 1), "a target did its work twice")
    }
  },
  {
    name: "the state directory moved away under a run",
    play: async (scene) => {
      scene.atHalf(`mv ${scene.state} ${scene.state}.away`)
      claimRefused(scene, await scene.run())
      scene.atHalf(":")
      rmSync(scene.state, { recursive: true, force: true })
      renameSync(`${scene.state}.away`, scene.state)
      claimThrough(scene, await scene.run(), [10])
    }
  },
  {
    name: "standard output on a full disk",
    play: async (scene) => {
      const answer = await scene.shell("exec \"$@\" > /dev/full", "run", "batch.yaml", "--format", "json")
      scene.claim(answer.code === 74, `exit code 74 is due and ${answer.code} came`)
      scene.claim(answer.stderr.includes("standard output"), `it says ${answer.stderr}`)
      claimThrough(scene, await scene.run())
    }
  },
  {
    name: "standard error on a full disk",
    play: async (scene) => {
      const answer = await scene.shell("exec \"$@\" 2> /dev/full", "run", "batch.yaml", "--format", "json")
      claimThrough(scene, answer)
    }
  }
]
