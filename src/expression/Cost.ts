/**
 * What the operators and functions of CEL cost, in steps and in characters.
 *
 * Owns those figures. Pure, but for the budget that pays. The surprise: values are compared part by part, and a
 * part can stand in a value many times over, so that comparing is paid for by looking through one side first.
 */
import type { Budget } from "./Budget.ts"

type Pay = (budget: Budget, left: unknown, right: unknown) => void

const isList = (value: unknown): value is ReadonlyArray<unknown> => Array.isArray(value)
const isObject = (value: unknown): value is object => typeof value === "object" && value !== null

/** Characters that are read within one step. */
const charactersAStep = 64
const stepsFor = (characters: number): number => Math.floor(characters / charactersAStep)
/** Numbers and texts of a list that are compared within one step. */
const elementsAStep = 8

/** How many turns a macro takes over a value. */
export const sizeOf = (value: unknown): number =>
  isList(value) ? value.length : value instanceof Map ? value.size : isObject(value) ? Object.keys(value).length : 0

const payThrough = (budget: Budget, value: unknown): void => {
  if (typeof value === "string" || value instanceof Uint8Array) return budget.work(stepsFor(value.length))
  if (!isObject(value)) return
  budget.work(sizeOf(value))
  const parts = isList(value) ? value : value instanceof Map ? value.values() : Object.values(value)
  for (const part of parts) payThrough(budget, part)
}

const order: Pay = (budget, left, right) => {
  if (typeof left === "string" && typeof right === "string") {
    budget.work(stepsFor(Math.min(left.length, right.length)))
  }
}

const equality: Pay = (budget, left, right) => {
  if (left === right || !isObject(left) || !isObject(right)) order(budget, left, right)
  else if (sizeOf(left) === sizeOf(right)) payThrough(budget, left)
}

const membership: Pay = (budget, wanted, list) => {
  if (!isList(list)) return
  if (isObject(wanted)) return payThrough(budget, list)
  const each = typeof wanted === "string" ? 1 + stepsFor(wanted.length) : 1
  budget.work(Math.floor(list.length / elementsAStep) * each)
}

const sum: Pay = (budget, left, right) => {
  if (typeof left === "string" && typeof right === "string") budget.text(left.length + right.length)
  else if (isList(left) && isList(right)) budget.work(left.length + right.length)
  else if (left instanceof Uint8Array && right instanceof Uint8Array) budget.text(left.length + right.length)
}

/** By operator, what is paid before it is done; what is not here costs no more than being there. */
export const operators: Readonly<Record<string, Pay>> = {
  "+": sum,
  "==": equality,
  "!=": equality,
  in: membership,
  "<": order,
  "<=": order,
  ">": order,
  ">=": order
}

/** A search can begin anew at every character, if text and wanted text are made for it. */
const search: Pay = (budget, text, wanted) => {
  if (typeof text !== "string" || typeof wanted !== "string") return
  budget.work(Math.floor((text.length * Math.min(text.length, wanted.length)) / (16 * charactersAStep)))
}

/** The parts are only counted once they are there; of a long text there may be too many by then. */
const split: Pay = (budget, text, separator) => {
  search(budget, text, separator)
  if (typeof text === "string" && (separator === "" || text.length > 65_536)) budget.work(text.length)
}

const join: Pay = (budget, list, separator) => {
  if (!isList(list)) return
  budget.work(Math.floor(list.length / elementsAStep))
  const between = typeof separator === "string" ? separator.length : 0
  let length = between * Math.max(0, list.length - 1)
  for (const part of list) if (typeof part === "string") length += part.length
  budget.text(length)
}

/** CEL counts code points, and reads these character by character. */
const slowly: Pay = (budget, value) => {
  if (typeof value === "string" || value instanceof Uint8Array) budget.work(Math.floor(value.length / 8))
}

const calls: Readonly<Record<string, Pay>> = {
  contains: search,
  indexOf: search,
  lastIndexOf: search,
  split,
  join,
  size: slowly,
  json: slowly
}

/** Paid before a function is called; of a method the receiver is the first argument. */
export const payForCall = (budget: Budget, name: string, args: ReadonlyArray<unknown>): void => {
  for (const arg of args) {
    if (typeof arg === "string" || arg instanceof Uint8Array) budget.work(stepsFor(arg.length))
  }
  if (Object.hasOwn(calls, name)) calls[name]?.(budget, args[0], args[1])
}

/** Paid for what a function came to. */
export const payForResult = (budget: Budget, result: unknown): void => {
  if (typeof result === "string" || result instanceof Uint8Array) budget.text(result.length)
  else if (isList(result)) budget.work(result.length)
}
