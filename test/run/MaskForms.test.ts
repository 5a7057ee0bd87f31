import { describe, expect, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { makeMask } from "../../src/run/Mask.ts"

const encode = (text: string): Buffer => Buffer.from(text, "utf8")

const upperHex = (text: string): string => text.replace(/%[0-9a-f]{2}/gi, (found) => found.toUpperCase())

/** Encoders that write each character for itself: what stands around a secret does not change how it is written. */
const byCharacter: ReadonlyArray<readonly [name: string, write: (text: string) => string]> = [
  ["as it is", (text) => text],
  ["in JSON", (text) => JSON.stringify(text).slice(1, -1)],
  ["in JSON within JSON", (text) => JSON.stringify(JSON.stringify(text)).slice(3, -3)],
  [
    "in JSON of nothing but ASCII",
    (text) =>
      JSON.stringify(text).slice(1, -1)
        .replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
  ],
  ["in JSON with slashes escaped", (text) => JSON.stringify(text).slice(1, -1).replaceAll("/", "\\/")],
  ["as a part of an address", encodeURIComponent],
  [
    "as a part of an address, in small letters",
    (text) => encodeURIComponent(text).replace(/%../g, (at) => at.toLowerCase())
  ],
  ["as an address", encodeURI],
  ["in a form", (text) => new URLSearchParams({ a: text }).toString().slice(2)],
  [
    "in an address as Python and curl write it",
    (text) => upperHex(encodeURIComponent(text).replace(/[!'()*]/g, (at) => `%${at.charCodeAt(0).toString(16)}`))
  ],
  ["in single quotes of a shell", (text) => text.replaceAll("'", "'\\''")],
  ["in quotes within quotes of a shell", (text) => text.replaceAll("'", "'\"'\"'")],
  ["in double quotes of a shell", (text) => text.replace(/["$`\\]/g, (at) => `\\${at}`)],
  [
    "in HTML",
    (text) =>
      text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\"", "&quot;")
        .replaceAll("'", "&#39;")
  ],
  ["in hexadecimal digits", (text) => encode(text).toString("hex")],
  ["in large hexadecimal digits", (text) => encode(text).toString("hex").toUpperCase()]
]

const character = fc.oneof(
  fc.constantFrom(..."abcXYZ019-_.~!*'()\"\\/$`&<>+=%:;?# \t"),
  fc.constantFrom("ü", "€", "漢", "🔑")
)
const secretText = fc.array(character, { minLength: 6, maxLength: 40 }).map((all) => `s${all.join("")}e`)
// Nothing of what stands around a secret must be able to be a part of it, or of how it is written.
const around = fc.string({ unit: fc.constantFrom("q", "w", "z"), maxLength: 9 })

describe("a secret that is written in another way", () => {
  it.prop("is masked by itself, whatever stands around it", [
    fc.constantFrom(...byCharacter),
    secretText,
    around,
    around
  ], (
    [[, write], secret, before, after]
  ) => {
    const mask = makeMask(["t"], { t: secret })
    expect(mask.text(`${write(before)}${write(secret)}${write(after)}`)).toBe(`${write(before)}***${write(after)}`)
  }, { fastCheck: { numRuns: 1000 } })

  it.prop(
    "is masked in base64 but for two characters at each end, wherever it stands in the encoded text",
    [secretText, around, around, fc.constantFrom("base64" as const, "base64url" as const)],
    ([secret, before, after, encoding]) => {
      const masked = makeMask(["t"], { t: secret }).text(encode(`${before}${secret}${after}`).toString(encoding))
      const rest = masked.replaceAll("***", "").replace(/=+$/, "")
      const outside = Math.ceil((encode(before).length * 4) / 3) + Math.ceil((encode(after).length * 4) / 3)
      expect(masked).toContain("***")
      expect(rest.length).toBeLessThanOrEqual(outside + 2)
    },
    { fastCheck: { numRuns: 1000 } }
  )

  it.each([64, 76])("is masked in base64 that is wrapped at %i characters", (width) => {
    const secret = Array.from({ length: 60 }, (_, at) => `part-${at * 7919}`).join("/")
    const lines = encode(`user:${secret}`).toString("base64").match(new RegExp(`.{1,${width}}`, "g")) ?? []
    const masked = makeMask(["t"], { t: secret }).text(lines.join("\n")).split("\n")
    expect(masked.length).toBe(lines.length)
    expect(masked.map((line) => line.replaceAll("***", "").length).every((left) => left <= 7)).toBe(true)
  })

  it("is masked by each of its lines, but for the very short", () => {
    const mask = makeMask(["key"], { key: "-----BEGIN KEY-----\r\n  abcd1234\n}\nefgh5678\n" })
    expect(mask.text("got abcd1234 and } and efgh5678")).toBe("got *** and } and ***")
    expect(mask.text(`Basic ${encode("xyefgh5678").toString("base64")}`)).toBe("Basic eHl***==")
  })

  it("of up to three characters is masked where it stands alone, as it is", () => {
    const mask = makeMask(["pin"], { pin: "12a" })
    expect(mask.text("pin=12a, 12a! x12a 12ab 12a_ ü12a")).toBe("pin=***, ***! x12a 12ab 12a_ ü12a")
    expect(mask.value({ pin: "12a" })).toEqual({ pin: "***" })
  })

  it("and is very long is masked as it is, in JSON and line by line", () => {
    const secret = Array.from({ length: 2000 }, (_, at) => `line "${at * 7919}"`).join("\n")
    const mask = makeMask(["t"], { t: secret })
    expect(mask.text(`<${secret}> ${JSON.stringify(secret)} line "7919"`)).toBe("<***> \"***\" ***")
  })
})
