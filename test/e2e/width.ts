/**
 * How many targets a call had under way at once, by its events.
 *
 * Owns the counting, and batches to count in. Must not measure time: a machine may have much else to do.
 */
import { expect } from "vitest"
import { stream } from "./manifestRun.ts"
import type { Answer, Workplace } from "./pawl.ts"

/** A batch of `count` targets that each do something, and sleep for a moment. */
export const manyTargets = (name: string, count: number, more = "", does = "true"): string =>
  `name: ${name}\n${more}targets:\n${
    Array.from({ length: count }, (_, index) => `  - { id: t${index}, run: "${does}; sleep 0.4" }\n`).join("")
  }`

/** The most targets that were under way at once. */
export const most = (answer: Answer): number => {
  let running = 0
  let found = 0
  for (const { type } of stream(answer).events) {
    if (type === "TargetStarted") found = Math.max(found, ++running)
    if (type === "TargetCompleted") running -= 1
  }
  return found
}

/** Calls pawl, which must end with 0; gives the most targets that were under way at once. */
export const together = async (place: Workplace, ...words: ReadonlyArray<string>): Promise<number> => {
  const answer = await place.pawl(...words, "--format", "ndjson")
  expect({ code: answer.code, stderr: answer.stderr }).toMatchObject({ code: 0 })
  return most(answer)
}

/** The attempts in the order they began. */
export const moves = (answer: Answer): ReadonlyArray<string> =>
  stream(answer).events.flatMap(({ attempt, target, type }) => type === "StepStarted" ? [`${target} ${attempt}`] : [])
