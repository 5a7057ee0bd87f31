import { chmodSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { json, workplace } from "./pawl.ts"
import { expectNoInsides } from "./refusal.ts"

describe("a command that can't be started", () => {
  it("makes its target errored, says what is wrong with it, and is told apart from one that failed", async () => {
    const place = workplace()
    chmodSync(place.write("plain.txt", "no program\n"), 0o644)
    chmodSync(place.write("script", "#!/no/such/interpreter\n"), 0o755)
    place.write(
      "batch.yaml",
      `name: batch
targets:
  - { id: missing, command: [no-such-program] }
  - { id: in-shell, run: no-such-program }
  - { id: no-workdir, run: 'true', workdir: nowhere }
  - { id: file-workdir, run: 'true', workdir: plain.txt }
  - { id: not-executable, command: [./plain.txt] }
  - { id: folder, command: [./.] }
  - { id: no-shell, run: 'true', shell: no-such-shell }
  - { id: no-interpreter, command: [./script] }
`
    )
    const answer = await place.pawl("run", "batch.yaml", "--auto-advance", "--format", "json")
    expect(answer.code).toBe(1)
    const { targets } = json(answer)
    expect(targets.map(({ id, message = "", reason, status }) => `${id}: ${status}, ${reason}, ${message}`)).toEqual([
      expect.stringMatching(/^missing: errored, could-not-start, .*no-such-program.* not found/),
      expect.stringMatching(/^in-shell: blocked, step-exhausted, exit code 127/),
      expect.stringMatching(/^no-workdir: errored, could-not-start, .*nowhere.* not there/),
      expect.stringMatching(/^file-workdir: errored, could-not-start, .*plain\.txt.* is not a folder/),
      expect.stringMatching(/^not-executable: errored, could-not-start, .*plain\.txt.* not executable/),
      expect.stringMatching(/^folder: errored, could-not-start/),
      expect.stringMatching(/^no-shell: errored, could-not-start, .*no-such-shell.* not found/),
      expect.stringMatching(/^no-interpreter: errored, could-not-start/)
    ])
    expectNoInsides(answer.stderr)
  })

  it("leaves no path of this machine in the summary, the journal or the checkpoint", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      "name: batch\ntargets:\n  - { id: a, run: 'true', workdir: nowhere }\n  - { id: b, command: [./nothing] }\n"
    )
    const answer = await place.pawl("run", "batch.yaml", "--auto-advance", "--format", "json")
    const run = `.pawl/batch/runs/${json(answer).runId}`
    for (
      const text of [
        answer.stdout,
        ...["journal.ndjson", "checkpoint.json", "plan.json"].map((file) => place.read(`${run}/${file}`))
      ]
    ) {
      expect(text).not.toContain(place.path)
    }
  })
})
