/**
 * A page of documentation as something to do: the files it shows are written, its commands run.
 *
 * Owns what a fenced block means. ` ```yaml NAME ` (or any language and a name) is a file;
 * ` ```console ` holds commands after `$ `, each followed by what it prints; every other block
 * is only read. A line `…` stands for lines that are left out. The surprise: the commands of a
 * page share one folder and run in order, so a page is a story that has to be true.
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"

interface FileBlock {
  readonly kind: "file"
  readonly name: string
  readonly text: string
}

export interface ShownCommand {
  readonly command: string
  /** From 1, in the page. */
  readonly line: number
  readonly shown: ReadonlyArray<string>
}

interface ConsoleBlock {
  readonly kind: "console"
  readonly commands: ReadonlyArray<ShownCommand>
}

const commandsOf = (lines: ReadonlyArray<string>, firstLine: number): ReadonlyArray<ShownCommand> => {
  const starts = lines.flatMap((line, index) => (line.startsWith("$ ") ? [index] : []))
  return starts.map((start, at) => ({
    command: (lines[start] ?? "").slice(2),
    line: firstLine + start,
    shown: lines.slice(start + 1, starts[at + 1])
  }))
}

/** The blocks of a page that are to be done, in order. */
export const blocksOf = (page: string): ReadonlyArray<FileBlock | ConsoleBlock> => {
  const lines = page.split("\n")
  const blocks: Array<FileBlock | ConsoleBlock> = []
  for (let at = 0; at < lines.length; at++) {
    const opened = /^```(\S+)(?: (\S+))?$/.exec(lines[at] ?? "")
    if (opened === null) continue
    const end = lines.indexOf("```", at + 1)
    const inside = lines.slice(at + 1, end)
    const [, language, name] = opened
    if (name !== undefined) blocks.push({ kind: "file", name, text: `${inside.join("\n")}\n` })
    else if (language === "console") blocks.push({ kind: "console", commands: commandsOf(inside, at + 2) })
    at = end
  }
  return blocks
}

const separator = "\u001e\n"

/**
 * A shell in which `$?` is that of the command before. A command's standard error comes before its standard output,
 * as people see it where the one tells of progress and the other is the answer: between two pipes there is no order.
 */
const scriptOf = (commands: ReadonlyArray<ShownCommand>): string =>
  [
    "s=0",
    ...commands.flatMap(({ command }) => [
      "printf '\\036\\n'",
      "(exit $s)",
      `{ ${command}`,
      "} 2> .stderr > .stdout",
      "s=$?",
      "cat .stderr .stdout",
      "rm .stderr .stdout"
    ])
  ].join("\n")

/** Where a page is followed. */
export interface Stage {
  /** A folder of its own, empty. */
  readonly folder: string
  /** The folder that `pawl` is in. */
  readonly programs: string
}

const runCommands = async (
  { folder, programs }: Stage,
  commands: ReadonlyArray<ShownCommand>
): Promise<ReadonlyArray<string>> => {
  const shell = Bun.spawn({
    cmd: ["sh", "-c", scriptOf(commands)],
    cwd: folder,
    env: {
      PATH: `${programs}:/usr/local/bin:/usr/bin:/bin`,
      HOME: "/nonexistent",
      LANG: "C.UTF-8",
      TERM: "dumb"
    },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit"
  })
  const text = await new Response(shell.stdout).text()
  return text.split(separator).slice(1)
}

/** A command of a page with what it printed. */
export interface Done extends ShownCommand {
  readonly printed: string
}

/** Does everything that a page shows. */
export const followPage = async (stage: Stage, page: string): Promise<ReadonlyArray<Done>> => {
  const done: Array<Done> = []
  for (const block of blocksOf(page)) {
    if (block.kind === "file") {
      const file = join(stage.folder, block.name)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, block.text)
    } else {
      const printed = await runCommands(stage, block.commands)
      done.push(...block.commands.map((command, at) => ({ ...command, printed: printed[at] ?? "" })))
    }
  }
  return done
}

const volatile: ReadonlyArray<readonly [pattern: RegExp, name: string]> = [
  [/\b\d{8}T\d{6}-[0-9a-f]{6}\b/g, "RUN"],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\b/g, "TIME"],
  [/\bsha256:[0-9a-f]{64}\b/g, "HASH"],
  [/\b[0-9a-f]{16}\b/g, "HASH"],
  [/"(crc|prev)":"[0-9a-f]{8}"/g, "\"$1\":\"CRC\""],
  [/\b(?:\d+h)?(?:\d+m)?\d+(?:\.\d+)?m?s\b/g, "DURATION"],
  [/"(durationMs|pid|pidStart)":\d+/g, "\"$1\":NUMBER"],
  [/\bprocess \d+\b/g, "process PID"],
  // The columns of a table are as wide as what stands in them.
  [/ {2,}/g, "  "],
  [/ +$/gm, ""]
]

/** What is different each time, made the same. */
export const redact = (text: string): string =>
  volatile.reduce((redacted, [pattern, name]) => redacted.replaceAll(pattern, name), text).trimEnd()

/** Whether `printed` is what `shown` says, where `…` stands for any lines. */
const says = (shown: string, printed: string): boolean => {
  const parts = shown.split(/^…$/m).map((part) => part.replace(/^\n|\n$/g, ""))
  const [first = "", ...rest] = parts
  const last = rest.pop()
  if (last === undefined) return shown === printed
  if (!printed.startsWith(first) || !printed.endsWith(last)) return false
  let at = first.length
  for (const part of rest) {
    const found = printed.indexOf(part, at)
    if (found === -1) return false
    at = found + part.length
  }
  return at <= printed.length - last.length
}

/** Whether a command printed what the page shows, but for what differs each time. */
export const isTrue = ({ printed, shown }: Done): boolean => says(redact(shown.join("\n")), redact(printed))

/**
 * The page with what was printed in the place of what it shows, where any of it is no longer true: a page tells of
 * one run. What leaves out lines stays as it is while it is true.
 */
export const correctPage = (page: string, done: ReadonlyArray<Done>): string => {
  if (done.every(isTrue)) return page
  const lines = page.split("\n")
  for (const one of done.toReversed()) {
    if (one.shown.includes("…") && isTrue(one)) continue
    lines.splice(one.line, one.shown.length, ...(one.printed === "" ? [] : one.printed.trimEnd().split("\n")))
  }
  return lines.join("\n")
}
