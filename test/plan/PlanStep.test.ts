import { describe, expect, it } from "@effect/vitest"
import type { PlanStep } from "../../src/plan/Plan.ts"
import { allSteps, branchesOf } from "../../src/plan/StepTree.ts"
import { manifestWith, someSteps, type Tree } from "../manifest/trees.ts"
import { planned } from "./planning.ts"

const retries = { maxAttempts: 1, backoffSeconds: 1, factor: 2, maxBackoffSeconds: 300, jitter: false }
const run = (id: string) => ({ id, run: "make" })
const planRun = (id: string, change: object = {}) => ({
  id,
  kind: "run",
  run: "make",
  shell: ["sh", "-e"],
  outputs: "text",
  continueOnError: false,
  retries,
  ...change
})

const stepsOf = (steps: ReadonlyArray<object>, more: object = {}): ReadonlyArray<PlanStep> =>
  planned(JSON.stringify({ name: "a", targets: [{ id: "t", steps }], ...more })).templates[0]?.steps ?? []

const yes = "{{ true }}"

describe("a step of a plan", () => {
  it.each<readonly [what: string, step: object, planned: object]>([
    ["a script", { id: "s", run: "make", idempotent: true }, planRun("s")],
    ["one that must not run again", { id: "s", run: "make", idempotent: false }, planRun("s", { idempotent: false })],
    ["a program", { id: "s", command: ["make", "all"], timeout: "1m", outputs: "json", name: "S" }, {
      id: "s",
      name: "S",
      kind: "command",
      command: ["make", "all"],
      timeoutMs: 60_000,
      outputs: "json",
      continueOnError: false,
      retries
    }],
    ["an approval", { id: "s", gate: { approval: "Ship?" } }, {
      id: "s",
      kind: "gate",
      continueOnError: false,
      gate: { type: "approval", message: "Ship?", options: ["approve", "reject"], onReject: "abort" }
    }],
    [
      "an approval with all it can have",
      { id: "s", when: yes, gate: { approval: "Ship?", options: ["blue"], onReject: "retry", show: "n.md" } },
      {
        id: "s",
        kind: "gate",
        when: yes,
        continueOnError: false,
        gate: { type: "approval", message: "Ship?", options: ["blue"], onReject: "retry", show: "n.md" }
      }
    ],
    ["a policy", { id: "s", gate: { policy: yes, onReject: "skip" } }, {
      id: "s",
      kind: "gate",
      continueOnError: false,
      gate: { type: "policy", policy: yes, onReject: "skip" }
    }],
    ["a check", { id: "s", gate: { policy: { run: "./may", shell: "bash -eu", timeout: "5s" } } }, {
      id: "s",
      kind: "gate",
      continueOnError: false,
      gate: { type: "check", run: "./may", shell: ["bash", "-eu"], timeoutMs: 5000, onReject: "abort" }
    }],
    ["branches", { id: "s", if: yes, then: [run("a")], else: [run("b")], env: { A: "1" }, workdir: "w" }, {
      id: "s",
      kind: "if",
      if: yes,
      continueOnError: false,
      env: { A: "1" },
      workdir: "w",
      then: [planRun("a")],
      else: [planRun("b")]
    }],
    ["one branch", { id: "s", if: yes, then: [run("a")] }, {
      id: "s",
      kind: "if",
      if: yes,
      continueOnError: false,
      then: [planRun("a")],
      else: []
    }],
    ["cases", { id: "s", switch: "x", cases: { b: [run("b")], "": [run("a")] } }, {
      id: "s",
      kind: "switch",
      switch: "x",
      continueOnError: false,
      cases: { b: [planRun("b")], "": [planRun("a")] },
      default: []
    }],
    ["cases and what is done without one", { id: "s", switch: "x", cases: { b: [run("b")] }, default: [run("d")] }, {
      id: "s",
      kind: "switch",
      switch: "x",
      continueOnError: false,
      cases: { b: [planRun("b")] },
      default: [planRun("d")]
    }],
    [
      "a map over a list in which expressions stand",
      { id: "s", map: { over: ["a", { b: "{{ env.HOME }}" }] }, steps: [run("a")], continueOnError: true },
      {
        id: "s",
        kind: "map",
        over: ["a", { b: "{{ env.HOME }}" }],
        maxParallel: 1,
        continueOnError: true,
        steps: [planRun("a")]
      }
    ],
    ["a map over what an expression gives", {
      id: "s",
      map: { over: "{{ [1, 2] }}", maxParallel: 4 },
      steps: [run("a")]
    }, {
      id: "s",
      kind: "map",
      over: "{{ [1, 2] }}",
      maxParallel: 4,
      continueOnError: false,
      steps: [planRun("a")]
    }],
    ["steps side by side, all at once", { id: "s", parallel: {}, steps: [run("a"), run("b")] }, {
      id: "s",
      kind: "parallel",
      continueOnError: false,
      steps: [planRun("a"), planRun("b")]
    }],
    ["steps side by side, two at a time", { id: "s", parallel: { maxParallel: 2 }, steps: [run("a")] }, {
      id: "s",
      kind: "parallel",
      maxParallel: 2,
      continueOnError: false,
      steps: [planRun("a")]
    }],
    ["a loop while", { id: "s", loop: { while: "{{ iteration < 3 }}" }, steps: [run("a")] }, {
      id: "s",
      kind: "loop",
      while: "{{ iteration < 3 }}",
      maxIterations: 10,
      continueOnError: false,
      steps: [planRun("a")]
    }],
    ["a loop until", { id: "s", loop: { until: yes, maxIterations: 3, every: "1m30s" }, steps: [run("a")] }, {
      id: "s",
      kind: "loop",
      until: yes,
      maxIterations: 3,
      everyMs: 90_000,
      continueOnError: false,
      steps: [planRun("a")]
    }]
  ])("is made of %s", (_what, step, expected) => {
    expect(stepsOf([step])).toEqual([expected])
  })
})

describe("`failure` on the way down", () => {
  const inner = (steps: ReadonlyArray<PlanStep>): ReadonlyArray<unknown> =>
    allSteps(steps).flatMap((step) => {
      if (step.kind === "gate") return [[step.id, "timeoutMs" in step.gate ? step.gate.timeoutMs : undefined]]
      return "retries" in step ? [[step.id, step.retries.maxAttempts, step.retries.backoffSeconds, step.timeoutMs]] : []
    })
  const check = { id: "check", gate: { policy: { run: "./may" } } }

  it("goes through steps that hold steps, field by field, the inner one winning", () => {
    const steps = stepsOf([
      {
        id: "map",
        map: { over: [1] },
        failure: { retries: { maxAttempts: 5 } },
        steps: [
          run("as-map"),
          {
            id: "if",
            if: yes,
            failure: { retries: { backoffSeconds: 9 }, timeout: "2m" },
            then: [run("as-if"), { ...run("own"), timeout: "3m", failure: { retries: { maxAttempts: 2 } } }, check],
            else: [{ id: "loop", loop: { until: yes }, failure: { timeout: "4m" }, steps: [run("as-loop")] }]
          },
          {
            id: "switch",
            switch: "x",
            failure: { timeout: "5m" },
            cases: { a: [run("case")] },
            default: [run("default")]
          }
        ]
      },
      { id: "side", parallel: {}, failure: { retries: { maxAttempts: 8 } }, steps: [run("as-side")] },
      run("as-target"),
      { ...check, failure: { timeout: "6m" } },
      { id: "own-check", gate: { policy: { run: "./may", timeout: "7m" } }, failure: { timeout: "6m" } }
    ], { failure: { retries: { maxAttempts: 3, backoffSeconds: 4 }, timeout: "1m" } })
    expect(inner(steps)).toEqual([
      ["as-map", 5, 4, 60_000],
      ["as-if", 5, 9, 120_000],
      ["own", 2, 9, 180_000],
      ["check", 120_000],
      ["as-loop", 5, 9, 240_000],
      ["case", 5, 4, 300_000],
      ["default", 5, 4, 300_000],
      ["as-side", 8, 4, 60_000],
      ["as-target", 3, 4, 60_000],
      ["check", 360_000],
      ["own-check", 420_000]
    ])
  })
})

describe("the tree of a plan's steps", () => {
  const childrenOf = ({ cases, default: fallback, else: other, steps, then }: Tree): ReadonlyArray<Tree> =>
    [then, other, ...Object.values(cases ?? {}), fallback, steps].flatMap((list) => (Array.isArray(list) ? list : []))
  const ids = (steps: ReadonlyArray<Tree>): ReadonlyArray<string> =>
    steps.flatMap((step) => [step.id, ...ids(childrenOf(step))])

  it.prop(
    "has every step that was written, in that order, each after the one that it is in",
    [someSteps],
    ([steps]) => {
      const { templates } = planned(JSON.stringify(manifestWith(steps)))
      expect(allSteps(templates[0]?.steps ?? []).map(({ id }) => id)).toEqual(ids(steps))
    }
  )

  it.prop("has no list of steps but those of its kinds", [someSteps], ([steps]) => {
    const names = allSteps(planned(JSON.stringify(manifestWith(steps))).templates[0]?.steps ?? []).flatMap((step) =>
      branchesOf(step).map(({ name }) => `${step.kind} ${name.split(":", 1)[0]}`)
    )
    const known = ["if then", "if else", "switch case", "switch default", "map steps", "parallel steps", "loop steps"]
    expect(names.filter((name) => !known.includes(name))).toEqual([])
  })
})
