/** A scope with something of everything, for tables of expressions. */
import type { Scope } from "../../src/expression/Scope.ts"
import { parseJson } from "../../src/expression/Value.ts"

export const scope: Scope = {
  inputs: { level: "full", suites: ["smoke", "checkout"], count: 3, ratio: 2.5, whole: false, empty: null },
  env: { HOME: "/root" },
  steps: {
    build: { status: "failed", attempts: 2, error: "exit code 2", output: { exit_code: 2, stdout: "out", stderr: "" } },
    "heavy-thing": {
      status: "succeeded",
      attempts: 1,
      output: {
        exit_code: 0,
        stdout: "hi\n",
        stderr: "",
        json: parseJson(`{"id": 12345678901234567890, "name": null, "list": [{"a": {"b": 1}}, {"a": {"b": 2}}]}`),
        values: { region: "eu" }
      }
    },
    "1st": { status: "skipped", attempts: 0, output: { stdout: "", stderr: "" } },
    in: { status: "succeeded", attempts: 1, output: { exit_code: 0, stdout: "", stderr: "" } }
  },
  targets: { api: { status: "completed" }, "x.y": { status: "blocked" }, "web-1": { status: "errored" } },
  item: parseJson(`{"id": 12345678901234567890, "n": 41, "past": 9007199254740993, "path": "logs/a.tar.gz"}`),
  index: 4,
  context: { run_id: "r1", batch: "b", target: "api", attempt: 1, run_dir: "/runs/r1" }
}
