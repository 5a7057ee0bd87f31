import { chmodSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { manyTargets } from "./width.ts"
import { json, workplace } from "./pawl.ts"
import { shell } from "./shell.ts"

const call = "run batch.yaml -j 64 --auto-advance --format json"

/** Sets a limit of processes for a user who has hardly any: root, whom none holds back, becomes one. */
const withProcesses = (limit: number): string =>
  process.getuid?.() === 0
    ? `exec 9< "$PAWL"; exec setpriv --reuid=54321 --regid=54321 --clear-groups bash -c 'ulimit -u ${limit}; exec /proc/self/fd/9 ${call}'`
    : `ulimit -u $(($(ps -L -u "$(id -u)" | wc -l) + ${limit})); exec "$PAWL" ${call}`

describe("-j 64 where that is more than the system allows", () => {
  it("waits for descriptors, says so once, and blames no target", async () => {
    const place = workplace()
    place.write("batch.yaml", manyTargets("batch", 40, "", "echo out"))
    const answer = await shell(place, `ulimit -n 48; exec "$PAWL" ${call}`)
    expect({ code: answer.code, stderr: answer.stderr }).toMatchObject({ code: 0 })
    expect(json(answer).counts).toMatchObject({ total: 40, completed: 40 })
    expect(answer.stderr.match(/no more files can be open in this process \(EMFILE/g)).toHaveLength(1)
    expect(json(answer).targets.every(({ steps }) => steps[0]?.attempts === 1)).toBe(true)
  })

  it("waits for descriptors with secrets too, whose logs take more of them", async () => {
    const place = workplace()
    const secret = "inputs: { token: { type: string, secret: true, env: TOKEN } }\nenv: { T: \"{{ inputs.token }}\" }\n"
    place.write("batch.yaml", manyTargets("batch", 20, secret, "echo $T"))
    const answer = await shell(place, `ulimit -n 64; exec "$PAWL" ${call}`, { TOKEN: "s3cret-enough" })
    expect({ code: answer.code, stderr: answer.stderr }).toMatchObject({ code: 0 })
    expect(json(answer).counts).toMatchObject({ total: 20, completed: 20 })
  })

  it("waits for processes, says so once, and blames no target for what its shell could not start", async () => {
    const place = workplace()
    place.write("batch.yaml", manyTargets("batch", 30, "", "echo out"))
    chmodSync(place.path, 0o777)
    const answer = await shell(place, withProcesses(30))
    expect({ code: answer.code, stderr: answer.stderr }).toMatchObject({ code: 0 })
    expect(json(answer).counts).toMatchObject({ total: 30, completed: 30 })
    expect(answer.stderr.match(/no more processes can be started \(EAGAIN/g)).toHaveLength(1)
  })
})

it("a run that may not have as many files open as one step takes says so with 74, and goes on where it may", async () => {
  const place = workplace()
  place.write("batch.yaml", manyTargets("batch", 2, "", "echo out"))
  const answer = await shell(place, "ulimit -n 12; exec \"$PAWL\" run batch.yaml --format json")
  expect([answer.code, json(answer).haltReason]).toEqual([74, "CheckpointFailed"])
  expect(answer.stderr).toContain("pawl may not have as many files open at once as it takes to start one step")
  expect(answer.stderr).toContain("hint: raise the limit")
  const again = await place.pawl("run", "batch.yaml", "--format", "json")
  expect([again.code, json(again).counts["completed"]]).toEqual([0, 2])
})
