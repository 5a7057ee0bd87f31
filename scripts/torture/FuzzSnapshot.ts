/**
 * A spoiled snapshot beside a sound journal.
 *
 * Owns what may be made of it: the state is that of the journal, whether the snapshot was used or not;
 * only one that says it is of a newer pawl is refused. The surprise: where its checksum is put right again,
 * only what can be seen to be wrong is changed: who forges a snapshot that looks right is believed.
 */
import { Either } from "effect"
import { SNAPSHOT_VERSION } from "../../src/checkpoint/Snapshot.ts"
import { stringifyJson } from "../../src/expression/Value.ts"
import type { Dice } from "./Dice.ts"
import { spoiled } from "./FuzzBytes.ts"
import { type Recorded, textOf } from "./FuzzCorpus.ts"
import { diskOf, recovered } from "./FuzzJournal.ts"

const junk = [
  null,
  true,
  "",
  "x",
  [],
  {},
  [null],
  -1,
  0.5,
  1e300,
  2 ** 53,
  { "": null },
  { a: 1 },
  [[[]]],
  "9".repeat(1000)
] as const
const versions = [0, 1, 2, 3, 4, 1e9, -1, 2.5, "2", "3", null, [], {}] as const
const offsets = [-1, 1, -100, 100, 1e6, -1e6, 1e15, -1e15, 0.5] as const

type Tree = Record<string, unknown>
const isTree = (value: unknown): value is Tree => typeof value === "object" && value !== null

/** All the objects in a value, itself included; what a step printed may be anything. */
const treesIn = (value: unknown): ReadonlyArray<Tree> =>
  isTree(value)
    ? [value, ...Object.entries(value).flatMap(([key, within]) => key === "output" ? [] : treesIn(within))]
    : []

/** What the fold goes on from, whatever it is within. */
const needed = new Set([
  "version",
  "journalBytes",
  "lastLineBytes",
  "seq",
  "runId",
  "batch",
  "plan",
  "planHash",
  "startedAt",
  "updatedAt",
  "invocations",
  "stepsExecuted",
  "targets",
  "steps",
  "status",
  "attempts",
  "durationMs",
  "within",
  "limited",
  "halted"
])
/** What may be missing, here or there. */
const optional = new Set(["limited", "halted", "within", "startedAt", "durationMs", "attempts"])
const lengths = ["journalBytes", "lastLineBytes", "seq"] as const

/** Something in the tree that no snapshot has. */
const twist = (tree: Tree, dice: Dice): void => {
  switch (dice.below(4)) {
    case 0:
      tree["version"] = dice.pick(versions)
      return
    case 1: {
      const key = dice.pick(lengths)
      tree[key] = Number(tree[key]) + dice.pick(offsets)
      return
    }
    case 2: {
      for (const key of lengths) tree[key] = dice.pick([0, 1, 1e15, -5, null, "1", 2 ** 53])
      return
    }
    default: {
      const trees = treesIn(tree).filter((each) => Object.keys(each).some((key) => needed.has(key)))
      const within = trees[dice.below(trees.length)] ?? tree
      const keys = Object.keys(within).filter((key) => needed.has(key))
      const key = keys[dice.below(keys.length)] ?? "seq"
      const unfit = junk.filter((each) => typeof each !== typeof within[key] || each === null || Array.isArray(each))
      if (dice.below(3) === 0 && !optional.has(key)) delete within[key]
      else within[key] = unfit[dice.below(unfit.length)]
    }
  }
}

const withChecksum = (tree: Tree): string => {
  const { checksum: _c, ...rest } = tree
  const body = stringifyJson(rest, 1).slice(0, -2)
  return `${body},\n "checksum": "${Bun.hash.crc32(body).toString(16).padStart(8, "0")}"\n}\n`
}

const forged = (text: string, dice: Dice): string => {
  const tree: unknown = JSON.parse(text)
  if (!isTree(tree)) throw new Error("a snapshot that is none")
  twist(tree, dice)
  return withChecksum(tree)
}

/** Spoils a snapshot and opens its run; gives what was wrong in that, in words. */
export const fuzzSnapshot = (dice: Dice, [own, other]: readonly [Recorded, Recorded]): ReadonlyArray<string> => {
  const seq = 1 + dice.below(own.lines.length)
  const text = own.snapshots[seq] ?? ""
  const foreign = other.snapshots[seq] ?? ""
  const kind = dice.below(8)
  const bytes = kind === 0 && own.isLinked
    ? Buffer.from(foreign)
    : kind < 4
    ? Buffer.from(forged(text, dice))
    : spoiled(Buffer.from(text), dice, Buffer.from(foreign))
  const end = recovered(diskOf(own.bytes, bytes))
  if (Either.isLeft(end)) {
    const version = Number(/ has version (.*), written by a newer pawl$/.exec(end.left)?.[1])
    const ahead = Number(/ ends before event (\d+), which .* durable events are missing$/.exec(end.left)?.[1])
    return version > SNAPSHOT_VERSION || ahead > own.lines.length ? [] : [`a sound journal is refused: ${end.left}`]
  }
  const { recovery, state } = end.right
  return textOf(state) === own.texts[own.lines.length]
    ? []
    : [`another state, its snapshot ${recovery.snapshot}: ${Buffer.from(bytes).toString("utf8", 0, 300)}`]
}
