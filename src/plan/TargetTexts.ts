/**
 * The texts of one entry under `targets:` that make its targets: id, labels and needs.
 *
 * Owns parsing them once and rendering them for each item. Must not know of other entries.
 * The surprise: what does not depend on the item is rendered once and shared by all targets.
 */
import { Either } from "effect"
import { isConstant, type Template } from "../expression/Template.ts"
import type { Finding, Path } from "../manifest/Finding.ts"
import { type Known, parsePublic, type Position, renderPublicText, type TextProblem } from "../manifest/PublicText.ts"
import type { Target } from "../manifest/Targets.ts"

export interface TargetText {
  readonly id: string
  readonly labels: Readonly<Record<string, string>>
  readonly needs: ReadonlyArray<string>
}

/** What one position comes to, problems told to `report` with the path below the entry. */
export type Render = (position: Position, report: (path: Path, problem: TextProblem) => void) => TargetText | undefined

const longestId = 255
const isControl = (character: string): boolean => character < " " || (character >= "\u007f" && character <= "\u009f")

/** What is wrong with a target id, if anything. */
const idProblem = (id: string): TextProblem | undefined => {
  const shown = JSON.stringify(id.length > 40 ? `${id.slice(0, 39)}…` : id)
  if (id === "") return { message: "a target id must not be empty", hint: "put something fixed before the expression" }
  if (id.length > longestId) {
    return {
      message: `target id ${shown} has ${id.length} characters, more than ${longestId}`,
      hint: "make the id of a part of the item, or of `{{ index }}`"
    }
  }
  return [...id].some(isControl)
    ? {
      message: `target id ${shown} holds a control character`,
      hint: "take tabs, line ends and the like out of it: ids are printed and name folders"
    }
    : undefined
}

interface Part {
  readonly path: Path
  readonly text: string
  /** Absent where the text is the same for every item. */
  readonly template?: Template
}
type Report = (path: Path, problem: TextProblem) => void

const part = (text: string, what: string, path: Path, known: Known, findings: Array<Finding>): Part | undefined => {
  // Of a long list, hardly any text has an expression.
  if (!text.includes("{{")) return { path, text }
  const parsed = parsePublic(text, what, known)
  if (Either.isRight(parsed)) {
    const template = parsed.right
    return isConstant(template) ? { path, text: template.text } : { path, text, template }
  }
  findings.push({ path, ...parsed.left })
  return undefined
}

const textOf = (
  { path, template, text }: Part,
  known: Known,
  position: Position,
  report: Report
): string | undefined => {
  if (template === undefined) return text
  const rendered = renderPublicText(template, known, position)
  if (Either.isRight(rendered)) return rendered.right
  report(path, rendered.left)
  return undefined
}

/** Several texts as one; shared between positions where none of them depends on one. */
const together = <A>(parts: ReadonlyArray<Part>, known: Known, make: (texts: ReadonlyArray<string>) => A) => {
  const fixed = parts.every(({ template }) => template === undefined) ? make(parts.map(({ text }) => text)) : undefined
  return (position: Position, report: Report): A | undefined => {
    if (fixed !== undefined) return fixed
    const texts = parts.map((each) => textOf(each, known, position, report)).filter((each) => each !== undefined)
    return texts.length === parts.length ? make(texts) : undefined
  }
}

/** Parses an entry's texts; on the left what is wrong with them whatever the item. */
export const targetTexts = (
  target: Target,
  entry: Path,
  known: Known
): Either.Either<Render, ReadonlyArray<Finding>> => {
  const findings: Array<Finding> = []
  const id = part(target.id, "an id", [...entry, "id"], known, findings)
  const names = Object.keys(target.labels ?? {})
  const parts = (all: ReadonlyArray<Part | undefined>) => all.filter((each) => each !== undefined)
  const labels = together(
    parts(
      Object.entries(target.labels ?? {}).map(([name, value]) =>
        part(value, "a label", [...entry, "labels", name], known, findings)
      )
    ),
    known,
    (texts) => {
      const record: { [name: string]: string } = {}
      for (const [index, name] of names.entries()) record[name] = texts[index] ?? ""
      return record
    }
  )
  const needs = together(
    parts(
      (target.needs ?? []).map((need, index) => part(need, "a need", [...entry, "needs", index], known, findings))
    ),
    known,
    (texts) => texts
  )
  if (id === undefined || findings.length > 0) return Either.left(findings)
  return Either.right((position, report) => {
    const name = textOf(id, known, position, report)
    const rest = { labels: labels(position, report), needs: needs(position, report) }
    const problem = name === undefined ? undefined : idProblem(name)
    if (problem !== undefined) report(id.path, problem)
    return name === undefined || problem !== undefined || rest.labels === undefined || rest.needs === undefined
      ? undefined
      : { id: name, labels: rest.labels, needs: rest.needs }
  })
}
