/**
 * The machine on which a tortured pawl runs: its disk, its processes, its people and its clock.
 *
 * Owns what a death means for each of them. Must not know what pawl does. The surprise: a killed
 * pawl leaves its processes to go on by themselves, and a power cut leaves nothing.
 */
import { Effect } from "effect"
import { dirname } from "node:path"
import type { Attempt, ProcessRunner } from "../../src/process/ProcessRunner.ts"
import { makeScripted } from "../../src/process/ScriptedProcess.ts"
import type { RehearsalScript } from "../../src/simulate/RehearsalScript.ts"
import { BEGINNING } from "../../src/simulate/Rehearse.ts"
import type { Dice } from "./Dice.ts"
import { makePeople, type People } from "./People.ts"
import { type Death, type DiskUser, diskUser, type Fate } from "./SimulatedDisk.ts"
import { makeSimulatedFiles, type SimulatedFiles } from "./SimulatedFiles.ts"

export const MANIFEST_DIR = "/m"
/** Not the one that belongs to the manifest, so that where that is must be kept. */
export const STATE_DIR = "/s/.pawl"

/** Unlike `Effect.never` it holds no timer, which nobody would take down. */
export const nothingMore = Effect.async<never>(() => {})

export interface Computer {
  readonly files: SimulatedFiles
  readonly people: People
  readonly setTime: (now: () => number) => void
  /** A process with a disk of its own view; `onDeath` is told of its own death and of a power cut. */
  readonly newProcess: (fate: Fate, onDeath: (death: Death) => void) => DiskUser
  /** What pawl starts its steps with; `isDead`: pawl is no more, and can't start any. */
  readonly runner: (isDead: () => boolean, watch: (attempt: Attempt) => void) => ProcessRunner["Type"]
  /** Attempts under way, by whom nobody has ended. */
  readonly isRunning: (target: string, path: string, now: number) => boolean
  /** After a death: what is open is closed, and after a power cut the rest is gone too. */
  readonly clearUp: (death: Death) => void
}

export const makeComputer = (script: RehearsalScript, dice: Dice, seen: (site: string) => void): Computer => {
  let now = (): number => BEGINNING
  const files = makeSimulatedFiles(() => now())
  files.calls.makeFolder(dirname(STATE_DIR))
  files.calls.sync(files.calls.open("/", "read"))
  files.closeAll()
  const processes = makeScripted(script.attempt)
  const people = makePeople(script)
  let users: Array<DiskUser> = []

  return {
    files,
    people,
    setTime: (time) => {
      now = time
    },
    newProcess: (fate, onDeath) => {
      const user = diskUser({
        files,
        fate,
        dice,
        seen,
        onDeath: (death) => {
          if (death === "power cut") { for (const each of users) each.end(death) }
          onDeath(death)
        }
      })
      users.push(user)
      return user
    },
    runner: (isDead, watch) => ({
      ...processes.runner,
      run: (attempt, onStart) =>
        Effect.suspend(() => {
          if (isDead()) return nothingMore
          watch(attempt)
          // A process that was begun goes on, even where that could not be written down any more.
          return processes.runner.run(
            attempt,
            (id) => Effect.flatMap(Effect.exit(onStart(id)), (exit) => isDead() ? nothingMore : exit)
          )
        })
    }),
    isRunning: (target, path, at) =>
      [...processes.living.values()].some((each) => each.target === target && each.path === path && each.endsAt > at),
    clearUp: (death) => {
      if (death === "power cut") {
        files.powerCut(dice)
        for (const pid of processes.living.keys()) Effect.runSync(processes.runner.endLeftover({ pid }))
      }
      files.closeAll()
      users = []
    }
  }
}
