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
  readonly list: (values: ReadonlyArray<Value>) => { readonly to: ReadonlyArray<CelValue>; readonly bill: Bill }
  /** For a list that was converted already. */
  readonly pay: (bill: Bill) => void
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

  const elements = (values: ReadonlyArray<Value>): ReadonlyArray<CelValue> => {
    spend(values.length)
    return values.map((value) => {
      if (typeof value !== "object" || value === null) return convert(value)
      if (!isObject(value)) return elements(value)
      spend(costOfMap)
      return new CelMap(value, intake)
    })
  }

  const list: Intake["list"] = (values) => {
    const before = spent
    const to = elements(values)
    return { to, bill: { steps: spent - before, paidBy: budget } }
  }

  const pay: Intake["pay"] = (bill) => {
    if (bill.paidBy === budget) return
    bill.paidBy = budget
    budget.work(bill.steps)
  }

  const convert = (value: Value): CelValue => {
    if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : value
    if (typeof value !== "object" || value === null) return value
    if (isObject(value)) return new CelMap(value, intake)
    const { bill, to } = list(value)
    bills.set(to, bill)
    return to
  }

  const again: Intake["again"] = (converted) => {
    const bill = bills.get(converted)
    if (bill !== undefined) pay(bill)
  }

  const begin: Intake["begin"] = (next) => {
    budget = next
  }

  const intake: Intake = { again, begin, convert, list, pay }
  return intake
}

type Take = (value: Value) => CelValue

/** Converts again only when asked about another value than last time: `inputs` stay the same all night. */
const takeWhole = (intake: Intake): Take => {
  let last: { readonly from: Value; readonly to: CelValue; readonly bill?: Bill } | undefined
  return (value) => {
    if (typeof value !== "object" || value === null) return intake.convert(value)
    if (last?.from !== value) {
      last = { from: value, ...(isObject(value) ? { to: intake.convert(value) } : intake.list(value)) }
    } else if (last.bill !== undefined) intake.pay(last.bill)
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
