/**
 * The inboxes of runs on disk (`layerFileInbox`).
 *
 * Owns what has been read of each already: a file is read once, and again only while it can't be
 * read as a decision. Must not remove anything. The surprise: whether there is something new is
 * asked of the folder's time, and after a while answered with yes without looking, since a file
 * that was written bit by bit does not change that time when it is complete.
 */
import { Clock, Effect, Either, Layer, Option } from "effect"
import { join } from "node:path"
import type { Inbox } from "../run/Gates.ts"
import { StateError } from "../run/StateError.ts"
import { decisionName, decodeDecision, encodeDecision, isTemporary, mostBytes } from "./DecisionFile.ts"
import { Disk } from "./Disk.ts"
import { type DroppedDecision, RunInbox } from "./Inbox.ts"
import { inboxFolder } from "./RunDirectory.ts"

/** Between two looks at the folder, milliseconds. */
const interval = 500
/** After so many looks it is worth reading again whatever the folder's time is. */
const looks = 10
/** A folder's time may stay the same for two changes that follow each other this closely, milliseconds. */
const coarse = 100

const decoder = new TextDecoder()

interface Seen {
  readonly decisions: Map<string, DroppedDecision>
  /** The folder's time before the last reading; undefined where it may not tell of the next change. */
  stamp: number | undefined
}

const make = Effect.gen(function*() {
  const disk = yield* Disk
  const all = new Map<string, Seen>()
  const seenOf = (runDir: string): Seen => {
    const known = all.get(runDir)
    if (known !== undefined) return known
    const seen: Seen = { decisions: new Map(), stamp: undefined }
    all.set(runDir, seen)
    return seen
  }

  /** One file; undefined where it is gone again. */
  const readFile = (folder: string, name: string): Effect.Effect<Either.Either<DroppedDecision, string> | undefined> =>
    disk.readPlain(join(folder, name), mostBytes).pipe(
      Effect.map((bytes) =>
        bytes === undefined
          ? undefined
          : Either.flatMap(bytes, (plain) => decodeDecision(name, decoder.decode(plain)))
      ),
      Effect.catchAll(({ message }) => Effect.succeed(Either.left(message)))
    )

  const readNames = Effect.fn("FileInbox.readNames")(function*(folder: string, seen: Seen) {
    const names = (yield* disk.list(folder)).filter((name) => !isTemporary(name))
    const present = new Set(names)
    for (const name of seen.decisions.keys()) if (!present.has(name)) seen.decisions.delete(name)
    const unreadable: Array<string> = []
    for (const name of names) {
      if (seen.decisions.has(name)) continue
      const file = yield* readFile(folder, name)
      if (file === undefined) continue
      if (Either.isRight(file)) seen.decisions.set(name, file.right)
      else unreadable.push(`inbox/${name} is left as it is, since it can't be read as a decision: ${file.left}`)
    }
    return unreadable
  })

  const read = (runDir: string): Effect.Effect<Inbox> =>
    Effect.gen(function*() {
      const seen = seenOf(runDir)
      const folder = inboxFolder(runDir)
      const now = yield* Clock.currentTimeMillis
      const stamp = (yield* disk.modifiedAt(folder)) ?? 0
      seen.stamp = now - stamp < coarse ? undefined : stamp
      const unreadable = yield* readNames(folder, seen)
      const decisions = [...seen.decisions.values()].sort((a, b) => a.opened - b.opened)
      return { decisions, unreadable }
    }).pipe(
      Effect.catchAll(({ message }) =>
        Effect.succeed({ decisions: [...seenOf(runDir).decisions.values()], unreadable: [message] })
      )
    )

  const changed = (runDir: string): Effect.Effect<void> =>
    Effect.gen(function*() {
      const folder = inboxFolder(runDir)
      for (let look = 1; look < looks; look++) {
        yield* Effect.sleep(interval)
        const stamp = yield* Effect.orElseSucceed(disk.modifiedAt(folder), () => undefined)
        if (seenOf(runDir).stamp !== (stamp ?? 0)) return
      }
      yield* Effect.sleep(interval)
    })

  const earlier = Effect.fn("FileInbox.earlier")(function*(folder: string, name: string) {
    const path = join(folder, name)
    const file = yield* readFile(folder, name)
    if (file !== undefined && Either.isRight(file)) return { decision: file.right, file: path }
    return yield* new StateError({
      message: `${path} is in the way of a decision, and can't be read as one: ${file?.left ?? "it is gone again"}`,
      hint: "look at it, and move it away if nobody is writing it; then decide again",
      path
    })
  })

  return RunInbox.of({
    read,
    changed,
    drop: (runDir, decision) =>
      Effect.gen(function*() {
        const folder = inboxFolder(runDir)
        const name = decisionName(decision.opened)
        yield* disk.makeFolder(folder)
        const isFirst = yield* disk.create(join(folder, name), encodeDecision(decision))
        return isFirst ? Option.none() : Option.some(yield* earlier(folder, name))
      })
  })
})

/** Inboxes on the disk of this machine. */
export const layerFileInbox: Layer.Layer<RunInbox, never, Disk> = Layer.effect(RunInbox, make)
