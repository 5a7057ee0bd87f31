/**
 * Text that may be shown on a terminal.
 *
 * Owns what becomes of control characters, and how wide a text is. Must not add colour. The
 * surprise: ids, messages and file names are other people's data, so that an escape sequence
 * in one could otherwise clear the screen, retitle the window or forge a line of ours.
 */

// Controls, the two line separators, marks that reorder a line, and halves of surrogate pairs.
const unprintable =
  /[\p{Cc}\u2028\u2029\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/gu

const named: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\u001b": "\\e" }

const escaped = (character: string): string =>
  named[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16).padStart(2, "0")}}`

/** The same text on one line with nothing in it that a terminal would obey. */
export const printable = (text: string): string => text.replace(unprintable, escaped)

const ascii = /^[\x20-\x7e]*$/

/** How many columns a printable text takes. */
export const width = (text: string): number => ascii.test(text) ? text.length : Bun.stringWidth(text)

/** The text cut to at most `columns`, with `…` where something is missing. */
export const fit = (text: string, columns: number): string => {
  if (columns <= 0) return ""
  if (width(text) <= columns) return text
  if (ascii.test(text)) return `${text.slice(0, columns - 1)}…`
  let kept = ""
  let used = 0
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    const next = width(segment)
    if (used + next > columns - 1) break
    kept += segment
    used += next
  }
  return `${kept}…`
}

/** The text cut to at most `columns` in its middle: names that belong together differ at their end. */
export const fitMiddle = (text: string, columns: number): string => {
  if (width(text) <= columns) return text
  const head = Math.floor((columns - 1) / 3)
  const segments = Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment)
  let kept = ""
  let used = 0
  for (const segment of segments.toReversed()) {
    used += width(segment)
    if (used > columns - 1 - head) break
    kept = segment + kept
  }
  return fit(text, head + 1) + kept
}

/** The text with spaces after it up to `columns`. */
export const pad = (text: string, columns: number): string => text + " ".repeat(Math.max(0, columns - width(text)))
