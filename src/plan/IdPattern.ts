/**
 * Patterns over ids and labels: `*` is any run of characters, `?` any one.
 *
 * Owns the matching for `needs` and `--only`. The surprise: there are no paths here, so `*`
 * goes over a slash as over any other character.
 */

/** Whether a text asks for more than the one name it spells. */
export const isPattern = (text: string): boolean => /[*?]/.test(text)

/** A test for whole names. */
export const idPattern = (pattern: string): (name: string) => boolean => {
  // Runs of `*` are one `*`: several would only make the matcher backtrack.
  const source = pattern.replace(/\*+/g, "*").replace(/[.+^${}()|[\]\\]/g, "\\$&").replace(/\*/g, "[^]*").replace(
    /\?/g,
    "[^]"
  )
  const expression = new RegExp(`^${source}$`, "u")
  return (name) => expression.test(name)
}
