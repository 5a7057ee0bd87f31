/**
 * One expression, evaluated many times: `Evaluate NAME COUNT`.
 *
 * Owns the expressions that are measured and what they see. The surprise: the scope is made anew each time, as
 * a run does for each step, or what is converted once would never be seen.
 */
import { Either } from "effect"
import type { Scope } from "../../src/expression/Scope.ts"
import { parseTemplate, renderValue } from "../../src/expression/Template.ts"

const items = Array.from({ length: 10_000 }, (_, index) => {
  const status = index % 100 === 0 ? "failed" as const : "succeeded" as const
  return {
    status,
    steps: { e2e: { status, attempts: 1, output: { exit_code: index % 100, stdout: "passed\n", stderr: "" } } }
  }
})

const build = { status: "failed" as const, attempts: 2, output: { exit_code: 2, stdout: "", stderr: "no rule\n" } }

const scope = (): Scope => ({
  inputs: { level: "full" },
  env: { CI: "1" },
  steps: { build, shards: { status: "failed", attempts: 0, output: { items: [...items] } } }
})

const templates: Readonly<Record<string, string>> = {
  condition: "{{ steps.build.output.exit_code != 0 && inputs.level == 'full' }}",
  items: "{{ steps.shards.output.items.filter(i, i.steps.e2e.output.exit_code != 0).size() }}"
}

const [name = "", count = "0"] = process.argv.slice(2)
const template = Either.getOrThrow(parseTemplate(templates[name] ?? ""))
const small = scope()
let last: unknown
for (let done = 0; done < Number(count); done++) {
  last = Either.getOrThrow(renderValue(template, name === "items" ? scope() : { ...small }))
}
process.stdout.write(`${String(last)}\n`)
