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
import type { Inbox, LeftCancel } from "../run/Gates.ts"
import { StateError } from "../run/StateError.ts"
import { cancelName, decodeCancel, encodeCancel, isCancel } from "./CancelFile.ts"
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

/** From the name and text of a file; on the left why it is of no use. */
type Decode<A> = (name: string, text: string) => Either.Either<A, string>

interface Seen {
  readonly decisions: Map<string, DroppedDecision>
  readonly cancels: Map<string, LeftCancel>
  /** The folder's time before the last reading; undefined where it may not tell of the next change. */
  stamp: number | undefined
}

const contents = ({ cancels, decisions }: Seen, unreadable: ReadonlyArray<string>): Inbox => ({
  decisions: [...decisions.values()].sort((a, b) => a.opened - b.opened),
  cancels: [...cancels.values()],
  unreadable
})

const make = Effect.gen(function*() {
  const disk = yield* Disk
  const all = new Map<string, Seen>()
  const seenOf = (runDir: string): Seen => {
    const known = all.get(runDir)
    if (known !== undefined) return known
    const seen: Seen = { decisions: new Map(), cancels: new Map(), stamp: undefined }
    all.set(runDir, seen)
    return seen
  }

  /** One file; undefined where it is gone again. */
  const readFile = <A>(
    folder: string,
    name: string,
    decode: Decode<A>
  ): Effect.Effect<Either.Either<A, string> | undefined> =>
    disk.readPlain(join(folder, name), mostBytes).pipe(
      Effect.map((bytes) =>
        bytes === undefined ? undefined : Either.flatMap(bytes, (plain) => decode(name, decoder.decode(plain)))
      ),
      Effect.catchAll(({ message }) => Effect.succeed(Either.left(message)))
    )

  const readNames = Effect.fn("FileInbox.readNames")(function*(folder: string, seen: Seen) {
    const names = (yield* disk.list(folder)).filter((name) => !isTemporary(name))
    const present = new Set(names)
    const unreadable: Array<string> = []
    const readNew = <A>(name: string, all: Map<string, A>, decode: Decode<A>, what: string) =>
      Effect.map(readFile(folder, name, decode), (file) => {
        if (file === undefined) return
        if (Either.isRight(file)) all.set(name, file.right)
        else unreadable.push(`inbox/${name} is left as it is, since it can't be read as ${what}: ${file.left}`)
      })
    for (const known of [seen.decisions, seen.cancels]) {
      for (const name of known.keys()) if (!present.has(name)) known.delete(name)
    }
    for (const name of names) {
      if (seen.decisions.has(name) || seen.cancels.has(name)) continue
      yield* isCancel(name)
        ? readNew(name, seen.cancels, decodeCancel, "a request to stop")
        : readNew(name, seen.decisions, decodeDecision, "a decision")
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
      return contents(seen, unreadable)
    }).pipe(Effect.catchAll(({ message }) => Effect.succeed(contents(seenOf(runDir), [message]))))

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

  /** What has the name already. */
  const earlier = <A>(folder: string, name: string, decode: Decode<A>, what: string): Effect.Effect<A, StateError> =>
    Effect.flatMap(readFile(folder, name, decode), (file) => {
      if (file !== undefined && Either.isRight(file)) return Effect.succeed(file.right)
      const path = join(folder, name)
      return new StateError({
        message: `${path} is in the way of ${what}, and can't be read as one: ${file?.left ?? "it is gone again"}`,
        hint: "look at it, and move it away if nobody is writing it; then try again",
        path
      })
    })

  /** Makes a file of an inbox; false where its name is taken. */
  const put = (folder: string, name: string, text: string): Effect.Effect<boolean, StateError> =>
    disk.checkFolder(folder).pipe(
      Effect.zipRight(disk.makeFolder(folder)),
      Effect.zipRight(disk.create(join(folder, name), text))
    )

  return RunInbox.of({
    read,
    changed,
    drop: (runDir, decision) =>
      Effect.gen(function*() {
        const folder = inboxFolder(runDir)
        const name = decisionName(decision.opened)
        if (yield* put(folder, name, encodeDecision(decision))) return Option.none()
        const first = yield* earlier(folder, name, decodeDecision, "a decision")
        return Option.some({ decision: first, file: join(folder, name) })
      }),
    cancel: (runDir, request) =>
      Effect.gen(function*() {
        const folder = inboxFolder(runDir)
        const name = cancelName(request.invocation)
        if (yield* put(folder, name, encodeCancel(request))) return Option.none()
        return Option.some(yield* earlier(folder, name, decodeCancel, "a request to stop"))
      })
  })
})

/** Inboxes on the disk of this machine. */
export const layerFileInbox: Layer.Layer<RunInbox, never, Disk> = Layer.effect(RunInbox, make)
