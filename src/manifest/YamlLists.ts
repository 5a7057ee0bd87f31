/**
 * Text to value, list by list: what a long list of targets is read with.
 *
 * Owns letting go of the syntax of a list's items while the text after them is still being read:
 * it takes some fifty times the memory of their values. Must not tell what is wrong. The surprise:
 * it gives up at whatever is not plain, an error or an anchor, and then the text is read again
 * as a whole (`YamlDocument.ts`), which has the places and the words.
 */
import { Either, Option } from "effect"
import type { CST } from "yaml"
import type { Value } from "../expression/Value.ts"
import { compose, readTokens } from "./YamlDocument.ts"
import { yamlValue } from "./YamlValue.ts"

/** Items that are made values of at once. */
const atOnce = 200

/** Anchors, aliases, tags and directives: what one part of a text may say about another. */
const reaching = new Set(["&", "*", "!", "%"])

const isList = (value: Value): value is ReadonlyArray<Value> => Array.isArray(value)

/** The value of the only document among tokens, where nothing at all is wrong with it. */
const plainValue = (
  tokens: ReadonlyArray<CST.Token>,
  end: number,
  before?: ReadonlyMap<number, ReadonlyArray<Value>>
): Option.Option<Value> => {
  const [document, ...others] = compose(tokens, end)
  return document === undefined || others.length > 0 || document.errors.length > 0 || document.warnings.length > 0
    ? Option.none()
    : Either.getRight(yamlValue(document, before))
}

/** Items of a list as a document of their own. */
const itemsValue = (list: CST.BlockSequence, items: CST.BlockSequence["items"]) => {
  const { indent, offset } = list
  const value: CST.BlockSequence = { type: "block-seq", offset, indent, items }
  return Option.filter(plainValue([{ type: "document", offset, start: [], value }], offset), isList)
}

/** The value of a text without errors, anchors or tags; nothing for any other text. */
export const readPlain = (text: string): Option.Option<Value> => {
  const before = new Map<number, Array<Value>>()
  let plain = true
  const tokens = readTokens(text, (open, lexeme) => {
    if (reaching.has(lexeme.charAt(0))) plain = false
    // The list of a key at the top: the only one that gets long.
    const list = open[2]
    if (plain && list?.type === "block-seq" && list.items.length > atOnce) {
      // The last item may not be through.
      const items = itemsValue(list, list.items.splice(0, list.items.length - 1))
      if (Option.isNone(items)) plain = false
      else {
        const values = before.get(list.offset) ?? []
        for (const value of items.value) values.push(value)
        before.set(list.offset, values)
      }
    }
    return plain
  })
  return plain && Either.isRight(tokens) ? plainValue(tokens.right, text.length, before) : Option.none()
}
