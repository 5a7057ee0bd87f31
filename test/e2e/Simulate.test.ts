import { Ajv, type ValidateFunction } from "ajv"
import { readdirSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { type Answer, json, type Workplace, workplace } from "./pawl.ts"
import { expectRefused, refusalOf } from "./refusal.ts"
import { onTerminal, shell } from "./shell.ts"

const night = `name: night
description: Everything there is
inputs:
  suites: { type: array, default: [smoke, checkout] }
  release: { type: string, required: true }
  level: { type: string, default: quick }
  big: { type: integer, default: 12345678901234567890 }
  token: { type: string, secret: true, env: E2E_TOKEN }
env: { CI: "1", TOKEN: "{{ inputs.token }}" }
run: { autoAdvance: true, maxBlocked: 20% }
failure: { retries: { maxAttempts: 3, backoffSeconds: 2, maxBackoffSeconds: 60 }, timeout: 10m }
rateLimit: { exitCodes: [75], maxWait: 2h }
targets:
  - forEach: { file: hosts.txt }
    id: "host-{{ item }}"
    labels: { tier: "{{ index == 0 ? 'T1' : 'T2' }}" }
    run: echo "{{ item }}" >> ran.txt
  - id: api
    needs: ["host-*"]
    steps:
      - { id: build, run: "make build > made.txt" }
      - { id: flaky, run: ./flaky.sh, continueOnError: true }
      - id: recover
        if: "{{ steps.flaky.status == 'failed' }}"
        then: [{ id: reset, run: ./reset.sh }]
        else: [{ id: note, run: echo fine }]
      - id: shards
        map: { over: "{{ inputs.suites }}", maxParallel: 4 }
        steps: [{ id: e2e, command: [./e2e, --suite, "{{ item }}", "{{ context.run_id }}"], outputs: json }]
      - id: level
        switch: "{{ inputs.level }}"
        cases: { quick: [{ id: short, run: 'true' }], full: [{ id: long, run: 'true' }] }
      - id: side
        parallel: { maxParallel: 2 }
        steps: [{ id: left, run: 'true' }, { id: right, loop: { while: "{{ iteration < 2 }}", every: 30s }, steps: [{ id: go, run: 'true' }] }]
      - { id: may, gate: { policy: { run: ./may.sh, timeout: 10s } } }
      - { id: rule, gate: { policy: "{{ inputs.level == 'quick' }}" } }
      - { id: ship, gate: { approval: "Ship {{ inputs.release }}?", onReject: skip, show: notes.md } }
      - { id: publish, run: ./publish.sh, when: "{{ inputs.level == 'full' }}", idempotent: false }
  - { id: stuck, steps: [{ id: no, gate: { policy: "{{ false }}" } }, { id: after, run: 'true' }] }
  - { id: patient, needs: [stuck], run: 'true' }
outputs:
  released: "{{ targets.api.status == 'completed' }}"
`

const place = (): Workplace => {
  const made = workplace()
  made.write("night.yaml", night)
  made.write("hosts.txt", "ada\ngrace\nedsger\n")
  return made
}

interface Step {
  readonly path: string
  readonly status: string
  readonly conditional?: boolean
  readonly children?: ReadonlyArray<Step>
  readonly [key: string]: unknown
}

interface Document {
  readonly planHash: string
  readonly requiresApproval: boolean
  readonly targets: ReadonlyArray<{ readonly id: string; readonly status: string; readonly steps: ReadonlyArray<Step> }>
  readonly options: Readonly<Record<string, unknown>>
  readonly counts: { readonly targets: Readonly<Record<string, number>> }
}

const simulate = (where: Workplace, ...args: ReadonlyArray<string>): Promise<Answer> =>
  where.pawl("simulate", "night.yaml", "--input", "release=1.4", ...args)

const everyStep = (steps: ReadonlyArray<Step>): ReadonlyArray<Step> =>
  steps.flatMap((step) => [step, ...everyStep(step.children ?? [])])

describe("pawl simulate", () => {
  it("says what would happen, runs nothing and writes nothing", async () => {
    const here = place()
    const answer = await simulate(here)
    expect(answer).toMatchObject({ code: 0, stderr: "" })
    expect(answer.stdout.split("\n").slice(2)).toEqual([
      "input suites = [\"smoke\",\"checkout\"]",
      "input release = \"1.4\"",
      "input level = \"quick\"",
      "input big = 12345678901234567890",
      "input token is secret",
      "run: 1 target at a time; goes on past blocked targets; at most 20% blocked",
      "failure: up to 3 attempts, 2s apart, ×2 up to 1m; at most 10m each; breaker at 3",
      "rate limit: exit code 75; waits, at most 2h",
      "6 targets: 4 pending; 1 skipped; 1 blocked",
      "25 steps: 19 pending; 4 skipped; 1 requires-approval; 1 requires-policy;",
      "          2 of them conditional",
      "",
      "TARGET                  STATUS             WHAT",
      "host-ada … host-edsger  pending            3 targets",
      "└─ run                  pending            run: echo \"{{ item }}\" >> ran.txt",
      "",
      "api                     pending            needs host-ada, host-grace, host-edsger",
      "├─ build                pending            run: make build > made.txt",
      "├─ flaky                pending            run: ./flaky.sh",
      "│                                            the target goes on if it fails",
      "├─ recover              pending            if {{ steps.flaky.status == 'failed' }}",
      "│  ├─ then",
      "│  │  └─ reset          conditional        run: ./reset.sh",
      "│  └─ else",
      "│     └─ note           conditional        run: echo fine",
      "├─ shards               pending            map over 2 items: smoke, checkout",
      "│  │                                         4 at a time",
      "│  └─ e2e               pending            command: ./e2e --suite {{ item }} {{ context.run_id }}",
      "├─ level                pending            switch {{ inputs.level }}",
      "│  ├─ case quick",
      "│  │  └─ short          pending            run: true",
      "│  └─ case full         skipped            branch not taken",
      "├─ side                 pending            parallel",
      "│  │                                         2 at a time",
      "│  ├─ left              pending            run: true",
      "│  └─ right             pending            loop while {{ iteration < 2 }}",
      "│     │                                      2 iterations; 30s apart",
      "│     └─ go             pending            run: true",
      "├─ may                  requires-policy    check: ./may.sh",
      "│                                            at most 10s each",
      "├─ rule                 pending            policy, approved: {{ inputs.level == 'quick' }}",
      "├─ ship                 requires-approval  approval: Ship 1.4?",
      "│                                            shows notes.md; a rejection leaves out the rest",
      "└─ publish              skipped            `when` is false: {{ inputs.level == 'full' }}",
      "",
      "stuck                   blocked            at no: its policy is not met",
      "├─ no                   pending            policy, denied: {{ false }}",
      "└─ after                skipped            not reached",
      "",
      "patient                 skipped            it needs stuck, which does not complete",
      "",
      "outputs:",
      "  released = {{ targets.api.status == 'completed' }}",
      ""
    ])
    expect(readdirSync(here.path).toSorted()).toEqual(["hosts.txt", "night.yaml"])
  })

  it("gives the plan of `pawl plan`, and every step with its path", async () => {
    const here = place()
    const document = json<Document>(await simulate(here, "--format", "json"))
    const plan = json<{ readonly hash: string }>(
      await here.pawl("plan", "night.yaml", "--input", "release=1.4", "--format", "json")
    )
    expect(document.planHash).toBe(plan.hash)
    expect(document.requiresApproval).toBe(true)
    const steps = everyStep(document.targets.find(({ id }) => id === "api")?.steps ?? [])
    expect(steps.map(({ conditional, path, status }) => `${path} ${status}${conditional === true ? "?" : ""}`)).toEqual(
      [
        "build pending",
        "flaky pending",
        "recover pending",
        "recover::reset pending?",
        "recover::note pending?",
        "shards pending",
        "shards[0]::e2e pending",
        "shards[1]::e2e pending",
        "level pending",
        "level::short pending",
        "level::long skipped",
        "side pending",
        "side::left pending",
        "side::right pending",
        "side::right[]::go pending",
        "may requires-policy",
        "rule pending",
        "ship requires-approval",
        "publish skipped"
      ]
    )
    expect(steps.find(({ path }) => path === "shards[1]::e2e")).toMatchObject({
      command: ["./e2e", "--suite", "checkout", "{{ context.run_id }}"],
      unresolved: ["context.run_id", "inputs.token"],
      timeoutMs: 600_000
    })
  })

  it.each(["table", "json", "ndjson"])(
    "as %s is the same bytes from any folder, in any environment, and from `pawl run --dry-run`",
    async (format) => {
      const [here, there] = [place(), workplace()]
      there.write("deep/er/night.yaml", night)
      there.write("deep/er/hosts.txt", "ada\ngrace\nedsger\n")
      const args = ["--input", "release=1.4", "--format", format]
      const token = { E2E_TOKEN: "s3cret" }
      const first = await here.pawlWith({ env: token }, "simulate", "night.yaml", ...args)
      const env = {
        ...token,
        TZ: "Asia/Kathmandu",
        LANG: "C",
        LC_ALL: "tr_TR.UTF-8",
        HOME: "/root",
        COLUMNS: "40",
        PAWL_STATE_DIR: "elsewhere",
        CI: "true"
      }
      const others = await Promise.all([
        there.pawlWith({ env }, "simulate", "deep/er/night.yaml", ...args),
        there.pawlWith({ env }, "simulate", `${there.path}/deep/er/night.yaml`, ...args),
        here.pawlWith({ env }, "run", "night.yaml", "--dry-run", ...args),
        here.pawlWith({ env: token }, "simulate", "night.yaml", ...args, "--output", "answer")
      ])
      expect(first).toMatchObject({ code: 0, stderr: "" })
      expect(first.stdout).not.toContain(here.path)
      expect(others.map(({ code }) => code)).toEqual([0, 0, 0, 0])
      expect(others.slice(0, 3).map(({ stdout }) => stdout)).toEqual([first.stdout, first.stdout, first.stdout])
      expect(here.read("answer")).toBe(first.stdout)
      if (format !== "table") expect(first.stdout.trim().split("\n")).toHaveLength(1)
      expect(readdirSync(here.path).toSorted()).toEqual(["answer", "hosts.txt", "night.yaml"])
    }
  )

  it("does not look at what earlier runs did, and leaves their state alone", async () => {
    const here = workplace()
    here.write("two.yaml", "name: two\ntargets:\n  - { id: a, run: 'true' }\n  - { id: b, needs: [a], run: 'true' }\n")
    const before = (await here.pawl("simulate", "two.yaml", "--order", "longest-first")).stdout
    await here.pawl("run", "two.yaml")
    const state = await shell(here, "find .pawl -type f -exec cksum {} + | sort")
    expect((await here.pawl("simulate", "two.yaml", "--order", "longest-first")).stdout).toBe(before)
    expect((await here.pawl("run", "two.yaml", "--dry-run", "--fresh", "--order", "longest-first")).stdout).toBe(before)
    expect(await shell(here, "find .pawl -type f -exec cksum {} + | sort")).toEqual(state)
  })

  it("takes what `pawl run` takes: inputs, selections and how the run goes on", async () => {
    const here = place()
    const args = ["--target", "host-grace", "--target", "api", "--target", "host-grace", "--only", "id!=stuck"]
    const manner = ["--no-auto-advance", "--strict", "--cap", "3", "-j4", "--max-blocked", "2"]
    const answer = await simulate(here, ...args, ...manner, "--input", "level=full", "--format", "json")
    expect(answer.stderr).toBe("note: target `host-grace` is named more than once and counts once\n")
    const document = json<Document>(answer)
    expect(document.options).toEqual({
      autoAdvance: false,
      halt: "soon",
      strict: true,
      maxParallel: 4,
      maxBlocked: { count: 2 },
      cap: 3,
      noWait: false,
      order: "manifest"
    })
    expect(document.targets.map(({ id, status }) => `${id} ${status}`)).toEqual([
      "host-grace pending",
      "api skipped",
      "host-ada skipped",
      "host-edsger skipped",
      "stuck skipped",
      "patient skipped"
    ])
  })

  it("refuses what `pawl run` refuses, all at once: 65 for the manifest and inputs, 64 for names", async () => {
    const here = place()
    refusalOf(await here.pawl("simulate", "night.yaml", "--format", "json"), 65)
    expectRefused(await here.pawl("simulate", "none.yaml"), 65)
    here.write("bad.yaml", "name: bad\ntargets:\n  - { id: a, steps: [{ id: s, runn: x }] }\n")
    expectRefused(await here.pawl("simulate", "bad.yaml"), 65)
    const { errors } = refusalOf(
      await simulate(here, "--target", "hots-ada", "--input", "levle=x", "--format", "json"),
      64
    )
    expect(errors.map(({ hint }) => hint)).toEqual(["did you mean `level`?", "did you mean `host-ada`?"])
    expectRefused(await here.pawl("run", "night.yaml", "--input", "release=1", "--dry-run", "--expect-plan", "x"), 65)
    here.write("old", "kept")
    await here.pawl("run", "bad.yaml", "--dry-run", "--output", "old")
    expect(here.read("old")).toBe("kept")
  })

  it("reads well on a terminal of 80 columns, in colour that can be turned off", async () => {
    const here = place()
    const args = ["simulate", "night.yaml", "--input", "release=1.4"]
    const { code, raw } = await onTerminal(here, 80, args)
    expect(code).toBe(0)
    expect(raw).toContain("\u001b[33mrequires-approval")
    const lines = Bun.stripANSI(raw).replaceAll("\r", "").split("\n")
    expect(Math.max(...lines.map((line) => Bun.stringWidth(line)))).toBeLessThanOrEqual(80)
    expect((await onTerminal(here, 80, [...args, "--color", "never"])).raw).not.toContain("\u001b")
  })
})

describe("the document of a simulation", () => {
  const validator = async (where: Workplace): Promise<ValidateFunction> =>
    new Ajv({ strict: true, strictTypes: false, strictRequired: false, allErrors: true }).compile(
      json<object>(await where.pawl("schema", "simulation"))
    )

  it("is as `pawl schema simulation` says, whatever is in it, and the schema notices what is wrong", async () => {
    const here = place()
    const isValid = await validator(here)
    const calls = [[], ["--only", "id=nobody"], ["--input", "suites=[]"], ["--input", "level=full", "--cap", "0"], [
      "--max-blocked",
      "3",
      "--target",
      "patient"
    ]]
    for (const args of calls) {
      const document = json<Record<string, unknown>>(await simulate(here, ...args, "--format", "json"))
      isValid(document)
      expect(isValid.errors ?? []).toEqual([])
      for (const key of Object.keys(document).filter((name) => name !== "description" && name !== "rateLimit")) {
        const { [key]: _, ...without } = document
        expect([key, isValid(without)]).toEqual([key, false])
      }
      const wrong = [{ schema: "pawl.simulation/v2" }, { targets: {} }, { requiresApproval: 1 }, { counts: {} }, {
        targets: [{ id: "x" }]
      }, { outputs: { a: 1 } }]
      for (const each of wrong) expect([each, isValid({ ...document, ...each })]).toEqual([each, false])
    }
  })

  it("never holds the value of a secret, wherever the manifest puts it", async () => {
    const here = place()
    const env = { E2E_TOKEN: "s3cret-value" }
    for (const format of ["json", "table"]) {
      const answer = await here.pawlWith(
        { env },
        "simulate",
        "night.yaml",
        "--input",
        "release=1.4",
        "--format",
        format
      )
      expect(answer.code).toBe(0)
      expect(answer.stdout + answer.stderr).not.toContain("s3cret")
    }
  })
})

describe("a simulation of very much", () => {
  const many = `name: many
inputs: { n: { type: integer, default: 100000 } }
targets:
  - forEach: { file: hosts.txt }
    id: "host-{{ item }}"
    steps:
      - { id: reach, run: 'ssh "{{ item }}" true' }
      - { id: ask, when: "{{ index >= 0 }}", gate: { approval: "Go on with {{ item }}?" } }
`

  it("shows a hundred thousand targets that go the same way as one tree", async () => {
    const here = workplace()
    here.write("many.yaml", many)
    here.write("hosts.txt", Array.from({ length: 100_000 }, (_, at) => `h${at}\n`).join(""))
    const answer = await here.pawl("simulate", "many.yaml")
    expect(answer.code).toBe(0)
    expect(answer.stdout.split("\n").slice(-6)).toEqual([
      "",
      "TARGET                 STATUS             WHAT",
      "host-h0 … host-h99999  pending            100000 targets",
      "├─ reach               pending            run: ssh \"{{ item }}\" true",
      "└─ ask                 requires-approval  approval: Go on with {{ item }}?",
      ""
    ])
  })

  it("writes a document of a hundred thousand targets as it is made, in bounded memory", async () => {
    const here = workplace()
    here.write("many.yaml", many)
    here.write("hosts.txt", Array.from({ length: 100_000 }, (_, at) => `h${at}\n`).join(""))
    const child = here.start(["simulate", "many.yaml", "--format", "json", "--output", "many.json"])
    let mebibytes = 0
    while (child.exitCode === null && child.signalCode === null) {
      const status = await Bun.file(`/proc/${child.pid}/status`).text().catch(() => "")
      mebibytes = Math.max(mebibytes, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024)
      await Bun.sleep(2)
    }
    expect(child.exitCode).toBe(0)
    const document = json<Document>({ code: 0, signal: null, stderr: "", stdout: here.read("many.json") })
    expect(document.counts.targets["pending"]).toBe(100_000)
    expect(document.targets.at(-1)?.id).toBe("host-h99999")
    expect(mebibytes).toBeLessThan(400)
  })

  it("ends when nobody reads on", async () => {
    const here = workplace()
    here.write("many.yaml", many)
    here.write("hosts.txt", Array.from({ length: 100_000 }, (_, at) => `h${at}\n`).join(""))
    const answer = await shell(
      here,
      "\"$PAWL\" simulate many.yaml --format json | head -c 20; echo \" ${PIPESTATUS[0]}\""
    )
    expect(answer.stdout).toBe("{\"schema\":\"pawl.simu 0\n")
  })

  it("a map over a million items is told in time, and not listed", async () => {
    const here = workplace()
    here.write(
      "map.yaml",
      "name: map\ninputs: { list: { type: array } }\ntargets:\n  - id: a\n    steps:\n"
        + "      - { id: m, map: { over: \"{{ inputs.list }}\" }, steps: [{ id: s, run: 'true' }] }\n"
    )
    here.write("inputs.json", JSON.stringify({ list: Array.from({ length: 1_000_000 }, (_, at) => at) }))
    const answer = await here.pawl("simulate", "map.yaml", "--inputs", "inputs.json", "--format", "json")
    expect(answer.code).toBe(0)
    const document = json<Document>(answer)
    expect(everyStep(document.targets[0]?.steps ?? [])).toMatchObject([
      { problem: expect.stringContaining("gives 1000000 items, more than 10000") },
      { path: "m[]::s", status: "skipped", reason: "not-reached" }
    ])
  })
})
