/**
 * From a step and its scope to the command, environment and folder of one attempt.
 *
 * Owns the order in which environments and folders are put together. Pure. The surprise: values
 * reach a shell through variables of their own, so the script is the same for every target.
 */
import { Either } from "effect"
import { isAbsolute, resolve } from "node:path"
import type { ExpressionError } from "../expression/ExpressionError.ts"
import type { Scope } from "../expression/Scope.ts"
import { shellVariables } from "../expression/ShellTemplate.ts"
import { isConstant, renderText, type Template } from "../expression/Template.ts"
import type { CompiledAttempt, CompiledEnv, CompiledTemplate } from "./CompiledTemplate.ts"
import { type Hidden, hiddenIn, hiddenTexts, hiddenWithin } from "./Hidden.ts"
import type { Failure } from "./Judge.ts"
import type { Mask } from "./Mask.ts"

type Rendered<A> = Either.Either<A, ExpressionError>
type Variables = Readonly<Record<string, string>>

/** What the steps of a target share. */
export interface Surroundings {
  readonly env: Variables
  readonly workdir: Workdir
  /** What of the environment is secret. */
  readonly hidden: Hidden
}

interface Workdir {
  /** Absolute. */
  readonly path: string
  /** As the user wrote it. */
  readonly shown: string
}

export interface Prepared {
  readonly command: readonly [string, ...ReadonlyArray<string>]
  /** The command without a shell, where that is the same. */
  readonly simple?: readonly [string, ...ReadonlyArray<string>]
  readonly env: Variables
  readonly workdir: string
  readonly shownWorkdir: string
}

/** What an attempt is started with, and the texts that its expressions made of secrets. */
export interface Preparation {
  readonly prepared: Prepared
  readonly texts: ReadonlyArray<string>
}

// On the path of every attempt: early returns where a generator would read better, since each step of one costs.

const addEnv = (level: CompiledEnv, scope: Scope, outer: Variables): Rendered<Variables> => {
  if (level.length === 0) return Either.right(outer)
  const seen = { ...scope, env: outer }
  const inner: Record<string, string> = { ...outer }
  for (const [name, value] of level) {
    const text = renderText(value, seen)
    if (Either.isLeft(text)) return Either.left(text.left)
    inner[name] = text.right
  }
  return Either.right(inner)
}

const enter = (workdir: Template | undefined, scope: Scope, outer: Workdir): Rendered<Workdir> =>
  workdir === undefined
    ? Either.right(outer)
    : Either.map(
      renderText(workdir, scope),
      (shown) => ({ path: isAbsolute(shown) ? shown : resolve(outer.path, shown), shown })
    )

/** Environment and folder of a target: the process's, then the batch's, then its own. */
export const surroundingsOf = (
  template: CompiledTemplate,
  scope: Scope,
  variables: Variables,
  manifestDir: string,
  mask: Mask
): Rendered<Surroundings> => {
  let env = variables
  let hidden = hiddenIn(variables, mask)
  for (const level of template.env) {
    const inner = addEnv(level, scope, env)
    if (Either.isLeft(inner)) return Either.left(inner.left)
    if (mask.inputs.size > 0) hidden = hiddenWithin(level, { ...scope, env }, inner.right, hidden, mask)
    env = inner.right
  }
  let workdir: Workdir = { path: manifestDir, shown: "." }
  for (const level of template.workdir) {
    const inner = enter(level, { ...scope, env }, workdir)
    if (Either.isLeft(inner)) return Either.left(inner.left)
    workdir = inner.right
  }
  return Either.right({ env, workdir, hidden })
}

/** Environment and folder within a step that holds others, and of a gate: those around it, then its own. */
export const surroundingsWithin = (
  { env, workdir }: Pick<CompiledAttempt, "env" | "workdir">,
  scope: Scope,
  outer: Surroundings,
  mask: Mask
): Rendered<Surroundings> => {
  if (env.length === 0 && workdir === undefined) return Either.right(outer)
  const inner = addEnv(env, scope, outer.env)
  if (Either.isLeft(inner)) return Either.left(inner.left)
  const hidden = hiddenWithin(env, { ...scope, env: outer.env }, inner.right, outer.hidden, mask)
  return Either.map(enter(workdir, { ...scope, env: inner.right }, outer.workdir), (entered) => ({
    env: inner.right,
    workdir: entered,
    hidden
  }))
}

/** What a step sees of its run, beside its own environment. */
export interface Identity {
  readonly runId: string
  readonly target: string
  readonly path: string
  readonly attempt: number
}

interface Started {
  readonly command: Prepared["command"]
  readonly variables: Variables
}

/** Why there is no attempt. */
export type Unprepared = Pick<Failure, "reason" | "message">

const failed = ({ message }: ExpressionError): Unprepared => ({ reason: "expression-failed", message })

const wordsOf = (words: ReadonlyArray<Template>, scope: Scope, mask: Mask): Either.Either<Started, Unprepared> => {
  const texts: Array<string> = []
  for (const [index, word] of words.entries()) {
    const text = renderText(word, scope)
    if (Either.isLeft(text)) return Either.left(failed(text.left))
    if (mask.inputs.size > 0 && !isConstant(word) && mask.holds(text.right)) {
      return Either.left({
        reason: "could-not-start",
        message: `word ${index + 1} of \`command\` holds a secret, which \`ps\` would show: pass it by \`env\``
      })
    }
    texts.push(text.right)
  }
  const [program = "", ...rest] = texts
  return Either.right({ command: [program, ...rest], variables: {} })
}

const commandOf = ({ work }: CompiledAttempt, scope: Scope, mask: Mask): Either.Either<Started, Unprepared> => {
  if (work.kind === "command") return wordsOf(work.words, scope, mask)
  const [shell = "sh", ...flags] = work.shell
  const variables = shellVariables(work.script, scope)
  return Either.isLeft(variables)
    ? Either.left(failed(variables.left))
    : Either.right({ command: [shell, ...flags, "-c", work.script.script], variables: variables.right })
}

const noTexts: ReadonlyArray<string> = []

/** What expressions make of secrets for one attempt, in what is around it, in its own variables and in its script's. */
const textsOf = (
  { env, work }: CompiledAttempt,
  scope: Scope,
  inner: Variables,
  surroundings: Surroundings,
  mask: Mask
): ReadonlyArray<string> => {
  if (mask.inputs.size === 0) return noTexts
  const hidden = hiddenWithin(env, { ...scope, env: surroundings.env }, inner, surroundings.hidden, mask)
  if (work.kind === "command") return hidden.texts
  return [...hidden.texts, ...hiddenTexts(work.script.expressions, { ...scope, env: inner }, hidden, mask)]
}

/** Everything an attempt is started with. */
export const prepareAttempt = (
  compiled: CompiledAttempt,
  scope: Scope,
  surroundings: Surroundings,
  { attempt, path, runId, target }: Identity,
  mask: Mask
): Either.Either<Preparation, Unprepared> => {
  const env = addEnv(compiled.env, scope, surroundings.env)
  if (Either.isLeft(env)) return Either.left(failed(env.left))
  const inner: Scope = { ...scope, env: env.right }
  const workdir = enter(compiled.workdir, inner, surroundings.workdir)
  if (Either.isLeft(workdir)) return Either.left(failed(workdir.left))
  const started = commandOf(compiled, inner, mask)
  if (Either.isLeft(started)) return Either.left(started.left)
  const prepared: Prepared = {
    command: started.right.command,
    ...(compiled.work.kind === "run" && compiled.work.simple !== undefined ? { simple: compiled.work.simple } : {}),
    env: {
      ...env.right,
      PAWL_RUN_ID: runId,
      PAWL_TARGET: target,
      PAWL_STEP: path,
      PAWL_ATTEMPT: String(attempt),
      ...started.right.variables
    },
    workdir: workdir.right.path,
    shownWorkdir: workdir.right.shown
  }
  return Either.right({ prepared, texts: textsOf(compiled, scope, env.right, surroundings, mask) })
}
