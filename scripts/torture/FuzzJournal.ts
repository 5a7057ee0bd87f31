/**
 * A spoiled journal, read in every way in which pawl reads one.
 *
 * Owns what is right to make of it: the whole lines that are still the first of the journal, and a torn
 * one after them at most; anything else is damage whose line is named. The surprise: a journal cut exactly
 * between two lines is one that an earlier moment left, and only a snapshot can tell.
 */
import { Effect, Either } from "effect"
import { Disk } from "../../src/checkpoint/Disk.ts"
import { inspect, replay } from "../../src/checkpoint/Journal.ts"
import { readEvents } from "../../src/checkpoint/ReadEvents.ts"
import { JOURNAL, recover, type Recovered, SNAPSHOT } from "../../src/checkpoint/Recover.ts"
import type { JournalPlace } from "../../src/checkpoint/RunStore.ts"
import { empty } from "../../src/run/RunState.ts"
import type { Dice } from "./Dice.ts"
import { linesOf, spoiled } from "./FuzzBytes.ts"
import { type Recorded, textOf } from "./FuzzCorpus.ts"

const never = (): Effect.Effect<never> => Effect.dieMessage("a reader does more than read")
/** More reads than any of these files takes: whoever comes here goes round in circles. */
const MOST_READS = 1000

/** A disk that holds a journal, a snapshot where one is given, and the logs of some steps where there are any. */
export const diskOf = (journal: Uint8Array, snapshot: Uint8Array | undefined, hasLogs = false): Disk["Type"] => {
  let reads = 0
  return Disk.of({
    read: (path, from = 0, length = Number.POSITIVE_INFINITY) =>
      Effect.sync(() => {
        reads += 1
        if (reads > MOST_READS) throw new Error("it reads on and on")
        if (!(from >= 0) || !(length >= 0)) throw new Error(`${length} bytes from ${from} on were asked for`)
        const file = path.endsWith(SNAPSHOT) ? snapshot : path.endsWith(JOURNAL) ? journal : undefined
        return file?.subarray(from, from + length)
      }),
    makeFolder: never,
    syncFolder: never,
    checkFolder: never,
    list: () => Effect.succeed(hasLogs ? ["t1"] : []),
    replace: never,
    create: never,
    readPlain: never,
    openAppend: never,
    modifiedAt: (path) => Effect.succeed(path.endsWith(SNAPSHOT) && snapshot !== undefined ? 0 : undefined),
    remove: never,
    move: never,
    size: never
  })
}

/** The state, or the message of the refusal. */
export const recovered = (disk: Disk["Type"]): Either.Either<Recovered, string> =>
  Effect.runSync(Effect.either(Effect.mapError(
    Effect.provideService(recover("/run"), Disk, disk),
    ({ message }) => message
  )))

/** What is right to make of a journal's bytes. */
type Right =
  | { readonly type: "state"; readonly events: number; readonly torn: number }
  | { readonly type: "damage"; readonly line: number }

const same = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a !== undefined && b !== undefined && Buffer.compare(a, b) === 0

const rightOf = (bytes: Uint8Array, { lines }: Recorded): Right => {
  const found = linesOf(bytes)
  const at = found.findIndex((line, index) => !same(line, lines[index]))
  if (at === -1) return { type: "state", events: found.length, torn: 0 }
  const line = found[at] ?? new Uint8Array()
  return line.at(-1) === 10
    ? { type: "damage", line: at + 1 }
    : { type: "state", events: at, torn: line.length }
}

const damagedLine = (message: string): number => Number(/: line (\d+) is damaged: /.exec(message)?.[1])

interface Seen {
  readonly events: number
  readonly line?: number
  /** It is told that the first event was lost. */
  readonly isLost?: true
}

const seenEvents = (disk: Disk["Type"], most: number): Seen => {
  let place: JournalPlace = { bytes: 0, seq: 0 }
  let events = 0
  for (let parts = 0; parts <= most; parts++) {
    const part = Effect.runSync(Effect.either(Effect.provideService(readEvents("/run", place), Disk, disk)))
    if (Either.isLeft(part)) {
      const { message } = part.left
      return message.includes("durable events are missing")
        ? { events, isLost: true }
        : { events, line: damagedLine(message) }
    }
    if (part.right.events.length === 0) return { events }
    events += part.right.events.length
    place = part.right.place
  }
  throw new Error("its events come on and on")
}

/** Spoils a journal and reads it; gives what was wrong in that, in words. */
export const fuzzJournal = (dice: Dice, [own, other]: readonly [Recorded, Recorded]): ReadonlyArray<string> => {
  const bytes = spoiled(own.bytes, dice, other.bytes)
  // Its first line may be another run's, and all of it with that.
  const isOther = own.isLinked && !same(linesOf(bytes)[0], own.lines[0]) && same(linesOf(bytes)[0], other.lines[0])
  const from = isOther ? other : own
  const right = rightOf(bytes, from)
  const wrong: Array<string> = []
  const claim = (holds: boolean, message: string): void => {
    if (!holds) wrong.push(`${message}; right is ${JSON.stringify(right)}`)
  }

  const read = replay(bytes, empty, 1)
  if (right.type === "damage") {
    claim(Either.isLeft(read) && read.left.line === right.line, `replay says ${JSON.stringify(Either.getLeft(read))}`)
  } else if (Either.isLeft(read)) {
    claim(false, `replay finds damage in line ${read.left.line}`)
  } else {
    const { dropped, events, soundBytes, state } = read.right
    claim(events === right.events && textOf(state) === from.texts[events], `replay makes a state of ${events} events`)
    claim(dropped?.bytes === (right.torn || undefined) && soundBytes === bytes.length - right.torn, "replay drops")
  }

  const looked = inspect(bytes, 1)
  // It does not read the events, and may take a sound line for the first one.
  claim(
    Either.isRight(looked) || (right.type === "damage" && looked.left.line >= right.line),
    `inspect finds damage in line ${Either.isLeft(looked) ? looked.left.line : 0}`
  )

  const seq = 1 + dice.below(own.lines.length)
  const snapshot = isOther || dice.below(2) === 0 ? undefined : Buffer.from(own.snapshots[seq] ?? "")
  const files = recovered(diskOf(bytes, snapshot))
  const isShort = snapshot !== undefined && right.type === "state" && right.events < seq
  if (right.type === "damage") {
    claim(Either.isLeft(files) && damagedLine(files.left) === right.line, `recover says ${JSON.stringify(files)}`)
  } else if (isShort) {
    claim(Either.isLeft(files) && files.left.includes("durable events are missing"), "recover misses nothing")
  } else if (Either.isLeft(files)) {
    claim(false, `recover says ${files.left}`)
  } else {
    const { recovery, state } = files.right
    claim(textOf(state) === from.texts[right.events], `recover makes another state, its snapshot ${recovery.snapshot}`)
    claim(recovery.dropped?.bytes === (right.torn || undefined), "recover drops")
    claim(recovery.snapshot === (snapshot === undefined ? "none" : "used"), `the snapshot is ${recovery.snapshot}`)
  }

  const hasLogs = dice.below(2) === 0
  const { events, isLost = false, line } = seenEvents(diskOf(bytes, undefined, hasLogs), own.lines.length + 2)
  claim(
    right.type === "damage"
      ? line === right.line && events === line - 1
      : line === undefined && events === right.events,
    `${events} events are shown, then damage in line ${line}`
  )
  // Steps leave logs, and none of them has run before the first event was durable.
  const isFirstLost = hasLogs && right.type === "state" && right.events === 0
  claim(isLost === isFirstLost, `that the first event is lost is ${isLost ? "told" : "not told"}`)
  return wrong
}
