import { describe, expect, it } from "@effect/vitest"
import { Effect, Either, Fiber, Layer, Option, TestClock } from "effect"
import { eachHead, eachPlan } from "../../src/each/EachPlan.ts"
import { makeRefused } from "../../src/each/ItemList.ts"
import { stdinList } from "../../src/each/StdinList.ts"
import { manifestError } from "../../src/manifest/ManifestError.ts"
import { Stdin } from "../../src/manifest/Stdin.ts"
import { isOpen, withLines } from "../../src/plan/OpenPlan.ts"
import type { RunEvent } from "../../src/run/RunEvent.ts"
import { driven } from "../run/driven.ts"
import type { Script } from "../run/scripted.ts"

/** What comes on standard input, and after how long: milliseconds since what came before. */
type Part = readonly [after: number, text: string]

/** Standard input that comes in parts; it breaks off where `error` is said. */
const input = (parts: ReadonlyArray<Part>, error?: string) =>
  Layer.succeed(Stdin, {
    read: () => Effect.die("not read whole"),
    parts: Effect.sync(() => {
      const left = [...parts]
      return Effect.suspend(() => {
        const [after, text] = left.shift() ?? []
        if (after !== undefined) return Effect.as(Effect.sleep(after), Option.some(new TextEncoder().encode(text)))
        return error === undefined ? Effect.succeed(Option.none()) : Effect.fail(manifestError("-", error))
      })
    })
  })

const head = Either.getOrThrow(eachHead({ command: ["x"], sources: { count: 1, isJson: false }, run: {}, name: "n" }))
const form = { isJson: false, isNul: false }

const listOf = (parts: ReadonlyArray<Part>, error?: string) =>
  Effect.gen(function*() {
    const refused = makeRefused()
    const list = yield* Effect.provide(stdinList(head, form, refused), input(parts, error))
    return { list, refused }
  })

/** Lets time pass until an effect has come to its end. */
const inTime = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Effect.fork(effect), (fiber) => Effect.zipRight(TestClock.adjust("1 hour"), Fiber.join(fiber)))

const idsOf = (targets: ReadonlyArray<{ readonly id: string }>): string => targets.map(({ id }) => id).join(" ")

describe("a list on standard input", () => {
  it.scoped("that is there at once is read to its end before anything starts", () =>
    Effect.gen(function*() {
      const { list } = yield* listOf([[0, "a\nb"], [0, "b\nc\n"], [50, "d\n"]])
      yield* inTime(list.readFirst)
      expect([idsOf(list.targets), list.isWhole()]).toEqual(["a bb c d", true])
    }))

  it.scoped("that takes its time is begun with what is there, however long the first item takes", () =>
    Effect.gen(function*() {
      const { list } = yield* listOf([[60_000, "a\n"], [50, "b\n"], [5000, "c\n"]])
      yield* inTime(list.readFirst)
      expect([idsOf(list.targets), list.isWhole()]).toEqual(["a b", false])
      yield* inTime(list.readAll)
      expect([idsOf(list.targets), list.order, list.isWhole()]).toEqual(["a b c", [0, 1, 2], true])
    }))

  it.scoped("loses nothing of what comes while nobody waits for it", () =>
    Effect.gen(function*() {
      const { list } = yield* listOf([[0, "a\n"], [101, "b\n"]])
      yield* inTime(list.readFirst)
      expect(idsOf(list.targets)).toBe("a")
      yield* inTime(list.readAll)
      expect(idsOf(list.targets)).toBe("a b")
    }))

  /** Runs a list while it is read; gives who started when, in seconds, and what was stored of it. */
  const grown = (
    parts: ReadonlyArray<Part>,
    script: Script,
    more: Parameters<typeof driven>[2] = {},
    error?: string,
    storingMs = 0
  ) =>
    Effect.gen(function*() {
      const { list, refused } = yield* listOf(parts, error)
      yield* inTime(list.readFirst)
      const first = eachPlan(head, list.targets, true)
      const stored = { ...first, targets: [...first.targets] }
      let written = ""
      const journal: Array<RunEvent> = []
      const startedBeforeStored: Array<string> = []
      const growth = list.growth((text) =>
        Effect.map(Effect.sleep(storingMs), () => {
          written += text
        })
      )
      const { haltReason, state } = yield* driven(first, (attempt) => {
        if (!`${written}${JSON.stringify(stored)}`.includes(`"id":"${attempt.target}"`)) {
          startedBeforeStored.push(attempt.target)
        }
        return script(attempt)
      }, {
        ...more,
        journal,
        request: { growth, selection: { by: "all", order: list.order, notes: [] } }
      })
      const zero = Date.parse(journal[0]?.at ?? "")
      return {
        haltReason,
        state,
        startedBeforeStored,
        refused: refused.error()?.message,
        isOpen: growth.isOpen(),
        again: Either.getOrThrow(withLines(stored, written)),
        plan: eachPlan(head, list.targets),
        ended: journal.flatMap((event) => event.type === "TargetCompleted" ? [event.target] : []),
        started: journal.flatMap((event) =>
          event.type === "StepStarted" ? [`${(Date.parse(event.at) - zero) / 1000} ${event.target}`] : []
        )
      }
    })

  const second: Script = () => ({ durationMs: 1000 })

  it.scoped("runs its items as they come, and to its end", () =>
    Effect.gen(function*() {
      const parts: ReadonlyArray<Part> = [[0, "a\n"], [3000, "b\nc\n"], [500, "d"], [10_000, "\n"]]
      const { again, haltReason, isOpen: more, plan, started, startedBeforeStored } = yield* grown(parts, second)
      expect(started).toEqual([
        "0 a",
        expect.stringMatching(/ b$/),
        expect.stringMatching(/ c$/),
        expect.stringMatching(/ d$/)
      ])
      expect([haltReason, more]).toEqual(["AllDoneOrBlocked", false])
      expect(startedBeforeStored).toEqual([])
      expect(again).toEqual(plan)
    }))

  it.scoped("runs them side by side where that is asked for", () =>
    Effect.gen(function*() {
      const parts: ReadonlyArray<Part> = [[0, "a\n"], [3_700_000, "b\nc\nd\n"]]
      const { started } = yield* grown(parts, second, { options: { maxParallel: 2 } })
      const times = started.map((line) => Number(line.split(" ")[0]))
      expect(times.slice(1).map((time) => time - (times[1] ?? 0))).toEqual([0, 0, 1])
    }))

  it.scoped("has what comes started while others are still under way, where there is room", () =>
    Effect.gen(function*() {
      const parts: ReadonlyArray<Part> = [[0, "a\n"], [9_000_000, "b\n"]]
      const long: Script = ({ target }) => ({ durationMs: target === "a" ? 90_000_000 : 1000 })
      const { ended } = yield* grown(parts, long, { options: { maxParallel: 2 } })
      expect(ended).toEqual(["b", "a"])
    }))

  it.scoped("has nothing started that is not stored yet, whoever is free", () =>
    Effect.gen(function*() {
      // While b is being stored a ends.
      const parts: ReadonlyArray<Part> = [[0, "a\n"], [9_000_000, "b\n"]]
      const long: Script = ({ target }) => ({ durationMs: target === "a" ? 9_000_000 : 1000 })
      const { ended, startedBeforeStored } = yield* grown(parts, long, {}, undefined, 10_000_000)
      expect([ended, startedBeforeStored]).toEqual([["a", "b"], []])
    }))

  it.scoped("is no longer waited for once the run halts", () =>
    Effect.gen(function*() {
      const fails: Script = () => ({ durationMs: 1000, exitCode: 1 })
      const options = { autoAdvance: false }
      const { again, haltReason, started } = yield* grown([[0, "a\n"], [9_000_000, "b\n"]], fails, { options })
      expect([haltReason, started]).toEqual(["TargetBlocked", ["0 a"]])
      expect(isOpen(again)).toBe(true)
    }))

  it.scoped("counts for a share of the stuck only once it is known", () =>
    Effect.gen(function*() {
      const fails: Script = ({ target }) => ({ durationMs: 1000, exitCode: target === "a" ? 1 : 0 })
      const options = { maxBlocked: { percent: 50 } }
      const { haltReason, started } = yield* grown([[0, "a\n"], [9_000_000, "b\n"], [0, "c\n"]], fails, { options })
      expect([haltReason, started.length]).toEqual(["AllDoneOrBlocked", 3])
    }))

  it.scoped("that breaks off is run as far as it came, told, and stays open", () =>
    Effect.gen(function*() {
      const parts: ReadonlyArray<Part> = [[0, "a\n"], [9_000_000, "b\nc"]]
      const { again, haltReason, refused, started } = yield* grown(
        parts,
        second,
        {},
        "standard input can't be read: EIO"
      )
      expect([haltReason, started.length, refused]).toEqual([
        "AllDoneOrBlocked",
        2,
        "standard input can't be read: EIO"
      ])
      expect([idsOf(again.targets), isOpen(again)]).toEqual(["a b", true])
    }))
})
