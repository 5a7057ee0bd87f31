/**
 * The outer shape of one `{{ … }}`: where it ends, where its filters begin, which ids need help.
 *
 * Owns what CEL's own lexer can't be asked: the end of an expression inside other text. Must not
 * judge the expression. The surprise: it has to know strings, comments and braces as CEL does,
 * since `{{ "}}" }}` holds a string and `{{ {"a": {"b": 1}} }}` holds a map.
 */

/** Text to be put in the place of a range before CEL reads it. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** Stands in for CEL's `has`, which doesn't know `["…"]`; see `Language.ts`. */
export const hasByIndex = "has_"

export interface ScannedExpression {
  readonly _tag: "Scanned"
  /** Offset of the closing `}}`, or of the end of the text where none is expected. */
  readonly end: number
  /** Offsets of each `|` that begins a filter. */
  readonly bars: ReadonlyArray<number>
  /** `steps.heavy-thing`, which CEL would read as a subtraction, becomes `steps["heavy-thing"]`. */
  readonly edits: ReadonlyArray<Edit>
}

export interface Unclosed {
  readonly _tag: "Unclosed"
  readonly what: "expression" | "string"
  /** Where the thing that is not closed begins. */
  readonly offset: number
}

const word = /[A-Za-z0-9_]+/y
const memberId = /\s*\.\s*([A-Za-z0-9][A-Za-z0-9_-]*)/y
const plainId = /^[A-Za-z][A-Za-z0-9_]*$/
/** CEL reads these as values or operators wherever they stand, so they can't follow a dot. */
const words = new Set(["true", "false", "null", "in"])

const matchAt = (pattern: RegExp, text: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at
  return pattern.exec(text)
}

/** True for a name that CEL accepts after a dot as it is. */
export const isPlainMember = (name: string): boolean => plainId.test(name) && !words.has(name)

/** The offset just after the string that begins at `start`, or -1 where it isn't closed. */
const skipString = (text: string, start: number): number => {
  const quote = text.charAt(start)
  const triple = text.startsWith(quote.repeat(3), start)
  const closing = triple ? quote.repeat(3) : quote
  let at = start + closing.length
  while (at < text.length) {
    const char = text[at]
    if (text.startsWith(closing, at)) return at + closing.length
    if (!triple && (char === "\n" || char === "\r")) return -1
    at += char === "\\" ? 2 : 1
  }
  return -1
}

/**
 * Reads from `start`, just after `{{`, to the `}}` that closes it; with `toEnd`, to the end of the text.
 */
export const scanExpression = (text: string, start: number, toEnd: boolean): ScannedExpression | Unclosed => {
  const bars: Array<number> = []
  const ids: Array<Edit> = []
  const has: Array<Edit> = []
  const scanned = (end: number): ScannedExpression => ({
    _tag: "Scanned",
    end,
    bars,
    edits: ids.length === 0 ? [] : [...ids, ...has].sort((a, b) => a.start - b.start)
  })
  let braces = 0
  let groups = 0
  let at = start
  let before = ""
  while (at < text.length) {
    const char = text.charAt(at)
    const next = text.charAt(at + 1)
    if (char === "\"" || char === "'") {
      const end = skipString(text, at)
      if (end < 0) return { _tag: "Unclosed", what: "string", offset: at }
      at = end
    } else if (char === "/" && next === "/") {
      while (at < text.length && text[at] !== "\n" && (toEnd || !text.startsWith("}}", at))) at++
      continue
    } else if (char === "}" && braces === 0 && next === "}" && !toEnd) {
      return scanned(at)
    } else if (char === "|" && next === "|") {
      at += 2
    } else if (char === "|") {
      if (braces === 0 && groups === 0) bars.push(at)
      at++
    } else {
      const name = matchAt(word, text, at)?.[0]
      if (name === undefined) {
        if (char === "{") braces++
        else if (char === "}") braces = Math.max(0, braces - 1)
        else if (char === "(" || char === "[") groups++
        else if (char === ")" || char === "]") groups = Math.max(0, groups - 1)
        else if (/\s/.test(char)) {
          at++
          continue
        }
        at++
      } else {
        at += name.length
        const member = before !== "." && (name === "steps" || name === "targets") ? matchAt(memberId, text, at) : null
        const id = member?.[1]
        if (name === "has" && before !== ".") has.push({ start: at - name.length, end: at, text: hasByIndex })
        if (member !== null && id !== undefined) {
          if (!isPlainMember(id)) ids.push({ start: at, end: at + member[0].length, text: `["${id}"]` })
          at += member[0].length
        }
      }
    }
    before = char
  }
  return toEnd
    ? scanned(at)
    : { _tag: "Unclosed", what: "expression", offset: start - 2 }
}
