/**
 * A whole expression, filters and all, at the place where it stands: its type, and what is wrong with it.
 *
 * Owns what a filter takes care of. Pure. The surprise: `default` catches what is missing in everything before
 * it, and nothing that is wrong: a step that nobody knows stays a mistake.
 */
import type { Expression } from "./Expression.ts"
import type { Fact, Shown } from "./Fact.ts"
import { inferProgram, provenByProgram } from "./InferType.ts"
import type { Program } from "./Program.ts"
import { isSaid, saidPath } from "./Proof.ts"
import { alternatives, bool, dyn, inWords, isLiteral, type Type, type Wrong } from "./Type.ts"
import { typeOfFilter } from "./TypeOfFilter.ts"
import type { Seen, TypeProblem, TypeScope } from "./TypeScope.ts"
import { settle, type Walk } from "./TypeWalk.ts"

export interface TypedExpression {
  readonly type: Type
  /** In the order in which they stand. */
  readonly problems: ReadonlyArray<TypeProblem>
}

/** What no JSON can hold, and so no text, argument or plan either. */
const nowhere = new Set(["timestamp", "duration", "bytes", "type"])

/** Something in a value that can't be put anywhere; only where the expression itself may have put it. */
const oddIn = (type: Type): Type | undefined => {
  for (const one of alternatives(type)) {
    if (nowhere.has(one.kind)) return one
    const inner = one.kind === "list" || one.kind === "map"
      ? [one.of]
      : one.kind === "record" && isLiteral(one)
      ? one.names().flatMap((name) => one.field(name)?.type ?? [])
      : []
    for (const each of inner) {
      const found = oddIn(each)
      if (found !== undefined) return found
    }
  }
  return undefined
}

/** The type of an expression in a scope, and everything that is wrong with it there. */
export const typeOfExpression = (expression: Expression, scope: TypeScope): TypedExpression => {
  const problems: Array<TypeProblem> = []
  const lastDefault = expression.filters.findLastIndex(({ name }) => name === "default")
  const walkOf = (program: Program, filter: number): Walk => ({
    program,
    scope,
    known: scope.facts,
    caught: filter < lastDefault,
    report: (start, end, wrong) =>
      problems.push({ offset: program.offset + start, length: end - start, message: wrong.message, hint: wrong.hint })
  })
  const valueOf = (program: Program, filter: number): Seen => {
    const walk = walkOf(program, filter)
    const seen = inferProgram(walk)
    const odd = problems.length > 0 ? undefined : oddIn(seen.type)
    if (odd !== undefined) {
      walk.report(0, program.source.length, {
        message: `it comes to ${inWords(odd)}, which can't be put anywhere`,
        hint: "turn it into text or a number inside the expression"
      })
    }
    return seen
  }
  let seen = valueOf(expression.program, -1)
  for (const [at, { argument, name, offset, source }] of expression.filters.entries()) {
    const filtered = typeOfFilter(name, seen, valueOf(argument, at).type)
    const walk = walkOf({ ...argument, source, offset }, at)
    if (filtered.wrong !== undefined) walk.report(0, source.length, filtered.wrong)
    for (const { from, ...taken } of filtered.wrong === undefined ? filtered.taken ?? [] : []) {
      settle(walk, from, taken, () => ({ key: [0, source.length], start: 0 }))
    }
    seen = { type: filtered.type }
  }
  return { type: problems.length > 0 ? dyn : seen.type, problems: problems.toSorted((a, b) => a.offset - b.offset) }
}

const silent = (): void => {}

/** Everything that is so wherever a condition has come to `truth`. */
export const factsOfCondition = (expression: Expression, scope: TypeScope, truth: boolean): ReadonlyArray<Shown> => {
  const { filters: [first, ...rest], program, source } = expression
  const walk: Walk = { program, scope, known: scope.facts, caught: true, report: silent }
  if (first === undefined) return provenByProgram(walk, truth, true)
  const fallBack = first.argument.source
  // `a | default(false)` is true only if `a` is.
  return rest.length === 0 && first.name === "default" && fallBack === String(!truth)
    ? provenByProgram(walk, truth, true)
    : [saidPath(truth, source, scope)]
}

/** Everything that a condition says of itself: what has to be so elsewhere for it to be true there as well. */
export const saidByCondition = (expression: Expression, scope: TypeScope, truth: boolean): ReadonlyArray<Fact> => {
  const walk: Walk = { program: expression.program, scope, known: scope.facts, caught: true, report: silent }
  const shown = expression.filters.length === 0
    ? provenByProgram(walk, truth, false).filter(isSaid)
    : [saidPath(truth, expression.source, scope)]
  return shown.map(({ fact }) => fact)
}

/** What stands where true or false has to stand and can't be it. */
export const notBool = (type: Type): Wrong | undefined =>
  alternatives(type).every(({ kind }) => kind === bool.kind || kind === dyn.kind) ? undefined : {
    message: `a condition must be true or false, and this is ${inWords(type)}`,
    hint: "compare it with something, such as `… != ''` or `… == 0`"
  }

/** What stands where a list has to stand and can't be one. */
export const notList = (type: Type, key: string): Wrong | undefined =>
  alternatives(type).every(({ kind }) => kind === "list" || kind === dyn.kind)
    ? undefined
    : {
      message: `\`${key}\` must give a list, and this is ${inWords(type)}`,
      hint: "for example an input of type `array`"
    }
