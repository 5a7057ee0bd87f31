/**
 * An object as the map that CEL sees.
 *
 * Owns which fields there are, and the converting of each when it is first asked for. The surprise: it passes
 * for a plain `Map`, since CEL goes by the constructor of a value, and a plain `Map` has no `constructor` or
 * `__proto__` that a key could be mistaken for.
 */
import type { Value, ValueObject } from "./Value.ts"

export type CelValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | ReadonlyArray<CelValue>
  | ReadonlyMap<string, CelValue>

export interface Converter {
  /** A field that is asked for the first time. */
  readonly convert: (value: Value) => CelValue
  /** A list that was converted already is asked for again. */
  readonly again: (list: ReadonlyArray<CelValue>) => void
}

const isList = (value: CelValue): value is ReadonlyArray<CelValue> => Array.isArray(value)

export class CelMap extends Map<string, CelValue> {
  /** What it stands for. */
  readonly from: ValueObject
  readonly #converter: Converter
  #names: ReadonlyArray<string> | undefined

  constructor(from: ValueObject, converter: Converter) {
    super()
    this.from = from
    this.#converter = converter
  }

  override get(key: string): CelValue | undefined {
    const known = super.get(key)
    if (known !== undefined) {
      if (isList(known)) this.#converter.again(known)
      return known
    }
    if (!this.has(key)) return undefined
    const field = this.from[key]
    const made = field === undefined ? undefined : this.#converter.convert(field)
    if (made !== undefined) super.set(key, made)
    return made
  }

  override has(key: string): boolean {
    return Object.hasOwn(this.from, key) && this.from[key] !== undefined
  }

  override get size(): number {
    return this.#keys().length
  }

  override keys(): MapIterator<string> {
    return this.#keys().values()
  }

  override *entries(): MapIterator<[string, CelValue]> {
    for (const key of this.#keys()) {
      const field = this.get(key)
      if (field !== undefined) yield [key, field]
    }
  }

  override *values(): MapIterator<CelValue> {
    for (const [, field] of this.entries()) yield field
  }

  override [Symbol.iterator](): MapIterator<[string, CelValue]> {
    return this.entries()
  }

  #keys(): ReadonlyArray<string> {
    return this.#names ??= Object.keys(this.from).filter((key) => this.from[key] !== undefined)
  }
}

Object.defineProperty(CelMap.prototype, "constructor", { value: Map })
