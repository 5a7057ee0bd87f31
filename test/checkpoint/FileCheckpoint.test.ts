import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import { Checkpoint } from "../../src/checkpoint/Checkpoint.ts"
import { type AppendFile, Disk } from "../../src/checkpoint/Disk.ts"
import { layerFile } from "../../src/checkpoint/FileCheckpoint.ts"
import { layerDisk } from "../../src/checkpoint/LiveDisk.ts"
import { targetState } from "../../src/run/RunState.ts"
import { StateError } from "../../src/run/StateError.ts"
import { Status } from "../../src/run/Status.ts"
import { checkpointContract, completed, started } from "./contract.ts"

const root = mkdtempSync(join(tmpdir(), "pawl-checkpoint-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const folder = (): string => mkdtempSync(join(root, "run-"))

checkpointContract("layerFile", () => {
  const directory = folder()
  return { open: () => Layer.provide(layerFile(directory), layerDisk) }
})

const opened = <A, E>(directory: string, use: Effect.Effect<A, E, Checkpoint>) =>
  use.pipe(
    Effect.provide(Layer.provide(layerFile(directory), Layer.merge(layerDisk, Status.layerSilent)))
  )

const state = Effect.flatMap(Checkpoint, (checkpoint) => checkpoint.state)

/** A run with one completed target, and optionally a snapshot of it. */
const written = (directory: string, snapshot: boolean) =>
  opened(
    directory,
    Effect.gen(function*() {
      const checkpoint = yield* Checkpoint
      yield* checkpoint.append([started])
      yield* checkpoint.append(completed("a"))
      if (snapshot) yield* checkpoint.snapshot
    })
  )

describe("a run that is opened again after something happened to its files", () => {
  it.effect("a torn last line is dropped, said so, and gone from the file", () =>
    Effect.gen(function*() {
      const directory = folder()
      yield* written(directory, false)
      const journal = join(directory, "journal.ndjson")
      const sound = readFileSync(journal, "utf8")
      appendFileSync(journal, "{\"seq\":4,\"at\":\"2026-")
      const recovery = yield* opened(directory, Effect.map(Checkpoint, (checkpoint) => checkpoint.recovery))
      expect(recovery.dropped).toEqual({ line: 4, bytes: 20 })
      expect(readFileSync(journal, "utf8")).toBe(sound)
    }))

  it.effect("a flipped byte is damage that names its line, never a silent fresh start", () =>
    Effect.gen(function*() {
      const directory = folder()
      yield* written(directory, false)
      const journal = join(directory, "journal.ndjson")
      writeFileSync(journal, readFileSync(journal, "utf8").replace("\"target\":\"a\"", "\"target\":\"b\""))
      const error = yield* Effect.flip(opened(directory, state))
      expect(error.message).toContain("line 2 is damaged: its checksum does not match")
      expect(error.hint).toContain("--fresh")
    }))

  it.effect("a missing line in the middle is damage", () =>
    Effect.gen(function*() {
      const directory = folder()
      yield* written(directory, false)
      const journal = join(directory, "journal.ndjson")
      const [first, , third] = readFileSync(journal, "utf8").split("\n")
      writeFileSync(journal, `${first}\n${third}\n`)
      const error = yield* Effect.flip(opened(directory, state))
      expect(error.message).toContain("line 2 is damaged: its seq is 3 where 2 is due")
    }))

  it.effect("a damaged snapshot is not used, and the journal gives the same state", () =>
    Effect.gen(function*() {
      const directory = folder()
      yield* written(directory, true)
      const path = join(directory, "checkpoint.json")
      writeFileSync(path, readFileSync(path, "utf8").replace("completed", "blocked"))
      const [after, recovery] = yield* opened(
        directory,
        Effect.flatMap(Checkpoint, (checkpoint) =>
          Effect.map(checkpoint.state, (now) => [now, checkpoint.recovery] as const))
      )
      expect(recovery.snapshot).toBe("unfit")
      expect(targetState(after, "a").status).toBe("completed")
    }))

  it.effect("a snapshot of a newer version is refused", () =>
    Effect.gen(function*() {
      const directory = folder()
      yield* written(directory, true)
      const path = join(directory, "checkpoint.json")
      writeFileSync(path, readFileSync(path, "utf8").replace("\"version\": 2", "\"version\": 3"))
      const error = yield* Effect.flip(opened(directory, state))
      expect(error.message).toContain("has version 3, written by a newer pawl")
    }))

  it.effect("a journal that lost what its snapshot holds is damage", () =>
    Effect.gen(function*() {
      const directory = folder()
      yield* written(directory, true)
      truncateSync(join(directory, "journal.ndjson"), 200)
      const error = yield* Effect.flip(opened(directory, state))
      expect(error.message).toContain("durable events are missing")
    }))

  it.effect("damage before what a snapshot stands for is damage all the same", () =>
    Effect.gen(function*() {
      const directory = folder()
      yield* written(directory, true)
      const journal = join(directory, "journal.ndjson")
      writeFileSync(journal, readFileSync(journal, "utf8").replace("\"batch\":\"b\"", "\"batch\":\"c\""))
      const error = yield* Effect.flip(opened(directory, state))
      expect(error.message).toContain("line 1 is damaged: its checksum does not match")
    }))

  it.effect("a snapshot that fits gives the state as it was", () =>
    Effect.gen(function*() {
      const directory = folder()
      yield* written(directory, true)
      const [now, recovery] = yield* opened(
        directory,
        Effect.flatMap(Checkpoint, (checkpoint) =>
          Effect.map(checkpoint.state, (now) => [now, checkpoint.recovery] as const))
      )
      expect(recovery.snapshot).toBe("used")
      expect([now.seq, now.batch]).toEqual([3, "b"])
    }))

  it.effect("a snapshot vouches for the whole journal before it, however often the run was taken up", () =>
    Effect.gen(function*() {
      const directory = folder()
      const journal = join(directory, "journal.ndjson")
      const isVouchedFor = (): boolean => {
        const { journalBytes, journalCrc } = JSON.parse(readFileSync(join(directory, "checkpoint.json"), "utf8"))
        const bytes = readFileSync(journal)
        expect(journalBytes).toBe(bytes.length)
        return Number.parseInt(journalCrc, 16) === Bun.hash.crc32(bytes)
      }
      yield* written(directory, true)
      expect(isVouchedFor()).toBe(true)
      appendFileSync(journal, "{\"seq\":4,\"at\":\"2026-")
      for (const target of ["é", "c"]) {
        yield* opened(
          directory,
          Effect.flatMap(
            Checkpoint,
            (checkpoint) => Effect.zipRight(checkpoint.append(completed(target)), checkpoint.snapshot)
          )
        )
        expect(isVouchedFor()).toBe(true)
      }
      // Without its snapshot all of the journal is read.
      rmSync(join(directory, "checkpoint.json"))
      yield* opened(directory, Effect.flatMap(Checkpoint, (checkpoint) => checkpoint.snapshot))
      expect(isVouchedFor()).toBe(true)
    }))

  it.effect("a snapshot whose checksum of the journal an older pawl has carried on is used where each line is sound", () =>
    Effect.gen(function*() {
      const directory = folder()
      yield* written(directory, true)
      const path = join(directory, "checkpoint.json")
      const [body = ""] = readFileSync(path, "utf8").replace(/"journalCrc": "[^"]*"/, "\"journalCrc\": \"00000000\"")
        .split(",\n \"checksum\"")
      const crc = Bun.hash.crc32(body).toString(16).padStart(8, "0")
      writeFileSync(path, `${body},\n "checksum": "${crc}"\n}\n`)
      const recovery = yield* opened(directory, Effect.map(Checkpoint, (checkpoint) => checkpoint.recovery))
      expect(recovery.snapshot).toBe("used")
    }))
})

describe("a disk that fails", () => {
  const full = new StateError({ message: "the disk is full", hint: "free space", path: "journal" })

  /** The real disk, but for writes to the journal once `after` of them have been made. */
  const layerFailing = (after: number) =>
    Layer.effect(
      Disk,
      Effect.map(Disk, (disk) => ({
        ...disk,
        openAppend: (path: string) =>
          Effect.map(disk.openAppend(path), (file): AppendFile => {
            let left = after
            const write = (text: string): number => {
              if (left-- > 0) return file.write(text)
              throw full
            }
            return { ...file, write }
          })
      }))
    ).pipe(Layer.provide(layerDisk))

  it.effect("fails the append, and every later one: nobody can say what is on it", () =>
    Effect.gen(function*() {
      const directory = folder()
      const layer = Layer.provide(layerFile(directory), Layer.merge(layerFailing(1), Status.layerSilent))
      yield* Effect.gen(function*() {
        const checkpoint = yield* Checkpoint
        yield* checkpoint.append([started])
        expect(yield* Effect.flip(checkpoint.append(completed("a")))).toEqual(full)
        expect(yield* Effect.flip(checkpoint.append(completed("b")))).toEqual(full)
        expect((yield* checkpoint.state).seq).toBe(1)
      }).pipe(Effect.provide(layer))
      expect((yield* opened(directory, state)).seq).toBe(1)
    }))
})
