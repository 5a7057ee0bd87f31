/**
 * The person at the terminal, who decides the gates of a run beside its inbox.
 *
 * Owns asking. Must not record a decision. The surprise: a question can be called off at any
 * moment, by a decision from elsewhere or a signal; it then only leaves its line behind.
 */
import { Effect, Either, Option, type Scope } from "effect"
import { Environment } from "../manifest/Environment.ts"
import { type GateQuestion, Gates } from "../run/Gates.ts"
import { promptText, questionLines, readAnswer } from "./GatePrompt.ts"
import { Output } from "./Output.ts"
import { shortPath } from "./ShownPath.ts"
import { shownFile } from "./ShownFile.ts"
import { type Lines, Terminal } from "./Terminal.ts"
import { userName } from "./UserName.ts"

/**
 * The gates of a run that this call drives: asks where both standard input and standard error are a terminal and
 * the answer is for people. `hold` keeps others off the screen until its scope closes.
 */
export const gatesHere = (hold: Effect.Effect<void, never, Scope.Scope>) =>
  Effect.gen(function*() {
    const gates = yield* Gates
    const { errors, errorStyle: style, format, quiet } = yield* Output
    const terminal = yield* Terminal
    const { cwd } = yield* Environment
    const by = yield* userName
    const turn = yield* Effect.makeSemaphore(1)
    const say = (text: string): Effect.Effect<void> => Effect.sync(() => errors.write(text))

    const answer = (question: GateQuestion, lines: Lines) =>
      Effect.gen(function*() {
        while (true) {
          yield* say(promptText(question, style))
          const line = yield* lines.next
          if (Option.isNone(line)) {
            yield* say("\n")
            return Option.none()
          }
          const option = readAnswer(question, line.value)
          if (Either.isRight(option)) return Option.some({ option: option.right, by })
          yield* say(`${option.left}\n`)
        }
      })

    const ask = (question: GateQuestion) =>
      turn.withPermits(1)(Effect.scoped(Effect.gen(function*() {
        yield* hold
        const lines = yield* terminal.lines
        const { show } = question
        const shown = show === undefined
          ? undefined
          : { name: shortPath(cwd, show), lines: shownFile(show, question.mask) }
        yield* say(questionLines(question, shown, style).map((line) => `${line}\n`).join(""))
        return yield* Effect.onInterrupt(answer(question, lines), () => say("\n"))
      })))

    const canAsk = errors.isTerminal && format === "table" && !quiet && (yield* terminal.isThere)
    return Gates.of({ ...gates, canAsk, ask })
  })
