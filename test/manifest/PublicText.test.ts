import { expect, it } from "@effect/vitest"
import { Either } from "effect"
import { parsePublic, renderPublicText } from "../../src/manifest/PublicText.ts"

const known = { inputs: { release: "1.4" }, secrets: new Set(["token"]) }

it.each([
  ["{{ inputs.token }}", "`token` is secret and can't be part of an id, which is stored and shown"],
  ["{{ inputs['token'] + 'x' }}", "`token` is secret and can't be part of an id, which is stored and shown"],
  ["{{ steps.a.status }}", "`steps` is not known yet where an id is made"]
])("%s has no place in a plan, whoever asks for it", (text, message) => {
  expect(Either.getOrThrow(Either.flip(parsePublic(text, "an id", known)))).toMatchObject({ message })
})

it("a secret that is reached some other way is not there", () => {
  const all = Either.flatMap(parsePublic("{{ inputs }}", "an id", known), (text) => renderPublicText(text, known))
  expect(all).toEqual(Either.right("{\"release\":\"1.4\"}"))
})
