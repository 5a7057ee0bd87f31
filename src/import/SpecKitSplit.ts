/**
 * Looking for a word of Spec Kit's expression language outside of quotes and brackets.
 *
 * Owns that search, by which the language is read. Must not know what is looked for. The
 * surprise: a backslash means nothing in a quoted text, and any closing bracket closes any opening one.
 */

/** Where `token` first stands in a part of a text, outside of quotes and brackets; -1 where it does not. */
export const findTopLevel = (text: string, token: string, start: number, end: number): number => {
  let quote = ""
  let depth = 0
  for (let at = start; at < end; at++) {
    const char = text.charAt(at)
    if (quote !== "") {
      if (char === quote) quote = ""
    } else if (char === "'" || char === "\"") quote = char
    else if ("([{".includes(char)) depth++
    else if (")]}".includes(char)) depth = Math.max(0, depth - 1)
    else if (depth === 0 && at + token.length <= end && text.startsWith(token, at)) return at
  }
  return -1
}

/** The parts between the places where `separator`, one character, stands outside of quotes and brackets. */
export const splitTopLevel = (
  text: string,
  separator: string,
  start: number,
  end: number
): ReadonlyArray<readonly [start: number, end: number]> => {
  const parts: Array<readonly [number, number]> = []
  let from = start
  for (;;) {
    const at = findTopLevel(text, separator, from, end)
    if (at < 0) return [...parts, [from, end]]
    parts.push([from, at])
    from = at + 1
  }
}

/** Where the `}}` stands that closes a hole, outside of quotes; -1 where there is none. */
export const findHoleEnd = (text: string, start: number): number => {
  let quote = ""
  for (let at = start; at < text.length; at++) {
    const char = text.charAt(at)
    if (quote !== "") {
      if (char === quote) quote = ""
    } else if (char === "'" || char === "\"") quote = char
    else if (text.startsWith("}}", at)) return at
  }
  return -1
}
