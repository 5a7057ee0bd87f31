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
import { renderText, type Template } from "../expression/Template.ts"
import type { CompiledEnv, CompiledStep, CompiledTemplate } from "./CompiledTemplate.ts"

type Rendered<A> = Either.Either<A, ExpressionError>
type Variables = Readonly<Record<string, string>>

/** What the steps of a target share. */
export interface Surroundings {
  readonly env: Variables
  readonly workdir: Workdir
}

interface Workdir {
  /** Absolute. */
  readonly path: string
  /** As the user wrote it. */
  readonly shown: string
}

export interface Prepared {
  readonly command: readonly [string, ...ReadonlyArray<string>]
  readonly env: Variables
  readonly workdir: string
  readonly shownWorkdir: string
}

const addEnv = (level: CompiledEnv, scope: Scope, outer: Variables): Rendered<Variables> =>
  Either.gen(function*() {
    if (level.length === 0) return outer
    const seen = { ...scope, env: outer }
    const inner: Record<string, string> = { ...outer }
    for (const [name, value] of level) inner[name] = yield* renderText(value, seen)
    return inner
  })

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
  manifestDir: string
): Rendered<Surroundings> =>
  Either.gen(function*() {
    let env = variables
    for (const level of template.env) env = yield* addEnv(level, scope, env)
    let workdir: Workdir = { path: manifestDir, shown: "." }
    for (const level of template.workdir) workdir = yield* enter(level, { ...scope, env }, workdir)
    return { env, workdir }
  })

/** What a step sees of its run, beside its own environment. */
export interface Identity {
  readonly runId: string
  readonly target: string
  readonly path: string
  readonly attempt: number
}

/** Everything an attempt is started with. */
export const prepareAttempt = (
  compiled: CompiledStep,
  scope: Scope,
  surroundings: Surroundings,
  identity: Identity
): Rendered<Prepared> =>
  Either.gen(function*() {
    const env = yield* addEnv(compiled.env, scope, surroundings.env)
    const inner: Scope = { ...scope, env }
    const workdir = yield* enter(compiled.workdir, inner, surroundings.workdir)
    const place = { workdir: workdir.path, shownWorkdir: workdir.shown }
    const own = {
      PAWL_RUN_ID: identity.runId,
      PAWL_TARGET: identity.target,
      PAWL_STEP: identity.path,
      PAWL_ATTEMPT: String(identity.attempt)
    }
    if (compiled.work.kind === "command") {
      const [program = "", ...words] = compiled.work.words
      const command: [string, ...Array<string>] = [program === "" ? "" : yield* renderText(program, inner)]
      for (const word of words) command.push(yield* renderText(word, inner))
      return { command, env: { ...env, ...own }, ...place }
    }
    const { script, shell: [shell = "sh", ...flags] } = compiled.work
    return {
      command: [shell, ...flags, "-c", script.script],
      env: { ...env, ...own, ...(yield* shellVariables(script, inner)) },
      ...place
    }
  })
