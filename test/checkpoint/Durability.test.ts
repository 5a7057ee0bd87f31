import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { makeSimulatedFiles } from "../../scripts/torture/SimulatedFiles.ts"
import { Checkpoint } from "../../src/checkpoint/Checkpoint.ts"
import { Disk } from "../../src/checkpoint/Disk.ts"
import { layerFile } from "../../src/checkpoint/FileCheckpoint.ts"
import { layerFileWith } from "../../src/checkpoint/FileRunStore.ts"
import { orderedDisk } from "../../src/checkpoint/OrderedDisk.ts"
import { RunStore } from "../../src/checkpoint/RunStore.ts"
import { Status } from "../../src/run/Status.ts"
import { loadedOf } from "../simulate/rehearsing.ts"
import { started } from "./contract.ts"

const locks = {
  lock: () => Effect.succeed([]),
  nameRun: () => Effect.void,
  liveHolder: (): undefined => {}
}

/** A disk on which `/m` is there, and that a power cut leaves with nothing that was not synced. */
const simulated = () => {
  const files = makeSimulatedFiles(() => 0)
  files.calls.makeFolder("/m")
  files.calls.sync(files.calls.open("/", "read"))
  const disk = orderedDisk(files.calls)
  return {
    files,
    disk,
    layer: Layer.merge(Layer.succeed(Disk, disk), Status.layerSilent),
    powerCut: () => files.powerCut({ upTo: () => 0, below: () => 0, pick: (list) => list[0] }),
    isThere: (path: string) => files.calls.look(path, false) !== undefined
  }
}

describe("a power cut", () => {
  it.effect("takes nothing away that was made durable: folders and all above them", () =>
    Effect.gen(function*() {
      const { disk, isThere, powerCut } = simulated()
      yield* disk.makeFolder("/m/.pawl/b/runs/r/logs")
      powerCut()
      expect(isThere("/m/.pawl/b/runs/r/logs")).toBe(true)
    }))

  it.effect("takes no folder away that a killed pawl made, and that another one has gone on with", () =>
    Effect.gen(function*() {
      const { disk, files, isThere, powerCut } = simulated()
      files.calls.makeFolder("/m/.pawl")
      yield* disk.makeFolder("/m/.pawl/b")
      powerCut()
      expect(isThere("/m/.pawl/b")).toBe(true)
    }))

  it.effect("takes no event away that a killed pawl wrote, and that the next one has read", () =>
    Effect.gen(function*() {
      const { files, layer, powerCut } = simulated()
      const open = Effect.provide(
        Effect.flatMap(Checkpoint, ({ state }) => state),
        Layer.provide(layerFile("/m"), layer)
      )
      const write = Effect.flatMap(Checkpoint, ({ append }) => append([started]))
      yield* Effect.provide(write, Layer.provide(layerFile("/m"), layer))
      const line = files.inspect("/m/journal.ndjson")?.bytes.slice() ?? new Uint8Array()
      files.calls.truncate(files.calls.open("/m/journal.ndjson", "append"), 0)
      files.calls.sync(files.calls.open("/m/journal.ndjson", "read"))
      files.calls.write(files.calls.open("/m/journal.ndjson", "append"), line, 0)
      expect((yield* open).seq).toBe(1)
      powerCut()
      expect((yield* open).seq).toBe(1)
    }))

  it.effect("does not make a batch begin anew whose current run was named by a killed pawl", () =>
    Effect.gen(function*() {
      const { files, layer, powerCut } = simulated()
      const { plan } = loadedOf("name: b\ntargets: [{ id: a, run: make }]\n")
      const opening = (use: "create" | "look") =>
        Effect.scoped(Effect.gen(function*() {
          const opened = yield* (yield* RunStore).open("/m/.pawl", "b")
          if (use === "create") yield* opened.create("r1", plan)
          return opened.current?.runId
        })).pipe(Effect.provide(Layer.provide(layerFileWith(locks), layer)))
      yield* opening("create")
      files.calls.rename("/m/.pawl/b/current", "/m/.pawl/b/current.next")
      files.calls.sync(files.calls.open("/m/.pawl/b", "read"))
      files.calls.rename("/m/.pawl/b/current.next", "/m/.pawl/b/current")
      expect(yield* opening("look")).toBe("r1")
      powerCut()
      expect(yield* opening("look")).toBe("r1")
    }))
})
