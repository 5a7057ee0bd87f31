/**
 * What a step printed → the line of it that most likely says why it failed.
 *
 * Owns which line that is. Must not make it fit for a terminal (that is `Printable`). The
 * surprise: a carriage return ends a line here, since on a terminal what follows it is drawn
 * over what came before.
 */
import type { StepOutput } from "../run/StepOutput.ts"

/** UTF-16 units that are kept of a line. */
export const mostOfLine = 200

const cut = (line: string): string =>
  line.length <= mostOfLine ? line : `${line.slice(0, mostOfLine - 1).replace(/[\ud800-\udbff]$/, "")}…`

const lastOf = (text: string): string | undefined => {
  let end = text.length
  while (end > 0) {
    const start = Math.max(text.lastIndexOf("\n", end - 1), text.lastIndexOf("\r", end - 1)) + 1
    const line = Bun.stripANSI(text.slice(start, end)).trim()
    if (line !== "") return cut(line)
    end = start - 1
  }
  return undefined
}

/** The last line of standard error that is not blank, else that of standard output; without colours, at most `mostOfLine`. */
export const lastLine = (output: StepOutput): string | undefined => lastOf(output.stderr) ?? lastOf(output.stdout)
