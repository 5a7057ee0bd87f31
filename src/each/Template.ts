/**
 * A command with placeholders → the template that all its targets share.
 *
 * Owns the way from `{…}` to the expressions of a plan. Must not know items. The surprise: the text
 * of `sh -c` is no word like others: an item put into it would be read as code, so it becomes a
 * `run:` step, whose values reach the shell as data.
 */
import { Array, Either } from "effect"
import { parseShell } from "../expression/ShellTemplate.ts"
import { durationMs, isPosixShell } from "../manifest/Scalars.ts"
import { defaults } from "../plan/Failure.ts"
import type { PlanTemplate } from "../plan/Plan.ts"
import type { Problem } from "../run/UsageError.ts"
import { placeholdersOf } from "./ListItem.ts"
import type { Placeholder, Word } from "./Placeholder.ts"

export interface Policy {
  /** Attempts in all, as `--retries` of GNU parallel counts them. */
  readonly retries?: number
  /** Of one attempt, such as `10m`. */
  readonly timeout?: string
}

/** Text as a template that comes to it: braces that could open or lengthen an expression are put in by one. */
const literal = (text: string): string => text.replaceAll(/\{+/g, (braces) => `{{ "${braces}" }}`)

/** A single brace opens nothing, unless an expression follows it at once. */
const literalBefore = (text: string, isLast: boolean): string =>
  text.includes("{{") || (!isLast && text.endsWith("{")) ? literal(text) : text

/** The expression of each placeholder, by its text. */
const expressions = (placeholders: ReadonlyArray<Placeholder>): ReadonlyMap<string, string> =>
  new Map(placeholders.map(({ text }, at) => [text, placeholders.length === 1 ? "item" : `item[${at}]`]))

const textOf = (word: Word, known: ReadonlyMap<string, string>): string =>
  word.map((part, at) =>
    typeof part === "string"
      ? literalBefore(part, at === word.length - 1)
      : `{{ ${part.origin.from === "number" ? "index + 1" : known.get(part.text) ?? "item"} }}`
  ).join("")

const isConstant = (word: Word | undefined): boolean => word?.every((part) => typeof part === "string") ?? true

const plainText = (word: Word): string => word.map((part) => typeof part === "string" ? part : part.text).join("")

interface Shell {
  /** The shell and its options without `c`. */
  readonly words: ReadonlyArray<string>
  /** Where its script stands. */
  readonly script: number
}

/** The shell that a command starts with a script in its words. */
const shellOf = (words: ReadonlyArray<Word>): Shell | undefined => {
  const texts = words.map(plainText)
  if (!isPosixShell(texts)) return undefined
  const from = isPosixShell(texts.slice(0, 1)) ? 1 : 2
  const shell = texts.slice(0, from)
  let isScript = false
  for (let at = from; at < texts.length; at++) {
    const text = texts[at] ?? ""
    if (!/^[-+]/.test(text)) return isScript ? { words: shell, script: at } : undefined
    const isShort = /^[-+][A-Za-z]+$/.test(text)
    const rest = isShort ? text.replaceAll("c", "") : text
    if (isShort && rest !== text) isScript = true
    if (rest.length > 1) shell.push(rest)
    // `-o pipefail` is one option.
    if (isShort && text.endsWith("o")) shell.push(...texts.slice(++at, at + 1))
  }
  return undefined
}

const asArgument = "hand the item to the script as an argument, as in sh -c 'gzip -t \"$1\"' sh {}"

const quoting = (script: string, known: ReadonlyMap<string, string>): ReadonlyArray<Problem> => {
  const named = (text: string): string => {
    let shown = text
    for (const [placeholder, expression] of known) shown = shown.replaceAll(`{{ ${expression} }}`, placeholder)
    return shown.replaceAll("{{ index + 1 }}", "{#}")
  }
  return Either.match(parseShell(script), {
    onRight: () => [],
    onLeft: (errors) => errors.map(({ message }) => ({ message: named(message), hint: asArgument }))
  })
}

type Work = { readonly run: string; readonly shell: ReadonlyArray<string> } | {
  readonly command: ReadonlyArray<string>
}

const asCode = (script: Word): Problem => ({
  message: `\`${plainText(script)}\` is a script, where an item would be read as code`,
  hint: asArgument
})

/** Scripts with an item in them of shells that another program starts: `timeout 60 sh -c …`. */
const hiddenScripts = (words: ReadonlyArray<Word>, from: number): ReadonlyArray<Problem> =>
  words.slice(from).flatMap((_, at) => {
    const rest = words.slice(from + at)
    const script = rest[shellOf(rest)?.script ?? rest.length]
    return script === undefined || isConstant(script) ? [] : [asCode(script)]
  })

const workOf = (
  words: ReadonlyArray<Word>,
  known: ReadonlyMap<string, string>
): Either.Either<Work, Array.NonEmptyReadonlyArray<Problem>> => {
  const shell = shellOf(words)
  const script = shell === undefined ? undefined : words[shell.script]
  if (shell === undefined || script === undefined || isConstant(script)) {
    const [hidden] = hiddenScripts(words, (shell?.script ?? 0) + 1)
    return hidden === undefined
      ? Either.right({ command: words.map((word) => textOf(word, known)) })
      : Either.left([hidden])
  }
  if (words.length > shell.script + 1) return Either.left([asCode(script)])
  const run = textOf(script, known)
  const problems = quoting(run, known)
  return Array.isNonEmptyReadonlyArray(problems) ? Either.left(problems) : Either.right({ run, shell: shell.words })
}

/** The steps of every target: one, which is called `run` where it is a script and `command` otherwise. */
export const eachTemplate = (
  words: ReadonlyArray<Word>,
  { retries, timeout }: Policy
): Either.Either<PlanTemplate, Array.NonEmptyReadonlyArray<Problem>> => {
  const shared = {
    continueOnError: false,
    outputs: "text" as const,
    retries: retries === undefined ? defaults.retries : { ...defaults.retries, maxAttempts: retries },
    ...(timeout === undefined ? {} : { timeoutMs: durationMs(timeout) })
  }
  return Either.map(workOf(words, expressions(placeholdersOf(words))), (work): PlanTemplate => ({
    steps: [
      "run" in work ? { kind: "run", id: "run", ...work, ...shared } : {
        kind: "command",
        id: "command",
        ...work,
        ...shared
      }
    ],
    env: [],
    workdir: [],
    breakerThreshold: defaults.breakerThreshold
  }))
}
