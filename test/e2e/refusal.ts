/**
 * What every refusal has in common, whatever was wrong: its code, its words, and nothing of pawl's insides.
 *
 * Owns these expectations. Must not run anything.
 */
import { readdirSync } from "node:fs"
import { expect } from "vitest"
import { type Answer, json, type Workplace } from "./pawl.ts"

/** `pawl.error/v1`, as far as tests look at it. */
export interface ErrorJson {
  readonly schema: string
  readonly exitCode: number
  readonly errors: ReadonlyArray<{
    readonly file?: string
    readonly line?: number
    readonly column?: number
    readonly path?: string
    readonly message: string
    readonly hint?: string
  }>
}

/** A stack, a dump of an error, a path of the bundle or of the source, or a value that lost its words. */
const insides = [
  /^\s+at .*[:(]/m,
  /\b[A-Z][A-Za-z]*Error\b/,
  /\$bunfs|\bsrc\/[a-z]+\/|\.ts:\d/,
  /FiberFailure|\[cause\]|\[object |\bundefined\b|\bNaN\b/,
  // The system's names for errors; people have words for them.
  /\bE(?:NOENT|ACCES|ISDIR|NOTDIR|EXIST|INVAL|PERM|ROFS|NOSPC)\b/
]

/** Nothing of the inside of pawl is shown. */
export const expectNoInsides = (text: string): void => {
  for (const inside of insides) expect(text).not.toMatch(inside)
}

/** The document of a refusal asked for with `--format json`: one, and it says what standard error says. */
export const refusalOf = (answer: Answer, code: number): ErrorJson => {
  expect({ code: answer.code, signal: answer.signal, stderr: answer.stderr }).toMatchObject({ code, signal: null })
  expectNoInsides(answer.stderr)
  expect(answer.stdout.split("\n")).toHaveLength(2)
  const document = json<ErrorJson>(answer)
  expect(document).toMatchObject({ schema: "pawl.error/v1", exitCode: code })
  expect(document.errors.length).toBeGreaterThan(0)
  // Of very many, people are shown the first.
  for (const { message } of document.errors.slice(0, 20)) {
    expect(message).toMatch(/^(?![A-Z][a-z]).*[^.\n]$/s)
    expect(answer.stderr).toContain(message)
  }
  return document
}

/** Without a format, a refusal leaves standard output empty and begins with `error: ` on standard error. */
export const expectRefused = (answer: Answer, code: number): void => {
  expect({ code: answer.code, signal: answer.signal, stderr: answer.stderr }).toMatchObject({ code, signal: null })
  expect(answer.stdout).toBe("")
  expect(answer.stderr).toMatch(/^error: (?![A-Z][a-z])/)
  expect(answer.stderr).not.toContain("\u001b")
  expectNoInsides(answer.stderr)
}

/** The runs that a place holds of a batch: none, where none was begun. */
export const runsOf = (place: Workplace, batch = "batch"): ReadonlyArray<string> =>
  readdirSync(place.path).includes(".pawl") ? readdirSync(`${place.path}/.pawl/${batch}/runs`) : []
