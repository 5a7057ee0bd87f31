/**
 * Here-documents in a shell script: the word after `<<`, and where the body ends.
 *
 * Owns those two alone; the scanner decides what stands in a body. Must not run anything. The
 * surprise: any quote in the delimiter, even a backslash, makes the whole body literal.
 */

export interface HereDocument {
  readonly delimiter: string
  /** With `<<-`: tabs at the start of lines don't count. */
  readonly stripTabs: boolean
  /** The body is taken as it stands: nothing in it is expanded. */
  readonly quoted: boolean
}

/**
 * Reads the delimiter from `from`, just after `<<`. `hole` gives the offset after a hole that
 * begins at an offset, or -1.
 */
export const findDelimiter = (
  text: string,
  from: number,
  end: number,
  hole: (at: number) => number
): { readonly document: HereDocument; readonly end: number } => {
  const stripTabs = text[from] === "-"
  let at = stripTabs ? from + 1 : from
  while (text[at] === " " || text[at] === "\t") at++
  let delimiter = ""
  let quoted = false
  let quote = ""
  while (at < end) {
    const char = text.charAt(at)
    const after = hole(at)
    if (after >= 0) {
      at = after
      continue
    }
    if (quote === "" && " \t\n;&|<>()".includes(char)) break
    if (char === quote) quote = ""
    else if (quote === "" && (char === "'" || char === "\"")) {
      quote = char
      quoted = true
    } else if (char === "\\" && quote !== "'") {
      quoted = true
      at++
      delimiter += text.charAt(at)
    } else if (!(char === "$" && quote === "" && "'\"".includes(text.charAt(at + 1)))) delimiter += char
    at++
  }
  return { document: { delimiter, stripTabs, quoted }, end: at }
}

/**
 * Where the body that begins at `from` ends, and where the script goes on. `lineEnd` gives the
 * next line end outside holes. A body that isn't ended goes to `end`.
 */
export const hereDocumentEnd = (
  text: string,
  from: number,
  end: number,
  { delimiter, quoted, stripTabs }: HereDocument,
  lineEnd: (from: number, end: number) => number
): { readonly end: number; readonly next: number } => {
  let start = from
  let joined = false
  while (start < end) {
    const stop = lineEnd(start, end)
    const line = text.slice(start, stop)
    if (!joined && (stripTabs ? line.replace(/^\t+/, "") : line) === delimiter) {
      return { end: start, next: Math.min(stop + 1, end) }
    }
    joined = !quoted && /(?:^|[^\\])(?:\\\\)*\\$/.test(line)
    start = stop + 1
  }
  return { end, next: end }
}
