/**
 * What a step is, in its own words: its parameters, resolved as far as they are known.
 *
 * Owns which fields each kind shows. Must not decide whether a step is reached. The surprise: a script is
 * shown with its values in it, though a run hands them over beside it.
 */
import type { Template } from "../expression/Template.ts"
import type { CompiledAttempt, CompiledComposite, CompiledGate, CompiledStep } from "../run/CompiledTemplate.ts"
import { type Knowledge, type KnownText, knownText } from "./Known.ts"
import { knownScript } from "./KnownScript.ts"
import { type At, enter, type Tools } from "./PreviewPlace.ts"
import type { SimulationStep } from "./Simulation.ts"

type Fields = Partial<SimulationStep>

/** What a step shows, and the texts that it took: what is unresolved or wrong in them is the step's. */
export interface Details {
  readonly fields: Fields
  readonly texts: ReadonlyArray<KnownText>
}

type Scripts = Tools["scripts"]

const surroundingFields = ({ surroundings: { env, workdir } }: At): Details => ({
  fields: {
    ...(env.size === 0 ? {} : { env: Object.fromEntries(Array.from(env, ([name, { text }]) => [name, text])) }),
    ...(workdir.text === "." ? {} : { workdir: workdir.text })
  },
  texts: env.size === 0 ? [workdir] : [...env.values(), workdir]
})

const workDetails = (
  step: CompiledAttempt["step"],
  words: ReadonlyArray<Template>,
  scripts: Scripts,
  at: Knowledge
) => {
  if (step.kind === "run") {
    const run = knownScript(scripts(step.run), at)
    return { fields: { run: run.text, shell: step.shell }, texts: [run] }
  }
  const command = words.map((word) => knownText(word, at))
  return { fields: { command: command.map(({ text }) => text) }, texts: command }
}

const attemptDetails = (compiled: CompiledAttempt, at: At, scripts: Scripts): Details => {
  const inner = enter(at, compiled.env, compiled.workdir)
  const { step, work } = compiled
  const done = workDetails(step, work.kind === "run" ? [] : work.words, scripts, inner.knowledge)
  const around = surroundingFields(inner)
  return {
    fields: {
      ...done.fields,
      ...around.fields,
      outputs: step.outputs,
      retries: step.retries,
      ...(step.timeoutMs === undefined ? {} : { timeoutMs: step.timeoutMs }),
      idempotent: step.idempotent ?? true
    },
    texts: [...done.texts, ...around.texts]
  }
}

const gateDetails = (compiled: CompiledGate, at: At, scripts: Scripts): Details => {
  const { gate } = compiled
  const { onReject } = gate.is
  switch (gate.type) {
    case "approval": {
      const message = knownText(gate.message, at.knowledge)
      const show = gate.show === undefined ? undefined : knownText(gate.show, at.knowledge)
      const { workdir } = at.surroundings
      return {
        fields: {
          gate: {
            type: "approval",
            message: message.text,
            options: gate.is.options,
            onReject,
            ...(show === undefined ? {} : { show: show.text })
          },
          ...(show === undefined || workdir.text === "." ? {} : { workdir: workdir.text })
        },
        texts: show === undefined ? [message] : [message, show, workdir]
      }
    }
    case "policy":
      return { fields: { gate: { type: "policy", policy: gate.policy.text, onReject } }, texts: [] }
    case "check": {
      const { fields: { env, run, shell, timeoutMs, workdir }, texts } = attemptDetails(gate.check, at, scripts)
      return {
        fields: {
          gate: {
            type: "check",
            onReject,
            ...(run === undefined ? {} : { run }),
            ...(shell === undefined ? {} : { shell }),
            ...(timeoutMs === undefined ? {} : { timeoutMs })
          },
          ...(env === undefined ? {} : { env }),
          ...(workdir === undefined ? {} : { workdir })
        },
        texts
      }
    }
  }
}

const compositeFields = ({ question, step }: CompiledComposite): Fields => {
  switch (step.kind) {
    case "if":
      return { if: step.if }
    case "switch":
      return { switch: step.switch }
    case "map":
      return { ...(typeof step.over === "string" ? { over: step.over } : {}), maxParallel: step.maxParallel }
    case "parallel":
      return question.kind === "parallel" ? { maxParallel: question.maxParallel } : {}
    case "loop":
      return {
        ...(step.while === undefined ? {} : { while: step.while }),
        ...(step.until === undefined ? {} : { until: step.until }),
        maxIterations: step.maxIterations,
        ...(step.everyMs === undefined ? {} : { everyMs: step.everyMs })
      }
  }
}

/** The parameters of a step at its place. */
export const detailsOf = (compiled: CompiledStep, at: At, scripts: Scripts): Details => {
  switch (compiled.kind) {
    case "attempt":
      return attemptDetails(compiled, at, scripts)
    case "gate":
      return gateDetails(compiled, at, scripts)
    case "composite":
      return { fields: compositeFields(compiled), texts: [] }
  }
}
