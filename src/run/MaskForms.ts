/**
 * The forms in which the text of a secret is found: as it is, and as common encodings write it.
 *
 * Owns the list of them. Pure. The surprise: base64 is looked for in short pieces, at each of the
 * three places at which a byte can stand in a group, so that neither what stands before a secret
 * in the encoded text nor a line that is wrapped in its midst hides it.
 */

/** A text of fewer characters is looked for as it is, and only where it stands alone. */
export const shortest = 4

/** Of a longer text only itself, its lines and its JSON are looked for: nobody puts that much into an address. */
const longestEncoded = 8192

const isLong = (text: string): boolean => text.length >= shortest

const replace = (text: string, pattern: RegExp, by: Readonly<Record<string, string>>): string =>
  text.replace(pattern, (found) => by[found] ?? found)

const hexOf = (text: string): string => text.charCodeAt(0).toString(16).padStart(4, "0")

/** Within a JSON text, and within a JSON text that is a text of JSON. */
const jsonForms = (text: string): ReadonlyArray<string> => {
  const once = JSON.stringify(text).slice(1, -1)
  const ascii = once.replace(/[\u0080-\uffff]/g, (unit) => `\\u${hexOf(unit)}`)
  return [
    once,
    JSON.stringify(once).slice(1, -1),
    ascii,
    ascii.replace(/\\u[0-9a-f]{4}/g, (escape) => `\\u${escape.slice(2).toUpperCase()}`),
    once.replaceAll("/", "\\/"),
    // As Go writes it, and as it stands in a script of a page.
    once.replace(/[<>&]/g, (character) => `\\u${hexOf(character)}`),
    // In quotes of the other kind, as Python and Node show a text.
    once.replaceAll("\\\"", "\""),
    once.replaceAll("\\\"", "\"").replaceAll("'", "\\'")
  ]
}

const percent = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`

/** Within an address, and within a form that is sent. */
const urlForms = (text: string): ReadonlyArray<string> => {
  const component = encodeURIComponent(text)
  const strict = component.replace(/[!'()*]/g, percent)
  const form = new URLSearchParams([["", text]]).toString().slice(1)
  const upper = [
    encodeURI(text),
    component,
    strict,
    strict.replaceAll("%2F", "/"),
    strict.replaceAll("%20", "+"),
    form
  ]
  return [...upper, ...upper.map((each) => each.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase()))]
}

/** As words of a shell, quoted in the usual ways. */
const shellForms = (text: string): ReadonlyArray<string> => [
  text.replaceAll("'", "'\\''"),
  text.replaceAll("'", "'\"'\"'"),
  text.replace(/["$`\\]/g, (character) => `\\${character}`),
  text.replace(/[^A-Za-z0-9_@%+=:,./\n\u0080-\uffff-]/g, (character) => `\\${character}`)
]

const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;" }

const htmlForms = (text: string): ReadonlyArray<string> => {
  const special = /[&<>"']/g
  return [
    replace(text, special, entities),
    replace(text, special, { ...entities, "\"": "&quot;" }),
    replace(text, special, { ...entities, "\"": "&quot;", "'": "&#39;" }),
    replace(text, special, { ...entities, "\"": "&#34;", "'": "&#39;" }),
    replace(text, special, { ...entities, "\"": "&quot;", "'": "&#x27;" }),
    replace(text, special, { ...entities, "\"": "&quot;", "'": "&apos;" })
  ]
}

/** Characters of base64 that are looked for together: nine bytes, which nothing holds by accident. */
const piece = 12
/** What three bytes are. */
const group = 4

/** How many bytes of a group stand before a text. */
type Before = 0 | 1 | 2

/** In pieces that overlap, each but the first beginning with a group; whole where it is short. */
const piecesOf = (fragment: string, before: Before): ReadonlyArray<string> => {
  if (fragment.length <= piece) return [fragment]
  const pieces = [fragment.slice(0, piece), fragment.slice(-piece)]
  for (let at = before === 0 ? 0 : group - before - 1; at + piece <= fragment.length; at += group) {
    pieces.push(fragment.slice(at, at + piece))
  }
  return pieces
}

/** The base64 of a text, so far as the text alone decides it. */
const standardForms = (bytes: Uint8Array, before: Before): ReadonlyArray<string> => {
  const encoded = Buffer.concat([new Uint8Array(before), bytes]).toString("base64").replace(/=+$/, "")
  const from = before === 0 ? 0 : before + 1
  const known = Math.floor(((before + bytes.length) * 8) / 6)
  // Where the encoded text ends with it, its last character is known as well.
  return [...piecesOf(encoded.slice(from, known), before), encoded.slice(Math.max(from, encoded.length - piece))]
}

const base64Forms = (bytes: Uint8Array): ReadonlyArray<string> => {
  const standard = ([0, 1, 2] as const).flatMap((before) => standardForms(bytes, before))
  return [...standard, ...standard.map((each) => each.replaceAll("+", "-").replaceAll("/", "_"))]
}

const encoded = (text: string): ReadonlyArray<string> => {
  const bytes = Buffer.from(text, "utf8")
  const hex = bytes.toString("hex")
  return text.length > longestEncoded ? [text, JSON.stringify(text).slice(1, -1)] : [
    text,
    ...jsonForms(text),
    ...urlForms(text),
    ...shellForms(text),
    ...htmlForms(text),
    ...base64Forms(bytes),
    hex,
    hex.toUpperCase()
  ]
}

const newLine = /\r\n|\r|\n/

/** The lines of a text that has several, those that are long enough, without the white space around them. */
const linesOf = (text: string): ReadonlyArray<string> =>
  newLine.test(text) ? text.split(newLine).map((line) => line.trim()).filter(isLong) : []

/** Everything to look for where the texts are secret: `anywhere`, or only where it stands alone. */
export const formsOf = (
  secrets: Iterable<string>
): { readonly anywhere: ReadonlySet<string>; readonly alone: ReadonlySet<string> } => {
  const texts = [...secrets].map((text) => text.toWellFormed())
  const long = new Set(texts.filter(isLong).flatMap((text) => [text, ...linesOf(text)]))
  return {
    anywhere: new Set([...long].flatMap(encoded).filter(isLong)),
    alone: new Set(texts.filter((text) => text !== "" && !isLong(text)))
  }
}
