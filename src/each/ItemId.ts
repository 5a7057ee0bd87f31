/**
 * The id of an item: what `pawl status` and `pawl logs` call it.
 *
 * Owns that an item has the same id in every call, wherever it stands in its list, and that no two have
 * one. The surprise: what does not do as an id is cut short and ends in a digest of the whole, and so
 * does an item that looks like such an id; a repeated item has its number after that.
 */
import { createHash } from "node:crypto"

/** Characters, so that there is room for what is put after them within the 255 that an id may have. */
const longest = 180

/** Nothing that does not show, no half of a pair, and no blank at an end. */
const plain = /^(?! )[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+(?<! )$/u
const unplain = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu
const looksMade = /~[0-9a-f]+$/
const separator = ","

const made = (text: string, whole: string): string =>
  `${text.slice(0, longest).toWellFormed().replaceAll(unplain, "_").trim()}~${
    createHash("sha256").update(whole).digest("hex").slice(0, 16)
  }`

/** The id of the values that an item has from its sources, in their order. */
const baseId = (values: ReadonlyArray<string>): string => {
  const text = values.join(separator)
  const isTold = values.length === 1 || values.every((value) => !value.includes(separator))
  return isTold && text.length <= longest && plain.test(text) && !looksMade.test(text)
    ? text
    : made(text, JSON.stringify(values))
}

/** Gives each item of one list its id; remembers which it gave. */
export const itemIds = (): (values: ReadonlyArray<string>) => string => {
  const given = new Set<string>()
  const repeated = new Map<string, number>()
  return (values) => {
    const id = baseId(values)
    if (!given.has(id)) {
      given.add(id)
      return id
    }
    const number = (repeated.get(id) ?? 1) + 1
    repeated.set(id, number)
    return `${id}~${number}`
  }
}
