/**
 * A plan as people read it: its targets as a table, and what its steps are made of as a tree.
 *
 * Owns these lines. Must not print. The surprise: targets from one entry of the manifest do the same
 * steps, so that the tree is shown once for all of them, and only where steps hold steps or ask somebody.
 */
import { stringifyJson } from "../expression/Value.ts"
import type { Plan, PlanStep, PlanTarget } from "../plan/Plan.ts"
import { branchesOf } from "../plan/StepTree.ts"
import { duration } from "./Duration.ts"
import { fit, printable, width } from "./Printable.ts"
import type { Style } from "./Style.ts"
import { table } from "./Table.ts"

const targetRow = (plan: Plan, target: PlanTarget) =>
  [
    target.id,
    (plan.templates[target.template]?.steps ?? []).map(({ id }) => id).join(" "),
    target.needs.join(" "),
    Object.entries(target.labels).map(([name, value]) => `${name}=${value}`).join(" "),
    target.hash
  ].map((text) => ({ text: printable(text) }))

/** What a step goes by; how an attempt is made is in the manifest. */
const goesBy = (step: PlanStep): string => {
  switch (step.kind) {
    case "run":
    case "command":
      return ""
    case "gate": {
      const { gate } = step
      if (gate.type === "policy") return gate.policy
      return gate.type === "check" ? gate.run : `${gate.message} (${gate.options.join(", ")})`
    }
    case "if":
      return step.if
    case "switch":
      return step.switch
    case "map":
      return typeof step.over === "string" ? step.over : stringifyJson(step.over)
    case "parallel":
      return ""
    case "loop": {
      const until = step.while === undefined ? `until ${step.until}` : `while ${step.while}`
      const every = step.everyMs === undefined ? "" : `, every ${duration(step.everyMs)}`
      return `${until}, at most ${step.maxIterations} times${every}`
    }
  }
}

const manner = (step: PlanStep): ReadonlyArray<string> => [
  ...((step.kind === "map" || step.kind === "parallel") && step.maxParallel !== undefined
    ? [`${step.maxParallel} at a time`]
    : []),
  ...(step.when === undefined ? [] : [`when ${step.when}`]),
  ...(step.continueOnError ? ["goes on when it fails"] : []),
  ...("idempotent" in step ? ["never twice without a person"] : []),
  ...(step.kind === "gate" && step.gate.onReject !== "abort" ? [`on reject: ${step.gate.onReject}`] : [])
]

/** Of composite steps with one list that list needs no name. */
const isNamed = ({ kind }: PlanStep): boolean => kind === "if" || kind === "switch"

const treeLines = (steps: ReadonlyArray<PlanStep>, indent: string, style: Style): ReadonlyArray<string> => {
  const room = Math.max(0, ...steps.map(({ id }) => width(printable(id))))
  return steps.flatMap((step) => {
    const id = printable(step.id)
    const words = [goesBy(step), ...manner(step)].filter((text) => text !== "").map(printable).join("; ")
    const inner = branchesOf(step).filter(({ steps }) => steps.length > 0).flatMap(({ name, steps }) =>
      isNamed(step)
        ? [`${indent}  ${style.dim(printable(name))}`, ...treeLines(steps, `${indent}    `, style)]
        : treeLines(steps, `${indent}  `, style)
    )
    const gap = " ".repeat(room - width(id) + 2)
    return [`${indent}${style.bold(id)}${gap}${step.kind}${words === "" ? "" : `  ${words}`}`, ...inner]
  })
}

const isPlain = (steps: ReadonlyArray<PlanStep>): boolean =>
  steps.every(({ kind }) => kind === "run" || kind === "command")

const trees = ({ targets, templates }: Plan, style: Style): ReadonlyArray<string> => {
  const users = new Map<number, Array<string>>()
  for (const { id, template } of targets) {
    const others = users.get(template)
    if (others === undefined) users.set(template, [id])
    else others.push(id)
  }
  return templates.flatMap(({ steps }, index) => {
    const [first, second = "", ...more] = users.get(index) ?? []
    if (first === undefined || isPlain(steps)) return []
    const others = second === "" ? "" : more.length === 0 ? ` and ${printable(second)}` : ` and ${more.length + 1} more`
    return ["", `steps of ${printable(first)}${others}:`, ...treeLines(steps, "  ", style)]
  })
}

const checks = ({ preflight }: Plan, style: Style): ReadonlyArray<string> =>
  preflight === undefined ? [] : ["", "checks before any target starts:", ...treeLines(preflight.steps, "  ", style)]

/** The lines, without line ends; on a terminal none is wider than `columns`. */
export const planTable = (plan: Plan, style: Style, columns: number | undefined): ReadonlyArray<string> => {
  const cut = (line: string): string =>
    columns === undefined || width(Bun.stripANSI(line)) <= columns ? line : fit(Bun.stripANSI(line), columns)
  return [
    `${style.bold(printable(plan.batch))}  ${plan.hash}`,
    ...Object.entries(plan.inputs).map(([name, value]) =>
      `input ${printable(name)} = ${printable(stringifyJson(value))}`
    ),
    ...plan.secrets.map((name) => `input ${printable(name)} is secret`),
    "",
    ...table(
      ["TARGET", "STEPS", "NEEDS", "LABELS", "HASH"],
      plan.targets.map((target) => targetRow(plan, target)),
      { style, ...(columns === undefined ? {} : { columns }) }
    ),
    ...[...checks(plan, style), ...trees(plan, style)].map(cut)
  ]
}
