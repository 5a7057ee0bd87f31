import { describe, expect, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { makeMatcher } from "../../src/run/MaskMatcher.ts"
import { makeMaskStream } from "../../src/run/MaskStream.ts"

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

/** What a reader of the stream sees at last, and the most that was held back on the way. */
const through = (
  anywhere: ReadonlyArray<string>,
  alone: ReadonlyArray<string>,
  chunks: ReadonlyArray<Uint8Array>
): { readonly bytes: Buffer; readonly mostHeld: number } => {
  const stream = makeMaskStream(makeMatcher(anywhere.map(encode), alone.map(encode)))
  const parts: Array<Uint8Array> = []
  for (const chunk of chunks) parts.push(Buffer.from(stream.feed(chunk)))
  const certain = Buffer.concat(parts).length
  parts.push(stream.end())
  const bytes = Buffer.concat(parts)
  return { bytes, mostHeld: bytes.length - certain }
}

const cut = (bytes: Uint8Array, at: ReadonlyArray<number>): ReadonlyArray<Uint8Array> => {
  const places = [0, ...at.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length]
  return places.slice(1).map((to, index) => bytes.subarray(places[index], to))
}

const isWord = (byte: number | undefined): boolean =>
  byte !== undefined && (byte >= 128 || /[A-Za-z0-9_]/.test(String.fromCharCode(byte)))

/** The same, said in the plainest way: mark every byte of every find, and put stars for what hangs together. */
const plainly = (anywhere: ReadonlyArray<string>, alone: ReadonlyArray<string>, bytes: Uint8Array): Buffer => {
  const text = Buffer.from(bytes)
  const finds: Array<readonly [from: number, to: number]> = []
  for (
    const [form, mustStandAlone] of [
      ...anywhere.map((form) => [form, false] as const),
      ...alone.map((form) => [form, true] as const)
    ]
  ) {
    const length = encode(form).length
    for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) {
      if (!mustStandAlone || (!isWord(text[at - 1]) && !isWord(text[at + length]))) finds.push([at, at + length])
    }
  }
  const merged: Array<[from: number, to: number]> = []
  for (const [from, to] of finds.toSorted((a, b) => a[0] - b[0])) {
    const last = merged.at(-1)
    if (last !== undefined && from < last[1]) last[1] = Math.max(last[1], to)
    else merged.push([from, to])
  }
  const parts: Array<Uint8Array> = []
  let at = 0
  for (const [from, to] of merged) {
    parts.push(text.subarray(at, from), encode("***"))
    at = to
  }
  return Buffer.concat([...parts, text.subarray(at)])
}

// Few letters, so that texts overlap, repeat and begin in each other; and one of several bytes.
const letters = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("a", "b") },
  { weight: 1, arbitrary: fc.constantFrom("c", "ü", " ", "-") }
)
const word = (minLength: number, maxLength: number) =>
  fc.array(letters, { minLength, maxLength }).map((all) => all.join(""))
const texts = fc.record({
  anywhere: fc.array(word(2, 7), { minLength: 1, maxLength: 5 }),
  alone: fc.array(word(1, 2), { maxLength: 2 }),
  text: word(0, 60)
})

describe("a stream that is masked", () => {
  it.prop(
    "is the same however it is cut into chunks",
    [texts, fc.array(fc.nat())],
    ([{ alone, anywhere, text }, at]) => {
      const bytes = encode(text)
      const whole = through(anywhere, alone, [bytes]).bytes
      expect(through(anywhere, alone, cut(bytes, at)).bytes).toEqual(whole)
      expect(through(anywhere, alone, [...bytes].map((byte) => Uint8Array.of(byte))).bytes).toEqual(whole)
    },
    { fastCheck: { numRuns: 1500 } }
  )

  it.prop("has no byte of what is looked for, and all others", [texts], ([{ alone, anywhere, text }]) => {
    const bytes = encode(text)
    expect(through(anywhere, alone, [bytes]).bytes.toString()).toBe(plainly(anywhere, alone, bytes).toString())
  }, { fastCheck: { numRuns: 1500 } })

  it.prop("is held back by less than the longest text", [texts], ([{ alone, anywhere, text }]) => {
    const longest = Math.max(...[...anywhere, ...alone].map((form) => encode(form).length))
    const { mostHeld } = through(anywhere, alone, [encode(text)])
    // A text that must stand alone is held whole until it is known what follows; each byte may come out as three stars.
    expect(mostHeld).toBeLessThanOrEqual(3 * longest)
  })

  it("is not held back where nothing has begun", () => {
    const stream = makeMaskStream(makeMatcher([encode("hunter2")], []))
    expect(Buffer.from(stream.feed(encode("waiting for hun"))).toString()).toBe("waiting for ")
    expect(Buffer.from(stream.feed(encode("gry people"))).toString()).toBe("hungry people")
    expect(Buffer.from(stream.end()).toString()).toBe("")
  })

  it("leaves bytes that are no text as they are", () => {
    const bytes = Uint8Array.from({ length: 1024 }, (_, index) => (index * 167) % 256)
    expect(through(["hunter2"], [], cut(bytes, [3, 500, 777])).bytes).toEqual(Buffer.from(bytes))
  })
})
