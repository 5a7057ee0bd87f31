/**
 * A plan whose targets come one after the other: what is stored of it, line by line, and the plan that
 * comes to.
 *
 * Owns the lines of `targets.ndjson`. Pure. The surprise: such a plan is open until its last line says
 * what the hash of the whole is; before that it is as long as the file is, and has the hash of that.
 */
import { Either } from "effect"
import { canonicalJson } from "../expression/Value.ts"
import { planHash } from "./Hash.ts"
import type { Plan, PlanTarget } from "./Plan.ts"
import { isTarget } from "./PlanJson.ts"

const OPEN = "pawl.open-plan/v1"
const CLOSED = "pawl.plan/v1"

/** Whether more targets may come to a plan, or may have been meant to. */
export const isOpen = ({ schema }: Plan): boolean => schema === OPEN

const hashOf = (plan: Omit<Plan, "hash">): string =>
  planHash(plan, plan.templates.map((template) => ({ text: canonicalJson(template) })))

/** A plan with other targets, whether more of them may come or not. */
export const withTargets = (plan: Omit<Plan, "hash">, targets: ReadonlyArray<PlanTarget>, open: boolean): Plan => {
  const whole = { ...plan, schema: open ? OPEN : CLOSED, targets } as const
  return { ...whole, hash: hashOf(whole) }
}

/** The lines of further targets. */
export const targetLines = (targets: ReadonlyArray<PlanTarget>): string =>
  targets.map((target) => `${JSON.stringify(target)}\n`).join("")

/** The line after the last target. */
export const endLine = (hash: string): string => `${JSON.stringify({ end: hash })}\n`

const readLine = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    // What it should have been is told with its number.
    return undefined
  }
}

const endIn = (data: unknown): string | undefined =>
  typeof data === "object" && data !== null && "end" in data && typeof data.end === "string" ? data.end : undefined

/**
 * An open plan with the targets that came later; on the left what is wrong with their lines. A last line
 * without its end was cut short by a crash, and nothing was begun that stands in it.
 */
export const withLines = (plan: Plan, text: string): Either.Either<Plan, string> => {
  const targets = [...plan.targets]
  const lines = text.split("\n").slice(0, -1)
  for (const [index, line] of lines.entries()) {
    const data = readLine(line)
    const end = endIn(data)
    if (end !== undefined && index === lines.length - 1) {
      const whole = withTargets(plan, targets, false)
      return whole.hash === end
        ? Either.right(whole)
        : Either.left(`it was changed since it was written: it is not ${end} any more`)
    }
    if (!isTarget(data) || data.template < 0 || data.template >= plan.templates.length) {
      return Either.left(`line ${index + 1} is not a target`)
    }
    targets.push(data)
  }
  return Either.right(withTargets(plan, targets, true))
}
