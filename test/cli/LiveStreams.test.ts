import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"

const room = new URL("../../src/cli", import.meta.url).pathname

const source = (body: string): string =>
  `import { Effect } from "effect"
     import { layerStreams } from "${room}/LiveStreams.ts"
     import { Streams } from "${room}/Streams.ts"
     const program = Effect.gen(function*() { const { stdout, stderr } = yield* Streams; ${body} })
     Effect.runPromise(Effect.provide(program, layerStreams)).then(() => process.exit(0))`

/** A process of its own that writes to its standard output through the real streams and then exits at once. */
const writer = (body: string) =>
  Bun.spawn([process.execPath, "-e", source(body)], { stdout: "pipe", stderr: "pipe", cwd: room })

describe("standard output", () => {
  it.live("is whole where it is larger than a pipe and the reader is slow", () =>
    Effect.gen(function*() {
      const child = writer(
        "for (let i = 0; i < 500; i++) stdout.write('x'.repeat(9999) + '\\n'); yield* stdout.drained"
      )
      yield* Effect.sleep("200 millis")
      const text = yield* Effect.promise(() => new Response(child.stdout).text())
      expect([text.length, yield* Effect.promise(() => child.exited)]).toEqual([5_000_000, 0])
    }))

  it.live("that nobody reads any more is no error, and what comes after is dropped", () =>
    Effect.gen(function*() {
      const child = writer(
        `stdout.write("first\\n"); yield* stdout.drained
         while (!stdout.isClosed()) { stdout.write("more\\n"); yield* stdout.drained }
         stdout.write("x".repeat(1_000_000)); yield* stdout.drained; stderr.write("went on"); yield* stderr.drained`
      )
      const reader = child.stdout.getReader()
      yield* Effect.promise(() => reader.read())
      yield* Effect.promise(() => reader.cancel())
      const said = yield* Effect.promise(() => new Response(child.stderr).text())
      expect([said, yield* Effect.promise(() => child.exited)]).toEqual(["went on", 0])
    }))

  it.live("that is full is a failure, and one that nobody reads is none", () =>
    Effect.gen(function*() {
      const said = (output: string) =>
        Effect.promise(() =>
          new Response(
            Bun.spawn(["bash", "-c", `exec "$0" -e "$1" ${output}`, process.execPath, program], {
              stderr: "pipe",
              cwd: room
            }).stderr
          ).text()
        )
      const program = source(
        "stdout.write('x'.repeat(200000)); yield* stdout.drained; stderr.write(String(stdout.failure()?.message)); yield* stderr.drained"
      )
      expect(yield* said("> /dev/full")).toBe("ENOSPC: no space left on device, write")
      expect(yield* said("| true")).toBe("undefined")
    }))

  it.live("keeps the order of bytes and texts", () =>
    Effect.gen(function*() {
      const child = writer(
        "stdout.write('ä'); stdout.write(new Uint8Array([0, 255])); stdout.write('b'); stdout.write('c'); yield* stdout.drained"
      )
      const bytes = yield* Effect.promise(() => new Response(child.stdout).bytes())
      expect(Array.from(bytes)).toEqual([0xc3, 0xa4, 0, 255, 0x62, 0x63])
    }))
})
