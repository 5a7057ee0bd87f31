/**
 * Who dies in a kill.
 *
 * Owns the killing. The surprise: it gives back what that excuses. A step that ran while pawl and everything that
 * watches its steps died may be made again; and one that was killed itself, though pawl was to be hit, has failed.
 * Of pawl's launcher alone it is robbed as well: it must then end by itself, with 74.
 */
import type { Dice } from "./Dice.ts"
import { type Execution, type Journal, openAttempts } from "./KillFacts.ts"
import type { Stage, Started } from "./Stage.ts"

export const victims = [
  "pawl",
  "its process group",
  "pawl and a step",
  "pawl and its launcher",
  "its launcher",
  "everything"
] as const

export type Victim = (typeof victims)[number]

/** What pawl alone suffers comes most often: it is what is promised most of. */
export const drawVictim = (dice: Dice): Victim => dice.pick([...victims, "pawl", "pawl", "pawl"])

export const killGroup = (group: number): void => {
  if (group < 2) throw new Error(`no process group of ours: ${group}`)
  try {
    process.kill(-group, "SIGKILL")
  } catch {
    // It has ended in this moment.
  }
}

const killEach = (pids: ReadonlyArray<number>): void => {
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL")
    } catch {
      // It has ended in this moment.
    }
  }
}

/** What a kill does to steps, by their process groups. */
export interface Struck {
  /** Killed themselves: such an attempt may count as failed, since it is not pawl that was killed in it. */
  readonly killed: ReadonlyArray<number>
  /** Their end may be known to nobody, so that they may be made again though they finished. */
  readonly unknown: ReadonlyArray<number>
  /** Nobody watches over steps any more. One that was only just being started is not to be seen yet. */
  readonly isUnwatched: boolean
}

const nothing: Struck = { killed: [], unknown: [], isUnwatched: false }

/** Who has run, and of whose end the journal does not tell. */
export const untold = (
  { executions, journal }: { readonly executions: ReadonlyArray<Execution>; readonly journal: Journal }
): ReadonlyArray<number> => {
  const open = openAttempts(journal)
  return [...open.groups, ...executions.flatMap(({ attempt, group }) => open.ended.has(attempt) ? [] : [group])]
}

/** Kills as the victim says. */
export const strike = async (
  stage: Stage,
  child: Started,
  victim: Victim,
  dice: Dice,
  facts: () => { readonly executions: ReadonlyArray<Execution>; readonly journal: Journal }
): Promise<Struck> => {
  if (victim === "pawl") {
    child.kill()
    return nothing
  }
  if (victim === "its process group") {
    child.killGroup()
    return nothing
  }
  if (victim === "pawl and a step") {
    const [first, ...others] = facts().executions.filter(({ to }) => to === undefined).map(({ group }) => group)
    const step = first === undefined ? [] : [dice.pick([first, ...others])]
    child.kill()
    for (const group of step) killGroup(group)
    return { killed: step, unknown: step, isUnwatched: false }
  }
  const children = child.children()
  if (victim !== "its launcher") child.kill()
  killEach(victim === "everything" ? stage.left() : children)
  await child.ended
  // First who is alive: who has ended since has written that by the time it is read.
  const alive = stage.left()
  const unknown = [...alive, ...untold(facts())]
  return { killed: victim === "everything" ? unknown : [], unknown, isUnwatched: true }
}
