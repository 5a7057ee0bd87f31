import { describe, expect, it } from "@effect/vitest"
import { stateError } from "../../src/checkpoint/DiskError.ts"

const failed = (code: string) => stateError("written", "s/journal.ndjson", Object.assign(new Error("failed"), { code }))

describe("state that can't be written", () => {
  it("for want of open files says which limit is too low, and doesn't blame the disk", () => {
    expect(failed("EMFILE")).toMatchObject({
      message: "s/journal.ndjson could not be written: no more files can be open in this process",
      hint: "raise the limit of open files (`ulimit -n`), then run the same command again: nothing durable was lost"
    })
  })

  it("for a reason that is rarely met names its code, and the path to look at", () => {
    expect(failed("EXDEV")).toMatchObject({
      message: "s/journal.ndjson could not be written: EXDEV",
      hint: "look at that path and the disk below it, then run the same command again"
    })
  })
})
