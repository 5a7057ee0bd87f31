/**
 * What CEL is given of a scope.
 *
 * Owns which number is an integer, and how much is converted. Must not know expressions. The surprise: a list
 * is paid for once in each evaluation that looks at it, even where an earlier one has converted it, or what an
 * expression may do would depend on what was evaluated before.
 */
import { Budget } from "./Budget.ts"
import { CelMap, type CelValue, type Converter } from "./CelMap.ts"
import { isObject, member } from "./Exchange.ts"
import type { Reach, Root } from "./Names.ts"
import type { Scope } from "./Scope.ts"
import type { Value } from "./Value.ts"

/** What a map in a list costs beside its place there: more memory than a number does. */
const costOfMap = 3

/** What a list cost, and who paid for it last. */
interface Bill {
  readonly steps: number
  paidBy: Budget
}

interface Intake extends Converter {
  /** From here on that one pays. */
  readonly begin: (budget: Budget) => void
}

/** Converts for one program. */
const makeIntake = (): Intake => {
  let budget = new Budget()
  let spent = 0
  const bills = new WeakMap<ReadonlyArray<CelValue>, Bill>()

  const spend = (steps: number): void => {
    spent += steps
    budget.work(steps)
  }

  const listed = (values: ReadonlyArray<Value>): ReadonlyArray<CelValue> => {
    spend(values.length)
    return values.map((value) => {
      if (typeof value !== "object" || value === null) return convert(value)
      if (!isObject(value)) return listed(value)
      spend(costOfMap)
      return new CelMap(value, intake)
    })
  }

  const convert = (value: Value): CelValue => {
    if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : value
    if (typeof value !== "object" || value === null) return value
    if (isObject(value)) return new CelMap(value, intake)
    const before = spent
    const list = listed(value)
    bills.set(list, { steps: spent - before, paidBy: budget })
    return list
  }

  const intake: Intake = {
    convert,
    again: (list) => {
      const bill = bills.get(list)
      if (bill === undefined || bill.paidBy === budget) return
      bill.paidBy = budget
      budget.work(bill.steps)
    },
    begin: (next) => {
      budget = next
    }
  }
  return intake
}

type Take = (value: Value) => CelValue

/** Converts again only when asked about another value than last time: `inputs` stay the same all night. */
const takeWhole = (intake: Intake): Take => {
  let last: { readonly from: Value; readonly to: CelValue } | undefined
  return (value) => {
    if (typeof value !== "object" || value === null) return intake.convert(value)
    if (last?.from !== value) last = { from: value, to: intake.convert(value) }
    else if (Array.isArray(last.to)) intake.again(last.to)
    return last.to
  }
}

/** Makes the function that takes from a value what is reached of it. */
const makeTake = (reach: Reach, intake: Intake): Take => {
  const whole = takeWhole(intake)
  if (reach.whole) return whole
  const keys = [...reach.keys].map(([key, deeper]) => [key, makeTake(deeper, intake)] as const)
  return (value) => {
    if (!isObject(value)) return whole(value)
    const map = new Map<string, CelValue>()
    for (const [key, take] of keys) {
      const field = member(value, key)
      if (field !== undefined) map.set(key, take(field))
    }
    return map
  }
}

/** Makes the function that gives CEL what one program reaches of a scope. That throws `OverBudget`. */
export const makeContext = (
  reach: ReadonlyMap<Root, Reach>
): (scope: Scope, budget: Budget) => ReadonlyMap<string, CelValue> => {
  const intake = makeIntake()
  const takes = [...reach].map(([root, reached]) => [root, makeTake(reached, intake)] as const)
  return (scope, budget) => {
    intake.begin(budget)
    const context = new Map<string, CelValue>()
    for (const [root, take] of takes) {
      const given: Value | undefined = scope[root]
      if (given !== undefined) context.set(root, take(given))
    }
    return context
  }
}
