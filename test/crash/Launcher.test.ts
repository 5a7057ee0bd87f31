import { existsSync, readFileSync } from "node:fs"
import { expect, it } from "vitest"
import { told } from "../e2e/meeting.ts"
import { json, workplace } from "../e2e/pawl.ts"
import { shell } from "../e2e/shell.ts"

const batch = `name: batch
targets:
  - { id: a, run: "test ! -e again || exit 0; touch again; echo $$ > pid; exec sleep 300" }
  - { id: b, run: "true" }
`

/** A dead process may stay for as long as nobody collects it; it has no words any more. */
const isRunning = (pid: string): boolean =>
  existsSync(`/proc/${pid}/cmdline`) && readFileSync(`/proc/${pid}/cmdline`, "utf8") !== ""

it("a run whose step launcher is killed halts with 74, leaves no step running, and goes on when it is called again", async () => {
  const place = workplace()
  place.write("batch.yaml", batch)
  const child = place.start(["run", "batch.yaml", "--format", "json"])
  const heard = told(child.stderr, "hint:")
  while (!existsSync(`${place.path}/pid`)) await Bun.sleep(5)
  const launcher = Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8"))
  expect(launcher).toBeGreaterThan(1)
  process.kill(launcher, "SIGKILL")
  await child.exited
  expect(child.exitCode).toBe(74)
  expect(await (await heard).rest()).toContain("the process that starts steps (`step launcher`) was killed")
  expect(isRunning(place.read("pid").trim())).toBe(false)

  const answer = await place.pawl("run", "batch.yaml", "--format", "json")
  expect([answer.code, json(answer).counts["completed"]]).toEqual([0, 2])
})

it.each([
  ["ignores the ends of its children", "trap '' CHLD"],
  ["ignores signals that a step may want", "trap '' USR1 INT QUIT"],
  ["has few descriptors to give", "ulimit -n 150"]
])("a run that is started by what %s goes as any other", async (_name, before) => {
  const place = workplace()
  place.write("batch.yaml", "name: batch\ntargets:\n  - { id: a, run: 'grep SigIgn /proc/self/status' }\n")
  const answer = await shell(place, `${before}; exec "$PAWL" run batch.yaml --format json -q`)
  expect([answer.code, json(answer).counts["completed"]]).toEqual([0, 1])
  expect((await place.pawl("logs", "batch", "a")).stdout).toContain("SigIgn:\t0000000000000000")
})
