/**
 * The parts of an item that is a path: what `{/}`, `{.}`, `{//}` and `{/.}` stand for.
 *
 * Owns their meaning, which is that of GNU parallel. Must not look at files. The surprise: only text
 * is looked at, so that `{.}` of `.bashrc` is nothing at all, and `{/}` of `dir/` too.
 */

/** Without the folder: what follows the last slash. */
const baseName = (text: string): string => text.slice(text.lastIndexOf("/") + 1)

/** Without the extension: up to the last dot, where no slash follows it. */
const stem = (text: string): string => {
  const dot = text.lastIndexOf(".")
  return dot < 0 || text.includes("/", dot) ? text : text.slice(0, dot)
}

const withoutSlashes = (text: string): string => {
  let end = text.length
  while (end > 0 && text[end - 1] === "/") end--
  return text.slice(0, end)
}

/** The folder: `.` where none is named, `/` of what stands right below it. */
const folder = (text: string): string => {
  const path = withoutSlashes(text)
  if (path === "") return text === "" ? "." : "/"
  const slash = path.lastIndexOf("/")
  if (slash < 0) return "."
  const before = withoutSlashes(path.slice(0, slash))
  return before === "" ? "/" : before
}

/** What may stand in a placeholder after its source. */
export const changes = {
  "": (text: string): string => text,
  "/": baseName,
  ".": stem,
  "//": folder,
  "/.": (text: string): string => stem(baseName(text))
} as const

export type Change = keyof typeof changes

/** Whether a text names a part. */
export const isChange = (text: string): text is Change => Object.hasOwn(changes, text)
