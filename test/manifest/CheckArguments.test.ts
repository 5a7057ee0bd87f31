import { describe, expect, it } from "@effect/vitest"
import { secretArguments } from "../../src/manifest/CheckArguments.ts"
import { pathText } from "../../src/manifest/Finding.ts"

const inputs = {
  token: { type: "string", secret: true, env: "API_TOKEN" },
  level: { type: "string" }
}

/** Where a secret is found, and which, for targets under which `env` is set for the batch. */
const found = (targets: ReadonlyArray<unknown>, env: Readonly<Record<string, string>> = {}): ReadonlyArray<string> =>
  secretArguments({ name: "batch", inputs, env, targets })
    .map(({ message, path }) => `${pathText(path)} ${/^`(.*?)`/.exec(message)?.[1]}`)

const command = (...words: ReadonlyArray<string>) => ({ id: "s", command: words })
const target = (...steps: ReadonlyArray<unknown>) => ({ id: "t", steps })

describe("a secret in the words of a command", () => {
  it.each<[string, ReadonlyArray<unknown>, ReadonlyArray<string>]>([
    ["is found by its name", [target(command("curl", "-H", "Bearer {{ inputs.token }}"))], [
      "targets[0].steps[0].command[2] inputs.token"
    ]],
    ["is found in a target that is one command", [{ id: "t", command: ["x", "{{ inputs['token'] }}"] }], [
      "targets[0].command[1] inputs.token"
    ]],
    ["is found as a program", [target(command("{{ inputs.token }}"))], ["targets[0].steps[0].command[0] inputs.token"]],
    ["is found where it only decides", [target(command("x", "{{ inputs.token == '' ? 'a' : 'b' }}"))], [
      "targets[0].steps[0].command[1] inputs.token"
    ]],
    ["is found by the variable that gives its value", [target(command("x", "{{ env.API_TOKEN }}"))], [
      "targets[0].steps[0].command[1] env.API_TOKEN"
    ]],
    ["is found within other steps", [
      target({ id: "m", map: { over: [1] }, env: { T: "{{ inputs.token }}" }, steps: [command("x", "{{ env.T }}")] })
    ], ["targets[0].steps[0].steps[0].command[1] env.T"]],
    ["is found where a step's own variable holds it", [
      target({ ...command("x", "{{ env.T }}"), env: { T: "{{ inputs.token }}" } })
    ], ["targets[0].steps[0].command[1] env.T"]],
    ["is not what another variable of that name holds further in", [
      {
        ...target({ ...command("x", "{{ env.T }}"), env: { T: "{{ inputs.level }}" } }),
        env: { T: "{{ inputs.token }}" }
      }
    ], []],
    ["is not any other input", [target(command("x", "{{ inputs.level }}"))], []],
    ["is not in a script, which gets it by a variable", [target({ id: "s", run: "x \"{{ inputs.token }}\"" })], []],
    ["is not looked for in what is no manifest", [7, { steps: "x" }, { steps: [3, { command: [4, null] }] }], []]
  ])("%s", (_, targets, expected) => {
    expect(found(targets)).toEqual(expected)
  })

  it("is followed through the variables from the batch to the step", () => {
    const steps = [{ ...command("x", "{{ env.C }} {{ env.A }}"), env: { C: "<{{ env.B }}>" } }]
    expect(found([{ id: "t", env: { B: "{{ env.A }}" }, steps }], { A: "{{ inputs.token }}" })).toEqual([
      "targets[0].steps[0].command[1] env.C",
      "targets[0].steps[0].command[1] env.A"
    ])
  })

  it("is found in the checks before the targets", () => {
    const preflight = [{ id: "c", env: { T: "{{ inputs.token }}" }, command: ["x", "{{ env.T }}"] }]
    expect(secretArguments({ inputs, preflight, targets: [] }).map(({ path }) => pathText(path))).toEqual([
      "preflight[0].command[1]"
    ])
  })
})
