/**
 * Findings to the error that people see: with line, column and caret.
 *
 * Owns their places, their order and the bound on their number.
 * Must not find anything. The surprise: places are worked out only here, when there is
 * something to report, by reading the text a second time if need be; a good manifest never
 * pays for them, and nothing has to keep a syntax tree.
 */
import { Array, Either } from "effect"
import { type Finding, type Findings, pathText, type Source } from "./Finding.ts"
import { type Diagnostic, ManifestError } from "./ManifestError.ts"
import { makeRangeOf } from "./Places.ts"
import { parseYaml } from "./YamlDocument.ts"

/** More would not be read; the last diagnostic then says how many there are. */
const most = 100

/** Longer lines are not shown: they are data, or JSON on one line. */
const longestLine = 400

const lineStarts = (text: string): ReadonlyArray<number> => {
  const starts = [0]
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1)
  return starts
}

/** Index of the line that holds an offset. */
const lineAt = (starts: ReadonlyArray<number>, offset: number): number => {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return low
}

/** Characters as people count them. */
const width = (text: string): number => [...text].length

const present = (
  source: Source,
  starts: ReadonlyArray<number>,
  finding: Finding,
  [start, end]: readonly [number, number]
): Diagnostic => {
  const line = lineAt(starts, start)
  const lineStart = starts[line] ?? 0
  const text = source.text.slice(lineStart, (starts[line + 1] ?? source.text.length + 1) - 1).replace(/\r$/, "")
  const column = 1 + width(source.text.slice(lineStart, start))
  const marked = text.slice(start - lineStart, Math.max(end, start + 1) - lineStart).trimEnd()
  const hint = finding.quote === undefined || source.secret === true
    ? finding.hint
    : `quote it: ${JSON.stringify(marked)}`
  return {
    file: source.file,
    line: line + 1,
    column,
    endColumn: column + Math.max(1, width(marked)),
    ...(text.length > longestLine || source.secret === true || finding.secret === true ? {} : { text }),
    ...(finding.path.length === 0 ? {} : { path: pathText(finding.path) }),
    message: finding.message,
    ...(hint === undefined ? {} : { hint })
  }
}

const unplaced = (source: Source, finding: Finding): Diagnostic => ({
  file: source.file,
  ...(finding.path.length === 0 ? {} : { path: pathText(finding.path) }),
  message: finding.message,
  ...(finding.hint === undefined ? {} : { hint: finding.hint })
})

/** The same said of the same place, such as a step that aliases repeat, is said once. */
const once = () => {
  const seen = new Set<string>()
  return (
    { finding, range }: { readonly finding: Finding; readonly range: readonly [number, number] | undefined }
  ): boolean => {
    const key = `${range === undefined ? pathText(finding.path) : range.join()} ${finding.message}`
    const first = !seen.has(key)
    seen.add(key)
    return first
  }
}

/** Findings as an error: in the order of the text, at most 100 and one that says how many more there are. */
export const diagnose = (source: Source, findings: Findings): ManifestError => {
  const starts = lineStarts(source.text)
  const needsTree = findings.some((finding) => finding.range === undefined)
  const tree = needsTree ? Either.getOrUndefined(parseYaml(source.text)) : undefined
  const rangeOf = tree === undefined ? () => undefined : makeRangeOf(tree, source.text)
  const placed = findings
    .map((finding) => ({ finding, range: finding.range ?? rangeOf(finding) }))
    .toSorted((a, b) => (a.range?.[0] ?? 0) - (b.range?.[0] ?? 0))
    .filter(once())
  const shown = placed.slice(0, most).map(({ finding, range }) =>
    range === undefined ? unplaced(source, finding) : present(source, starts, finding, range)
  )
  const more = placed.length - most
  const all = more > 0
    ? [...shown, { file: source.file, message: `and ${more} more`, hint: "fix these first, then look again" }]
    : shown
  return new ManifestError({
    diagnostics: Array.isNonEmptyReadonlyArray(all) ? all : [unplaced(source, findings[0])],
    ...(more > 0 ? { total: placed.length } : {})
  })
}
