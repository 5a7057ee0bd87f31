import { readdirSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { completes, planned, stream } from "./manifestRun.ts"
import { json, statuses, workplace } from "./pawl.ts"

describe("`forEach` over", () => {
  const ids = (source: string, id = "{{ item }}") =>
    `name: batch\ntargets:\n  - forEach: { ${source} }\n    id: "${id}"\n    run: echo {{ item }} >> ran.txt\n`

  it("items: of any type, and from an input", async () => {
    const place = workplace()
    expect(await planned(place, ids("items: [a, 2, true]", "{{ index }}-{{ item }}"))).toEqual(["0-a", "1-2", "2-true"])
    expect(
      await planned(
        place,
        `name: batch\ninputs: { hosts: { type: array, default: [x, y] } }\n${
          ids("items: \"{{ inputs.hosts }}\"").replace("name: batch\n", "")
        }`
      )
    ).toEqual(["x", "y"])
  })

  it("a file: its lines without the blank ones, as they are", async () => {
    const place = workplace()
    place.write("hosts.txt", "alpha\n\n  beta gamma\n$(touch pwned)\nlast")
    await completes(place, ids("file: hosts.txt", "t{{ index }}"))
    expect(place.read("ran.txt")).toBe("alpha\n  beta gamma\n$(touch pwned)\nlast\n")
    expect(readdirSync(place.path)).not.toContain("pwned")
  })

  it("a pattern: the paths that match, in order, relative to the manifest", async () => {
    const place = workplace()
    for (const name of ["b.csv", "a.csv", "with space.csv", "other.txt", "deep/c.csv"]) {
      place.write(`sub/data/${name}`, "")
    }
    place.write("sub/batch.yaml", ids("glob: 'data/*.csv'"))
    const plan = json<{ readonly targets: ReadonlyArray<{ readonly id: string }> }>(
      await place.pawl("plan", "sub/batch.yaml", "--format", "json")
    )
    expect(plan.targets.map(({ id }) => id)).toEqual(["data/a.csv", "data/b.csv", "data/with space.csv"])
  })

  it("lines of JSON, whose fields are at hand", async () => {
    const place = workplace()
    place.write(
      "packages.jsonl",
      "{\"name\": \"zlib\", \"size\": 12345678901234567890}\n\n{\"name\": \"curl\", \"size\": 2}\n"
    )
    await completes(
      place,
      "name: batch\ntargets:\n  - forEach: { jsonl: packages.jsonl }\n    id: \"{{ item.name }}\"\n    run: 'echo \"{{ item.name }} {{ item.size }} {{ index }}\" >> ran.txt'\n"
    )
    expect(place.read("ran.txt")).toBe("zlib 12345678901234567890 0\ncurl 2 1\n")
  })

  it("standard input", async () => {
    const place = workplace()
    expect(await planned(place, ids("stdin: true"), "one\ntwo\n\nthree")).toEqual(["one", "two", "three"])
  })

  it("a matrix: every combination, the first name slowest", async () => {
    const place = workplace()
    expect(await planned(place, ids("matrix: { os: [linux, mac], node: [20, 22] }", "{{ item.os }}-{{ item.node }}")))
      .toEqual([
        "linux-20",
        "linux-22",
        "mac-20",
        "mac-22"
      ])
  })
})

describe("targets", () => {
  it("need others by id and by pattern, and carry labels of their own", async () => {
    const place = workplace()
    const answer = await completes(
      place,
      `name: batch
targets:
  - { id: report, needs: ["host-*", prepare], run: echo report >> ran.txt }
  - { forEach: { items: [b, a] }, id: "host-{{ item }}", labels: { side: "{{ item }}" }, needs: [prepare], run: 'echo {{ item }} >> ran.txt' }
  - { id: prepare, run: echo prepare >> ran.txt }
`
    )
    expect(place.read("ran.txt")).toBe("prepare\nb\na\nreport\n")
    expect(stream(answer).summary.targets[1]).toMatchObject({ id: "host-b", labels: { side: "b" } })
    const only = await place.pawl(
      "run",
      "batch.yaml",
      "--fresh",
      "--format",
      "json",
      "--only",
      "side!=a",
      "--only",
      "id=host-*"
    )
    expect(statuses(only)).toEqual(["report skipped", "host-b skipped", "host-a skipped", "prepare skipped"])
  })
})
