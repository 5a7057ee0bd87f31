/**
 * A batch of twenty targets whose state is on a disk that something happens to.
 *
 * Owns the calls of pawl in a disk fault, and the claims that all of them share. The surprise: what the targets do
 * is written beside the state directory, never in it, so that it is known whatever becomes of that.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Dice } from "./Dice.ts"
import type { Stage, Started } from "./Stage.ts"

export const TARGETS = 20
/** The target that can be made to wait until the file `go` is there. */
const HALF = 10

/** Each target writes its number; what else `t10` does is in the file `at-half`. */
const batch = `name: batch
targets:
  - forEach: { items: [${Array.from({ length: TARGETS }, (_, index) => index).join(", ")}] }
    id: "t{{ item }}"
    run: "test {{ item }} != ${HALF} || . ./at-half; echo {{ item }} >> ran.txt"
`

export interface Answer {
  readonly code: number | string
  readonly stdout: string
  readonly stderr: string
}

/** The summary, as far as it is looked at. */
interface Summary {
  readonly haltReason?: string
  readonly exitCode?: number
  readonly counts?: Readonly<Record<string, number>>
}

export const summaryOf = ({ stdout }: Answer): Summary => {
  try {
    return JSON.parse(stdout)
  } catch {
    return {}
  }
}

/** A fault: what it is called, and its play. */
export interface Fault {
  readonly name: string
  readonly play: (scene: Scene, dice: Dice) => Promise<void>
}

export interface Scene {
  readonly stage: Stage
  /** The state directory, absolute. */
  readonly state: string
  /** Says what is broken, where a claim does not hold. */
  readonly claim: (holds: boolean, what: string) => void
  /** What a call of pawl answers. */
  readonly pawl: (...words: ReadonlyArray<string>) => Promise<Answer>
  /** The same, started by a shell: `"$@"` is the call. */
  readonly shell: (script: string, ...words: ReadonlyArray<string>) => Promise<Answer>
  readonly run: (...words: ReadonlyArray<string>) => Promise<Answer>
  /** Runs until target 10 is under way, and kills pawl then. */
  readonly killHalfWay: () => Promise<void>
  /** What target 10 does, in the language of the shell. */
  readonly atHalf: (script: string) => void
  /** The folder of the only run. */
  readonly runFolder: () => string
  /** How often each target has done its work. */
  readonly ran: () => ReadonlyArray<number>
}

const insides = /\n\s+at \S+ \(|\$bunfs|node:fs|\bTypeError\b|a defect of its own/

/** Makes the scene. `broken` takes what does not hold; `disk` is where the state directory is. */
export const makeScene = (
  binary: string,
  stage: Stage,
  broken: (what: string) => void,
  disk = stage.path
): Scene => {
  const state = join(disk, "state")
  let calls = 0
  const atHalf = (script: string): void => writeFileSync(join(stage.path, "at-half"), `${script}\n`)
  writeFileSync(join(stage.path, "batch.yaml"), batch)
  atHalf(":")

  const answerOf = async (child: Started, call: number): Promise<Answer> => ({
    code: await child.ended,
    stdout: readFileSync(join(stage.path, `out.${call}`), "utf8"),
    stderr: readFileSync(join(stage.path, `err.${call}`), "utf8")
  })
  const start = (words: ReadonlyArray<string>): { readonly child: Started; readonly call: number } => {
    const call = calls++
    const child = stage.start(words, { out: `out.${call}`, err: `err.${call}`, env: { PAWL_STATE_DIR: state } })
    return { child, call }
  }
  const shell: Scene["shell"] = async (script, ...words) => {
    const { call, child } = start(["bash", "-c", script, "bash", binary, ...words])
    const answer = await answerOf(child, call)
    if (insides.test(answer.stderr)) broken(`it shows its insides: ${answer.stderr}`)
    return answer
  }
  const pawl: Scene["pawl"] = (...words) => shell("exec \"$@\"", ...words)
  const runFolder = (): string => {
    const runs = join(state, "batch/runs")
    return join(runs, readdirSync(runs)[0] ?? "none")
  }
  /** Its script runs, and the journal tells of it: who is on the way to its program is not known by its mark. */
  const isHalf = (): boolean => {
    if (!existsSync(join(stage.path, "half"))) return false
    const journal = existsSync(join(state, "batch/runs")) ? join(runFolder(), "journal.ndjson") : ""
    return existsSync(journal) && readFileSync(journal, "utf8").includes(`"StepStarted","target":"t${HALF}"`)
  }
  const killHalfWay = async (): Promise<void> => {
    atHalf("echo > half; until test -e go; do sleep 0.01; done")
    const { child } = start([binary, "run", "batch.yaml", "--format", "json"])
    while (child.end() === undefined && !isHalf()) await Bun.sleep(1)
    child.kill()
    await child.ended
    stage.end()
    atHalf(":")
  }
  return {
    stage,
    state,
    claim: (holds, what) => {
      if (!holds) broken(what)
    },
    pawl,
    shell,
    run: (...words) => pawl("run", "batch.yaml", "--format", "json", ...words),
    killHalfWay,
    atHalf,
    runFolder,
    ran: () => {
      const counts = Array.from({ length: TARGETS }, () => 0)
      const path = join(stage.path, "ran.txt")
      for (const line of existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : []) {
        counts[Number(line)] = (counts[Number(line)] ?? 0) + 1
      }
      return counts
    }
  }
}

/** What is told of an answer in which something is broken. */
const short = (text: string): string => text.length > 300 ? `${text.slice(0, 300)} …` : text
const firstLine = ({ stderr }: Answer): string =>
  short(stderr.split("\n").find((line) => line.startsWith("error:")) ?? stderr.trim().split("\n").at(-1) ?? "")

/** A call that pawl must refuse with 74: it names what, and says what to do, in words and as the one document. */
export const claimRefused = ({ claim }: Scene, answer: Answer, ...words: ReadonlyArray<string>): void => {
  const { code, stderr, stdout } = answer
  claim(code === 74, `exit code 74 is due and ${code} came: ${firstLine(answer)}`)
  for (const word of words) claim(stderr.includes(word), `the error does not say "${word}": ${firstLine(answer)}`)
  claim(stderr.includes("\nhint: "), `the error has no hint: ${firstLine(answer)}`)
  const document = stdout.trim().split("\n")
  claim(
    document.length === 1 && summaryOf(answer).exitCode === 74,
    `not one document with exit code 74: ${short(stdout)}`
  )
}

/** A call after which everything is done, each target as often as allowed: once, but for those that may come twice. */
export const claimThrough = (scene: Scene, answer: Answer, mayComeTwice: ReadonlyArray<number> = []): void => {
  const { claim, ran } = scene
  claim(answer.code === 0, `exit code 0 is due and ${answer.code} came: ${firstLine(answer)}`)
  claim(summaryOf(answer).counts?.["completed"] === TARGETS, "not every target is completed")
  for (const [target, times] of ran().entries()) {
    const isRight = times === 1 || (times === 2 && mayComeTwice.includes(target))
    claim(isRight, `target ${target} did its work ${times} times`)
  }
}

/** Nothing ran since: what was done is as it was. */
export const claimNothingRan = ({ claim, ran }: Scene, before: ReadonlyArray<number>): void => {
  const now = ran()
  claim(before.every((times, target) => now[target] === times), "a refused call ran something")
}

/**
 * A run that a fault stopped in the middle. Gives the targets that may do their work twice: the one whose outcome
 * could not be written.
 */
export const claimHalted = ({ claim, ran }: Scene, answer: Answer): ReadonlyArray<number> => {
  const { counts = {}, haltReason } = summaryOf(answer)
  const done = ran().filter((times) => times > 0).length
  claim(haltReason === "CheckpointFailed", `the halt reason is ${haltReason}`)
  claim(
    done - (counts["completed"] ?? 0) <= 1,
    `${done} targets did their work and ${counts["completed"]} are completed`
  )
  return [done - 1]
}
