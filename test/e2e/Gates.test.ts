import { Ajv } from "ajv"
import { appendFileSync, chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { appears, currentRun, decision, gateEvents, shipping, status } from "./gates.ts"
import { type Answer, json, statuses, type SummaryJson, type Workplace, workplace } from "./pawl.ts"
import { expectRefused, refusalOf } from "./refusal.ts"
import { asNobody, shell } from "./shell.ts"
import { atTerminal, ctrlC, ctrlD } from "./terminal.ts"

/** A place with a batch that has come to rest at its gate. */
const resting = async (gate = "{ approval: \"Ship?\" }", more = ""): Promise<Workplace> => {
  const place = workplace()
  place.write("batch.yaml", shipping(gate, more))
  expect((await place.pawl("run", "batch.yaml")).code).toBe(3)
  return place
}

const ran = (place: Workplace): string => place.read("ran.txt")

/** `status` and `reason` of the target, then of its gate and of what comes after. */
const standing = async (place: Workplace): Promise<ReadonlyArray<string>> => {
  const { targets: [target] } = await status(place)
  const words = (each: { readonly status: string; readonly reason?: string } | undefined): string =>
    `${each?.status} ${each?.reason ?? ""}`.trim()
  return [words(target), words(target?.steps[1]), words(target?.steps[2])]
}

const onRejects = {
  abort: { code: 1, standing: ["blocked gate-rejected", "failed gate-rejected", "skipped target-ended"] },
  skip: { code: 0, standing: ["completed", "skipped gate-rejected", "skipped gate-rejected"] },
  retry: { code: 3, standing: ["paused awaiting-approval", "pending awaiting-approval", "pending"] }
} as const
type OnReject = keyof typeof onRejects

interface GateCase {
  readonly kind: "an approval" | "a policy" | "a check"
  readonly onReject: OnReject
  readonly continueOnError: boolean
  readonly terminal: boolean
}

const gateCases: ReadonlyArray<GateCase> = (["an approval", "a policy", "a check"] as const).flatMap((kind) =>
  (["abort", "skip", "retry"] as const).flatMap((onReject) =>
    [false, true].flatMap((continueOnError) =>
      [false, true].map((terminal) => ({ kind, onReject, continueOnError, terminal }))
    )
  )
)

const gateOf = (kind: GateCase["kind"], onReject: OnReject): string => {
  switch (kind) {
    case "an approval":
      return `{ approval: "Ship?", onReject: ${onReject} }`
    case "a policy":
      return `{ policy: "{{ 1 > 2 }}", onReject: ${onReject} }`
    case "a check":
      return `{ policy: { run: "test -e ready" }, onReject: ${onReject} }`
  }
}

describe("a gate that is rejected", () => {
  const named = gateCases.map((each) =>
    [
      `${each.kind}, onReject ${each.onReject}${each.continueOnError ? ", continueOnError" : ""}${
        each.terminal ? ", on a terminal" : ""
      }`,
      each
    ] as const
  )

  it.each(named)("%s", async (_, { continueOnError, kind, onReject, terminal }) => {
    const place = workplace()
    place.write("batch.yaml", shipping(gateOf(kind, onReject), continueOnError ? ", continueOnError: true" : ""))
    const expected = onRejects[onReject]
    const isAsked = kind === "an approval"
    if (terminal) {
      const person = atTerminal(place, ["run", "batch.yaml"])
      if (isAsked) {
        await person.sees("decide api/ship: ")
        person.types("reject\n")
      }
      expect((await person.leaves()).code).toBe(expected.code)
    } else if (isAsked) {
      expect((await place.pawl("run", "batch.yaml")).code).toBe(3)
      expect((await place.pawl("reject", "batch", "api/ship")).code).toBe(0)
      expect((await place.pawl("run", "batch.yaml")).code).toBe(expected.code)
    } else {
      expect((await place.pawl("run", "batch.yaml")).code).toBe(expected.code)
    }
    const [target, gate, next] = expected.standing
    expect(await standing(place)).toEqual(
      onReject === "retry" && !isAsked ? ["paused policy-denied", "pending policy-denied", next] : [target, gate, next]
    )
    expect(ran(place)).toBe("build\n")
    expect(gateEvents(place).filter(({ outcome }) => outcome === "rejected")).toHaveLength(1)
  })

  it("with skip leaves its branch alone and goes on after it", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      `name: batch
targets:
  - id: api
    steps:
      - id: late
        if: "{{ 1 < 2 }}"
        then:
          - { id: ship, gate: { approval: "Ship?", onReject: skip } }
          - { id: publish, run: "echo publish >> ran.txt" }
      - { id: clean, run: "echo clean >> ran.txt" }
`
    )
    expect((await place.pawl("run", "batch.yaml")).code).toBe(3)
    expect((await place.pawl("reject", "batch", "api/late::ship")).code).toBe(0)
    expect((await place.pawl("resume")).code).toBe(0)
    expect(ran(place)).toBe("clean\n")
  })

  it("by a rule with retry is looked at again each time, and goes on once the rule is met", async () => {
    const place = workplace()
    place.write("batch.yaml", shipping("{ policy: { run: \"test -e ready\" }, onReject: retry }"))
    expect((await place.pawl("run", "batch.yaml")).code).toBe(3)
    place.write("ready", "")
    expect((await place.pawl("resume")).code).toBe(0)
    expect(ran(place)).toBe("build\npublish\n")
  })

  it("with retry can be decided again, without a run in between and after one", async () => {
    const place = await resting("{ approval: \"Ship?\", onReject: retry }")
    const first = decision(await place.pawl("reject", "batch", "api/ship", "--format", "json"))
    expect(first).toMatchObject({ outcome: "rejected", recorded: true, asksAgain: true })
    const second = decision(await place.pawl("reject", "batch", "api/ship", "--format", "json"))
    expect(second.opened).toBeGreaterThan(first.opened)
    expect((await place.pawl("resume")).code).toBe(3)
    expect((await place.pawl("approve", "batch", "api/ship")).code).toBe(0)
    expect((await place.pawl("resume")).code).toBe(0)
    expect(gateEvents(place).map(({ option, type }) => `${type} ${option ?? ""}`.trim())).toEqual([
      "GateOpened",
      "GateDecided reject",
      "GateOpened",
      "GateDecided reject",
      "GateOpened",
      "GateDecided approve"
    ])
    expect(ran(place)).toBe("build\npublish\n")
  })

  it("blocks, and asks again when the blocked are tried again", async () => {
    const place = await resting()
    await place.pawl("reject", "batch", "api/ship", "--by", "alice", "--note", "not today")
    const answer = await place.pawl("resume", "--format", "json")
    expect(json(answer).targets[0]).toMatchObject({ status: "blocked", message: "rejected by alice: not today" })
    expect((await place.pawl("resume", "--retry-blocked")).code).toBe(3)
    await place.pawl("approve", "batch", "api/ship")
    expect((await place.pawl("resume")).code).toBe(0)
    expect(ran(place)).toBe("build\npublish\n")
  })
})

describe("targets that rest at a gate", () => {
  const three = `name: batch
targets:
  - id: api
    steps: [{ id: ship, gate: { approval: "Ship {{ context.target }}?" } }]
  - { id: web, run: "echo web >> ran.txt" }
  - { id: docs, run: "echo docs >> ran.txt" }
`

  it("are gone past with --auto-advance; the run ends 3 with the gate in the summary", async () => {
    const place = workplace()
    place.write("batch.yaml", three)
    const answer = await place.pawl("run", "batch.yaml", "--auto-advance", "--format", "json")
    expect(answer.code).toBe(3)
    expect(statuses(answer)).toEqual(["api paused", "web completed", "docs completed"])
    expect(json<SummaryJson & { readonly gates: unknown }>(answer)).toMatchObject({
      status: "paused",
      haltReason: "AwaitingApproval",
      exitCode: 3,
      gates: [{
        target: "api",
        path: "ship",
        about: "approval",
        message: "Ship api?",
        options: ["approve", "reject"],
        onReject: "abort"
      }]
    })
    expect(existsSync(join(place.path, `.pawl/batch/runs/${currentRun(place)}/summary.json`))).toBe(false)
  })

  it("halt the run without it; run again it halts again and does nothing", async () => {
    const place = workplace()
    place.write("batch.yaml", three)
    for (const _ of [1, 2]) {
      const answer = await place.pawl("run", "batch.yaml", "--format", "json")
      expect([answer.code, json(answer).haltReason]).toEqual([3, "AwaitingApproval"])
      expect(statuses(answer)).toEqual(["api paused", "web pending", "docs pending"])
    }
    expect(existsSync(join(place.path, "ran.txt"))).toBe(false)
  })
})

describe("pawl approve and pawl reject", () => {
  it("record who decided what, when and why", async () => {
    const place = await resting("{ approval: \"Ship?\", options: [blue, green, reject] }")
    const answer = await place.pawl(
      "approve",
      "batch",
      "api/ship",
      "--option",
      "green",
      "--by",
      "alice",
      "--note",
      "checked",
      "--format",
      "json"
    )
    const { decidedAt, opened, ...rest } = decision(answer)
    expect([answer.code, answer.stderr]).toEqual([0, ""])
    expect(rest).toMatchObject({
      schema: "pawl.decision/v1",
      target: "api",
      path: "ship",
      option: "green",
      outcome: "approved",
      by: "alice",
      note: "checked",
      recorded: true,
      live: null,
      next: [{ command: `pawl resume ${currentRun(place)}` }]
    })
    expect(gateEvents(place).at(-1)).toMatchObject({
      type: "GateDecided",
      option: "green",
      outcome: "approved",
      by: "alice",
      note: "checked",
      opened,
      decidedAt
    })
  })

  it("take the first option that approves, and the user's name", async () => {
    const place = await resting("{ approval: \"Ship?\", options: [reject, blue, green] }")
    const answer = await place.pawlWith({ env: { USER: "bob" } }, "approve", "batch", "api/ship", "--format", "json")
    expect(decision(answer)).toMatchObject({ option: "blue", by: "bob" })
  })

  it("name somebody where the environment names nobody", async () => {
    const place = await resting()
    expect(decision(await place.pawl("approve", "batch", "api/ship", "--format", "json")).by).toMatch(/^\S/)
  })

  it("need neither run nor gate where only one can be meant", async () => {
    const place = await resting()
    const answer = await place.pawl("approve")
    expect(answer.code).toBe(0)
    expect(answer.stdout).toContain(`approved api/ship of run ${currentRun(place)}`)
  })

  it("take a gate of the newest run by its name alone", async () => {
    const place = await resting()
    expect((await place.pawl("reject", "api/ship")).stdout).toContain("rejected api/ship")
  })

  it("leave the decision where others may read it in place, and no file half done", async () => {
    const place = await resting()
    await place.pawl("approve")
    const inbox = join(place.path, `.pawl/batch/runs/${currentRun(place)}/inbox`)
    const [name = "", ...others] = readdirSync(inbox)
    expect([name, others]).toEqual([expect.stringMatching(/^gate-\d+\.json$/), []])
    expect([statSync(inbox).mode & 0o777, statSync(join(inbox, name)).mode & 0o777]).toEqual([0o700, 0o600])
  })

  it("print a document that its schema takes", async () => {
    const place = await resting()
    const schema = json<object>(await place.pawl("schema", "decision"))
    const validate = new Ajv({ strict: true, strictTypes: false, strictRequired: false }).compile(schema)
    const answer = decision(await place.pawl("approve", "--note", "fine", "--format", "json"))
    expect([validate(answer), validate.errors]).toEqual([true, null])
    expect(validate({ ...answer, outcome: "maybe" })).toBe(false)
  })

  it("by another user than the run's leave nothing that its user can't read", async () => {
    const place = workplace()
    mkdirSync(join(place.path, "state"))
    chmodSync(join(place.path, "state"), 0o777)
    place.write("batch.yaml", "name: batch\ntargets:\n  - { id: a, steps: [{ id: s, gate: { approval: \"Go?\" } }] }\n")
    const call = ["--state-dir", "state"]
    expect((await asNobody(place, "run", "batch.yaml", ...call)).code).toBe(3)
    expect((await place.pawl("approve", ...call, "--format", "json")).code).toBe(0)
    const resumed = await asNobody(place, "resume", ...call)
    expect([resumed.code, resumed.stderr.includes("note")]).toEqual([0, false])
  })

  it("are refused a second time, and told who was first", async () => {
    const place = await resting()
    await place.pawl("approve", "batch", "api/ship", "--by", "alice")
    const second = await place.pawl("reject", "batch", "api/ship", "--by", "eve", "--format", "json")
    const { errors: [error] } = refusalOf(second, 65)
    expect(error?.message).toMatch(/^gate api\/ship has been decided: approve, by alice, at 20/)
    expect((await place.pawl("resume")).code).toBe(0)
    expectRefused(await place.pawl("approve", "batch", "api/ship"), 65)
    expect(gateEvents(place).filter(({ type }) => type === "GateDecided")).toHaveLength(1)
  })

  it("that come at once are decided by one; the others are told by whom", async () => {
    const place = await resting()
    const people = ["alice", "bob", "carol", "dave", "eve", "frank"]
    const answers = await Promise.all(
      people.map((by, at) => place.pawl(at % 2 === 0 ? "approve" : "reject", "batch", "api/ship", "--by", by))
    )
    const winner = answers.findIndex(({ code }) => code === 0)
    const [decided, ...more] = gateEvents(place).filter(({ type }) => type === "GateDecided")
    expect([decided?.by, more]).toEqual([people[winner], []])
    for (const answer of answers.filter((_, at) => at !== winner)) {
      expectRefused(answer, 65)
      expect(answer.stderr).toContain(`by ${people[winner]}, at `)
    }
  })

  it("that come at once are decided by one, even where all say the same by the same name", async () => {
    const place = await resting()
    const calls = Array.from({ length: 4 }, () => place.pawl("approve", "batch", "api/ship", "--by", "alice"))
    const codes = (await Promise.all(calls)).map(({ code }) => code)
    expect(codes.toSorted()).toEqual([0, 65, 65, 65])
  })

  it("wait a moment for whoever only looks into the batch, and record the decision then", async () => {
    const place = await resting()
    const other = shell(place, "flock .pawl/batch/lock sh -c 'touch held; sleep 0.3'")
    await appears(place, "held")
    expect(decision(await place.pawl("approve", "--format", "json"))).toMatchObject({ recorded: true, live: null })
    expect((await other).code).toBe(0)
  })

  it("about different gates at once are all recorded", async () => {
    const place = workplace()
    const gates = ["a", "b", "c", "d", "e"]
    place.write(
      "batch.yaml",
      `name: batch\ntargets:\n${
        gates.map((id) => `  - { id: ${id}, steps: [{ id: ship, gate: { approval: "Ship?" } }] }\n`).join("")
      }`
    )
    expect((await place.pawl("run", "batch.yaml", "--auto-advance")).code).toBe(3)
    const answers = await Promise.all(gates.map((id) => place.pawl("approve", "batch", `${id}/ship`)))
    expect(answers.map(({ code }) => code)).toEqual(gates.map(() => 0))
    const decided = gateEvents(place).filter(({ type }) => type === "GateDecided").map(({ target }) => target)
    expect(decided.toSorted()).toEqual(gates)
  })

  it("reach a live run, which goes on by itself", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      `name: batch
run: { autoAdvance: true, maxParallel: 2 }
targets:
  - id: api
    steps:
      - { id: ship, gate: { approval: "Ship?" } }
      - { id: publish, run: "touch published" }
  - { id: slow, run: "touch begun; until [ -e published ]; do sleep 0.05; done" }
`
    )
    const run = place.start(["run", "batch.yaml"])
    await waitForGate(run.stderr)
    const answer = await place.pawl("approve", "batch", "api/ship", "--format", "json")
    expect(decision(answer)).toMatchObject({ recorded: true, live: { pid: run.pid }, next: [] })
    expect(await run.exited).toBe(0)
    expect((await status(place)).targets.map(({ status }) => status)).toEqual(["completed", "completed"])
  })

  const refusals: ReadonlyArray<readonly [what: string, code: number, args: ReadonlyArray<string>, says: string]> = [
    ["a gate that is not there", 64, ["approve", "batch", "api/shop"], "did you mean `api/ship`?"],
    ["a target that is not there", 64, ["approve", "batch", "ipa/deploy"], "what waits for a decision is api/ship"],
    ["a step that is no gate", 64, ["approve", "batch", "api/build"], "target api has no gate `api/build`"],
    ["an option that is not there", 64, ["approve", "batch", "api/ship", "--option", "gren"], "did you mean `green`?"],
    ["no option like it", 64, ["approve", "batch", "api/ship", "--option", "x"], "its options are blue, green, reject"],
    [
      "a rejection as an approval",
      64,
      ["approve", "batch", "api/ship", "--option", "reject"],
      "did you mean `pawl reject"
    ],
    ["an approval as a rejection", 64, ["reject", "batch", "api/ship", "--option", "blue"], "--option blue`?"],
    ["nobody", 64, ["approve", "batch", "api/ship", "--by", " "], "`--by` is empty"],
    ["a run that is not there", 64, ["approve", "other", "api/ship"], "no run and no batch"]
  ]

  it.each(refusals)("are refused with %s", async (_, code, args, says) => {
    const place = await resting("{ approval: \"Ship?\", options: [blue, green, reject] }")
    const answer = await place.pawl(...args)
    expectRefused(answer, code)
    expect(answer.stderr).toContain(says)
    expect(gateEvents(place).map(({ type }) => type)).toEqual(["GateOpened"])
  })

  it("are refused before the run has come to the gate, and after its target ended", async () => {
    const place = workplace()
    place.write("batch.yaml", shipping("{ approval: \"Ship?\" }").replace("echo build", "exit 1; echo build"))
    expect((await place.pawl("run", "batch.yaml", "--cap", "0")).code).toBe(0)
    const early = await place.pawl("approve", "batch", "api/ship")
    expectRefused(early, 65)
    expect(early.stderr).toContain("does not wait for a decision yet: the run has not come to it")
    expect((await place.pawl("run", "batch.yaml")).code).toBe(1)
    const late = await place.pawl("approve", "batch", "api/ship")
    expectRefused(late, 65)
    expect(late.stderr).toContain("does not wait for a decision: target api is blocked")
  })
})

/** Returns when a live run says that it waits at a gate. */
const waitForGate = async (stream: ReadableStream<Uint8Array>): Promise<void> => {
  const reader = stream.getReader()
  let text = ""
  while (!text.includes("waits ")) {
    const { done, value } = await reader.read()
    if (done) throw new Error(`it ended without a gate: ${text}`)
    text += new TextDecoder().decode(value)
  }
  reader.releaseLock()
}

describe("a decision that was left by other hands", () => {
  const text = (opened: number): string =>
    JSON.stringify({
      version: 1,
      target: "api",
      path: "ship",
      opened,
      option: "approve",
      by: "a script",
      decidedAt: "2026-11-20T03:00:00.000Z"
    })

  const inboxOf = (place: Workplace): string => {
    const path = join(place.path, `.pawl/batch/runs/${currentRun(place)}/inbox`)
    mkdirSync(path, { recursive: true })
    return path
  }

  it("is told and left alone while it is half written, and taken up once it is whole", async () => {
    const place = await resting()
    const opened = gateEvents(place)[0]?.seq ?? 0
    const file = join(inboxOf(place), `gate-${opened}.json`)
    writeFileSync(file, text(opened).slice(0, 30))
    const half = await place.pawl("resume")
    expect([half.code, half.stderr]).toEqual([
      3,
      `note: inbox/gate-${opened}.json is left as it is, since it can't be read as a decision: `
      + "it is not JSON, or not all of it is there\n"
    ])
    const refused = await place.pawl("approve", "batch", "api/ship")
    expectRefused(refused, 74)
    expect(refused.stderr).toContain(`gate-${opened}.json is in the way of a decision`)
    appendFileSync(file, text(opened).slice(30))
    expect((await place.pawl("resume")).code).toBe(0)
    expect(gateEvents(place).at(-1)).toMatchObject({ by: "a script", decidedAt: "2026-11-20T03:00:00.000Z" })
    expect(ran(place)).toBe("build\npublish\n")
  })

  it("is told where it is none, and the run goes on", async () => {
    const place = await resting()
    writeFileSync(join(inboxOf(place), "notes.txt"), "hello")
    const answer = await place.pawl("approve", "batch", "api/ship")
    expect([answer.code, answer.stderr]).toEqual([
      0,
      expect.stringContaining("inbox/notes.txt is left as it is, since it can't be read as a decision")
    ])
  })

  it("about another opening decides nothing", async () => {
    const place = await resting()
    writeFileSync(join(inboxOf(place), "gate-1.json"), text(1))
    expect((await place.pawl("run", "batch.yaml")).code).toBe(3)
    expect(ran(place)).toBe("build\n")
  })
})

describe("an attempt that was under way when pawl was killed, of a step that must not run twice", () => {
  const manifest = `name: batch
targets:
  - id: api
    steps:
      - id: pay
        idempotent: false
        run: "echo pay >> ran.txt; touch begun; until [ -e go ]; do sleep 0.05; done"
      - { id: thank, run: "echo thank >> ran.txt" }
`
  const killed = async (): Promise<Workplace> => {
    const place = workplace()
    place.write("batch.yaml", manifest)
    const run = place.start(["run", "batch.yaml"])
    await appears(place, "begun")
    run.kill("SIGKILL")
    await run.exited
    const answer = await place.pawl("run", "batch.yaml", "--format", "json")
    expect(answer.code).toBe(3)
    place.write("go", "")
    return place
  }

  const options: ReadonlyArray<readonly [option: string, code: number, ran: string]> = [
    ["run-again", 0, "pay\npay\nthank\n"],
    ["done", 0, "pay\nthank\n"],
    ["reject", 1, "pay\n"]
  ]

  it.each(options)("rests at a gate, and does as decided: %s", async (option, code, expected) => {
    const place = await killed()
    expect((await status(place)).gates).toMatchObject([
      { target: "api", path: "pay", about: "in-flight", options: ["run-again", "done", "reject"] }
    ])
    const answer = option === "reject"
      ? await place.pawl("reject", "batch", "api/pay")
      : await place.pawl("approve", "batch", "api/pay", "--option", option)
    expect(answer.code).toBe(0)
    expect((await place.pawl("resume")).code).toBe(code)
    expect(ran(place)).toBe(expected)
  })
})

describe("the question at a terminal", () => {
  it("shows the file, obeys nothing in it, asks again on nonsense and takes the beginning of a name", async () => {
    const place = workplace()
    place.write("notes.txt", "all \u001b[31mred\u001b[0m\u001b]0;title\u0007\nbell \u0007\n")
    place.write("batch.yaml", shipping("{ approval: \"Ship?\", options: [blue, green, reject], show: notes.txt }"))
    const person = atTerminal(place, ["run", "batch.yaml"], { USER: "alice" })
    await person.sees("  | all red\r\n  | bell \\u{07}\r\n")
    await person.sees("decide api/ship: ")
    person.types("what\n")
    await person.sees("`what` is no option")
    await person.sees("decide api/ship: ")
    person.types("gr\n")
    const { code, raw } = await person.leaves()
    expect(code).toBe(0)
    expect(raw).not.toMatch(/\u001b\]0|\u0007/)
    expect(gateEvents(place).at(-1)).toMatchObject({ option: "green", by: "alice" })
    expect(ran(place)).toBe("build\npublish\n")
  })

  it("takes no answer that was typed before it was asked", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      shipping("{ approval: \"Ship?\" }").replace("echo build", "until [ -e go ]; do sleep 0.05; done; echo build")
    )
    const person = atTerminal(place, ["run", "batch.yaml"])
    await person.sees("api/build")
    person.types("approve\n")
    await person.sees("approve")
    place.write("go", "")
    await person.sees("decide api/ship: ")
    person.types("reject\n")
    expect((await person.leaves()).code).toBe(1)
    expect(ran(place)).toBe("build\n")
  })

  it("decides nothing at the end of input", async () => {
    const place = workplace()
    place.write("batch.yaml", shipping("{ approval: \"Ship?\" }"))
    const person = atTerminal(place, ["run", "batch.yaml"])
    await person.sees("decide api/ship: ")
    person.types(ctrlD)
    expect((await person.leaves()).code).toBe(3)
    expect(gateEvents(place).map(({ type }) => type)).toEqual(["GateOpened"])
  })

  it("ends with the run at Ctrl-C, its state saved", async () => {
    const place = workplace()
    place.write("batch.yaml", shipping("{ approval: \"Ship?\" }"))
    const person = atTerminal(place, ["run", "batch.yaml"])
    await person.sees("decide api/ship: ")
    person.types(ctrlC)
    expect((await person.leaves()).code).toBe(130)
    expect((await status(place)).haltReason).toBe("ShutdownRequested")
    expect((await place.pawl("approve")).code).toBe(0)
    expect((await place.pawl("resume")).code).toBe(0)
    expect(ran(place)).toBe("build\npublish\n")
  })

  it("gives way to a decision from elsewhere", async () => {
    const place = workplace()
    place.write("batch.yaml", shipping("{ approval: \"Ship?\" }"))
    const person = atTerminal(place, ["run", "batch.yaml"])
    await person.sees("decide api/ship: ")
    const answer = await place.pawl("approve", "batch", "api/ship", "--by", "eve", "--format", "json")
    expect(decision(answer).recorded).toBe(true)
    await person.sees("approved api/ship by eve")
    expect((await person.leaves()).code).toBe(0)
    expect(gateEvents(place).filter(({ type }) => type === "GateDecided")).toHaveLength(1)
  })

  it("is one at a time, while others go on", async () => {
    const place = workplace()
    place.write(
      "batch.yaml",
      `name: batch
run: { maxParallel: 3 }
targets:
  - { id: a, steps: [{ id: ship, gate: { approval: "Ship?" } }] }
  - { id: b, steps: [{ id: ship, gate: { approval: "Ship?" } }] }
  - { id: c, run: "until [ -e go ]; do sleep 0.05; done; touch gone" }
`
    )
    const person = atTerminal(place, ["run", "batch.yaml"])
    await person.sees("decide a/ship: ")
    place.write("go", "")
    await appears(place, "gone")
    person.types("approve\n")
    await person.sees("decide b/ship: ")
    person.types("1\n")
    const { code, raw } = await person.leaves()
    expect(code).toBe(0)
    // Nothing was drawn over the question while it waited.
    expect(raw.slice(raw.indexOf("decide a/ship: "), raw.indexOf("approve\r\n", raw.indexOf("decide a/ship: "))))
      .toBe("decide a/ship: ")
  })
})

/** An answer's error in JSON, so that a program can branch on it. */
it("a refusal is one document with --format json", async () => {
  const place = await resting()
  const answer: Answer = await place.pawl("approve", "batch", "api/shop", "--format", "json")
  expect(refusalOf(answer, 64).errors).toMatchObject([{
    message: "target api has no gate `api/shop`",
    hint: "did you mean `api/ship`?"
  }])
})
