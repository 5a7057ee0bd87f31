/**
 * Markdown as the formatter of this repository would write it, so that a generated page needs no second pass.
 *
 * Owns tables and the first line of a generated page. Must not know what a page is about.
 */

/** The first line of a page that nobody edits. */
export const madeBy = (source: string): string =>
  `<!-- Made by \`npm run generate\` from ${source}. Edit that, not this page. -->`

/** Text as code; one that holds a backtick gets two around it. */
export const code = (text: string): string => (text.includes("`") ? `\`\` ${text} \`\`` : `\`${text}\``)

/** A sentence: a capital first, a full stop last. */
export const sentence = (text: string): string =>
  text === "" ? "" : `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`

/** The anchor that a heading gets. */
export const anchor = (heading: string): string =>
  heading.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").trim().replace(/\s/g, "-")

const width = (text: string): number => [...text].length
const pad = (text: string, to: number): string => text + " ".repeat(to - width(text))
const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ")

/** A table, its columns as wide as their widest cell. */
export const table = (
  header: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string>>
): ReadonlyArray<string> => {
  const cells = [header, ...rows].map((row) => row.map(cell))
  const widths = header.map((_, column) => Math.max(3, ...cells.map((row) => width(row[column] ?? ""))))
  const line = (row: ReadonlyArray<string>) =>
    `| ${widths.map((to, column) => pad(row[column] ?? "", to)).join(" | ")} |`
  const [first = [], ...others] = cells
  return [line(first), `| ${widths.map((to) => "-".repeat(to)).join(" | ")} |`, ...others.map(line)]
}

/** Blocks of lines with an empty line between them, as a file. */
export const page = (...blocks: ReadonlyArray<ReadonlyArray<string> | string>): string =>
  `${
    blocks.map((block) => (typeof block === "string" ? block : block.join("\n"))).filter((text) => text !== "").join(
      "\n\n"
    )
  }\n`
