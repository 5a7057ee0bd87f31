/**
 * Errors as people read them: place, the line with a caret under it, and what to do next.
 *
 * Owns that text. Must not print or decide an exit code. The surprise: a manifest may be one
 * line of fifty megabytes, so that only the neighbourhood of the caret is shown.
 */
import type { Diagnostic } from "../manifest/ManifestError.ts"
import type { PawlError } from "../run/ExitCode.ts"
import { fit, printable, width } from "./Printable.ts"
import type { Style } from "./Style.ts"

/** Errors of one call that are shown; the rest are counted. */
const most = 50
/** Columns of a manifest's line that are shown. */
const lineRoom = 100

interface Entry {
  readonly where?: string
  readonly message: string
  readonly excerpt: ReadonlyArray<string>
  readonly details: ReadonlyArray<string>
  readonly hint?: string | undefined
}

/** `file:line:column`, as much of it as there is. */
export const placeOf = ({ column, file, line }: Pick<Diagnostic, "file" | "line" | "column">): string =>
  [
    printable(file),
    ...(line === undefined ? [] : [line]),
    ...(line === undefined || column === undefined ? [] : [column])
  ]
    .join(":")

const visible = (text: string): string => printable(text.replaceAll("\t", "  "))

const excerpt = (diagnostic: Diagnostic, style: Style): ReadonlyArray<string> => {
  const { column, line, text } = diagnostic
  if (line === undefined || text === undefined) return []
  const number = String(line)
  const margin = " ".repeat(number.length)
  const start = Math.max(0, (column ?? 1) - 1)
  const from = start > lineRoom - 30 ? start - 30 : 0
  const lead = from > 0 ? "…" : ""
  const shown = fit(lead + visible(text.slice(from, from + 2 * lineRoom)), lineRoom)
  const bar = style.dim("|")
  const code = `${style.dim(number)} ${bar} ${shown}`
  if (column === undefined) return [code]
  const before = width(lead + visible(text.slice(from, start)))
  const marked = width(
    visible(text.slice(start, Math.min(diagnostic.endColumn ?? column + 1, start + 1 + lineRoom) - 1))
  )
  const carets = "^".repeat(Math.max(1, Math.min(marked, lineRoom - before)))
  return [`${margin} ${bar}`, code, `${margin} ${bar} ${" ".repeat(before)}${style.red(carets)}`]
}

const entries = (error: PawlError, style: Style): ReadonlyArray<Entry> => {
  switch (error._tag) {
    case "UsageError":
      return error.problems.map(({ hint, message }) => ({ message, hint, excerpt: [], details: [] }))
    case "ManifestError":
      return error.diagnostics.slice(0, most).map((diagnostic) => ({
        where: placeOf(diagnostic),
        message: diagnostic.message,
        hint: diagnostic.hint,
        excerpt: excerpt(diagnostic, style),
        details: []
      }))
    case "PlanError":
      return [{ message: error.message, hint: error.hint, excerpt: [], details: error.details }]
    case "GateError":
    case "StateError":
    case "RunHeldError":
      return [{ message: error.message, hint: error.hint, excerpt: [], details: [] }]
  }
}

/** A message of several lines keeps them, each made printable. */
const lines = (text: string): string => text.split("\n").map(printable).join("\n")

const detailLines = (details: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...details.slice(0, most).map((detail) => `  ${printable(detail)}`),
  ...(details.length > most ? [`  and ${details.length - most} more`] : [])
]

const entryLines = (entry: Entry, style: Style): ReadonlyArray<string> => [
  `${style.bold(style.red("error:"))} ${entry.where === undefined ? "" : `${style.bold(entry.where)}: `}${
    lines(entry.message)
  }`,
  ...entry.excerpt,
  ...detailLines(entry.details),
  ...(entry.hint === undefined ? [] : ["", `${style.bold(style.cyan("hint:"))} ${lines(entry.hint)}`])
]

/** The lines for standard error, without line ends: every problem of the error, and how many there are. */
export const errorReport = (error: PawlError, style: Style): ReadonlyArray<string> => {
  const all = entries(error, style)
  const total = error._tag === "ManifestError" ? error.total ?? error.diagnostics.length : all.length
  const text = all.flatMap((entry, index) => [...(index === 0 ? [] : [""]), ...entryLines(entry, style)])
  if (total === 1) return text
  return [...text, "", total > all.length ? `${total} errors, of which ${all.length} are shown` : `${total} errors`]
}

/** `warning: …`, for what went on all the same. */
export const warningLine = (text: string, style: Style): string =>
  `${style.bold(style.yellow("warning:"))} ${printable(text)}`

/** `note: …`, for what is worth a word. */
export const noteLine = (text: string, style: Style): string => `${style.bold("note:")} ${printable(text)}`
