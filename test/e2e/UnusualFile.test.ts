import { describe, expect, it } from "vitest"
import { json, workplace } from "./pawl.ts"

describe("files that are well but unusual", () => {
  it.each([
    [
      "CRLF line ends",
      "name: batch\r\ntargets:\r\n  - id: a\r\n    run: |\r\n      echo one >> ran.txt\r\n      echo two >> ran.txt\r\n"
    ],
    [
      "a byte order mark",
      "\ufeffname: batch\ntargets:\n  - id: a\n    run: |\n      echo one >> ran.txt\n      echo two >> ran.txt\n"
    ]
  ])("with %s run as without", async (_, manifest) => {
    const place = workplace()
    place.write("batch.yaml", manifest)
    expect((await place.pawl("run", "batch.yaml")).code).toBe(0)
    expect(place.read("ran.txt")).toBe("one\ntwo\n")
  })

  it("with CRLF line ends give items without them", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      "name: batch\ntargets:\n  - forEach: { file: hosts.txt }\n    id: \"{{ item }}\"\n    run: 'true'\n"
    )
    place.write("hosts.txt", "\ufeffalpha\r\n\r\nbeta\r\n")
    const plan = json<{ readonly targets: ReadonlyArray<{ readonly id: string }> }>(
      await place.pawl("plan", "batch.yaml", "--format", "json")
    )
    expect(plan.targets.map(({ id }) => id)).toEqual(["alpha", "beta"])
  })
})
