import { describe, expect, it } from "@effect/vitest"
import { Either } from "effect"
import { decodeOrigin, encodeOrigin, folderOf, originOf } from "../../src/run/RunOrigin.ts"
import { type StoredInputs, storedInputs } from "../../src/run/StoredInputs.ts"

const inputs = (more: Partial<StoredInputs>) =>
  storedInputs({
    stored: { level: "quick", tries: 3, big: 12345678901234567890n, tags: ["a"] },
    secrets: {
      token: { type: "string", env: "E2E_TOKEN", given: true },
      pin: { type: "integer", given: false }
    },
    given: [],
    variables: {},
    ...more
  })

describe("the inputs of a run that goes on from its stored plan", () => {
  it("are the stored ones, and the secret ones from where they come from", () => {
    expect(inputs({ variables: { E2E_TOKEN: "s3cret" } })).toEqual({
      values: { level: "quick", tries: 3, big: 12345678901234567890n, tags: ["a"], token: "s3cret" },
      problems: []
    })
    expect(inputs({ given: ["token=s3cret", "pin=1234"] }).values).toMatchObject({ token: "s3cret", pin: 1234 })
    expect(inputs({ file: { token: "from a file" } }).values).toMatchObject({ token: "from a file" })
  })

  it("lack a secret one that nothing gives, and say how to", () => {
    const { problems } = inputs({})
    expect(problems).toEqual([{
      origin: "given",
      name: "token",
      message: "input `token` is secret, so that its value is not stored, and nothing gives it now",
      hint: "give it with `--input token=…`, in a file with `--inputs` or in the environment variable `E2E_TOKEN`"
    }])
  })

  it("may be given again as they are, by the file that the run was started with", () => {
    const same = { level: "quick", tries: 3, big: 12345678901234567890n, tags: ["a"], token: "t" }
    expect(inputs({ file: same }).problems).toEqual([])
    expect(inputs({ given: ["tries=3", "token=t"] }).problems).toEqual([])
  })

  const wrong: ReadonlyArray<readonly [what: string, more: Partial<StoredInputs>, origin: string, message: string]> = [
    ["another value", { given: ["level=full", "token=t"] }, "given", "input `level` is \"quick\" in the stored plan"],
    ["another value in the file", { file: { tries: 4, token: "t" } }, "file", "input `tries` is 3 in the stored plan"],
    ["an unknown name", { given: ["levle=quick", "token=t"] }, "given", "unknown input `levle`"],
    ["a secret of the wrong type", { given: ["pin=many", "token=t"] }, "given", "input `pin` must be an integer"],
    ["no pair", { given: ["token"], variables: { E2E_TOKEN: "t" } }, "given", "is not `name=value`"]
  ]

  it.each(wrong)("are refused with %s", (_, more, origin, message) => {
    const { problems } = inputs(more)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatchObject({ origin, message: expect.stringContaining(message) })
  })

  it("never show the value of a secret that is wrong", () => {
    expect(JSON.stringify(inputs({ given: ["pin=hunter2", "token=t"] }).problems)).not.toContain("hunter2")
  })
})

const declared = {
  level: { type: "string", default: "quick" },
  token: { type: "string", secret: true, env: "E2E_TOKEN", default: "fallback", enum: ["fallback", "other"] },
  pin: { type: "integer", secret: true }
} as const

describe("what is kept of a run's surroundings", () => {
  it("is nothing where the state directory stands beside the manifest and nothing is secret", () => {
    expect(originOf("/work/.pawl", "/work", { level: declared.level }, { level: "quick" })).toBeUndefined()
  })

  it("is the folder where the state directory is elsewhere", () => {
    expect(originOf("/state", "/work", {}, {})).toEqual({ folder: "/work", secrets: {} })
  })

  it("is which inputs are secret, never their values or what those may be", () => {
    const origin = originOf("/work/.pawl", "/work", declared, { level: "quick", token: "fallback" })
    expect(origin).toEqual({
      secrets: {
        token: { type: "string", env: "E2E_TOKEN", given: true },
        pin: { type: "integer", given: false }
      }
    })
    expect(JSON.stringify(origin)).not.toContain("fallback")
  })

  it("survives its file", () => {
    const origin = { folder: "/work", secrets: { token: { type: "string", env: "T", given: true } } } as const
    expect(decodeOrigin(encodeOrigin(origin))).toEqual(Either.right(origin))
  })

  it.each(["", "{}", "{\"version\":2,\"secrets\":{}}", "{\"version\":1,\"secrets\":{\"a\":{}}}"])(
    "is refused where it can't be read: %s",
    (text) => {
      expect(Either.isLeft(decodeOrigin(text))).toBe(true)
    }
  )

  it("tells where the manifest's folder is, or a state directory beside it does, or nothing", () => {
    expect(folderOf("/state", { folder: "/work", secrets: {} })).toBe("/work")
    expect(folderOf("/work/.pawl", { secrets: {} })).toBe("/work")
    expect(folderOf("/work/.pawl", undefined)).toBe("/work")
    expect(folderOf("/state", undefined)).toBeUndefined()
  })
})
