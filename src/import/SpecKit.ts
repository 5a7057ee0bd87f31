/**
 * A GitHub Spec Kit workflow as a batch.
 *
 * Owns the top of the file. The surprise: a workflow is one thing after another, so that it becomes
 * one target; what its runs have in common with those of other workflows is nothing.
 */
import { posix } from "node:path"
import { stringifyJson, type Value, type ValueObject } from "../expression/Value.ts"
import { type Draft, note } from "./Draft.ts"
import { complain, type Fields, fieldsAt, isList, isObject, onlyKeys, textAt } from "./Fields.ts"
import { indexSteps, typeOf } from "./SpecKitIndex.ts"
import { writeInputs } from "./SpecKitInputs.ts"
import { writeStep, writeSteps } from "./SpecKitSteps.ts"
import { durationOf, type SpecKitWriter, usualTimeout } from "./SpecKitWriter.ts"

const topKeys = ["schema_version", "workflow", "requires", "inputs", "steps"]
const workflowKeys = ["id", "name", "version", "author", "description", "integration", "model", "options"]

const nameShape = /^[a-z0-9][a-z0-9-]*$/

/** True for a document that means to be a workflow. */
export const isSpecKit = (document: Value): boolean =>
  isObject(document) && isObject(document["workflow"]) && !("kind" in document)

const checkVersion = (top: Fields): void => {
  const version = top.values["schema_version"]
  // Without quotes, 1.0 is the number 1.
  if (version === undefined || version === "1.0" || version === 1) return
  complain(top, ["schema_version"], `a workflow of \`schema_version\` ${stringifyJson(version)} can't be read`, {
    hint: "\"1.0\" is the one that is known"
  })
}

const batchName = (workflow: Fields): string => {
  const id = workflow.values["id"]
  if (typeof id === "string" && nameShape.test(id)) return id
  complain(
    workflow,
    "id" in workflow.values ? ["workflow", "id"] : ["workflow"],
    "`workflow.id` must be lower-case letters, digits and hyphens"
  )
  return "workflow"
}

/** Every text of a document. */
const textsIn = (value: Value): ReadonlyArray<string> => {
  if (typeof value === "string") return [value]
  if (typeof value !== "object" || value === null) return []
  return Object.values(value).flatMap((each: Value) => textsIn(each))
}

/** The type of every step, however deep. */
const typesIn = (value: Value): ReadonlyArray<string> => {
  if (isList(value)) return value.flatMap((each: Value) => isObject(each) ? [typeOf(each), ...typesIn(each)] : [])
  if (!isObject(value)) return []
  const { cases, default: otherwise = [], else: or = [], step, steps = [], then = [] } = value
  const lists = [
    otherwise,
    or,
    steps,
    then,
    ...(isObject(cases) ? Object.values(cases) : []),
    step === undefined ? [] : [step]
  ]
  return lists.flatMap(typesIn)
}

const about = (draft: Draft, file: string, { values }: Fields, requires: Value | undefined): void => {
  const say = (text: string): void => note(draft, [], text)
  say(
    `Made by \`pawl import spec-kit\` from ${file}${typeof values["name"] === "string" ? `: ${values["name"]}` : ""}.`
  )
  const facts = ["version", "author"].flatMap((key) => typeof values[key] === "string" ? [`${key} ${values[key]}`] : [])
  if (facts.length > 0) say(`${facts.join(", ")}.`)
  if (requires !== undefined) say(`It says that it requires ${stringifyJson(requires)}, which nobody checks.`)
  say("Steps run in the folder of this file; Spec Kit runs them in the folder it is called from.")
}

/** The batch that a workflow comes to; what can't be carried over is in the draft. */
export const fromSpecKit = (draft: Draft, file: string, values: ValueObject): ValueObject => {
  const top: Fields = { draft, at: [], values }
  checkVersion(top)
  onlyKeys(top, topKeys, "a workflow")
  const workflow = fieldsAt(top, "workflow") ?? { draft, at: ["workflow"], values: {} }
  onlyKeys(workflow, workflowKeys, "`workflow`")
  const name = batchName(workflow)
  about(draft, file, workflow, values["requires"])
  const texts = textsIn(values["steps"] ?? null)
  const { declared, known } = writeInputs(draft, values["inputs"])
  const takesFolder = texts.some((text) => text.includes("context.workflow_dir"))
  const wantsFolder = texts.some((text) => text.includes("SPECKIT_WORKFLOW_DIR"))
  // An agent may take as long as it likes, so that then each of the others says it.
  const saysTimeout = !typesIn(values["steps"] ?? []).some((type) => type === "command" || type === "init")
  const integration = textAt(workflow, "integration")
  const model = textAt(workflow, "model")
  if ("options" in workflow.values) {
    note(draft, [], "`workflow.options` is left out: Spec Kit does not hand it to an agent either.")
  }
  const writer: SpecKitWriter = {
    draft,
    names: { index: indexSteps(top), inputs: known },
    ...(integration === undefined ? {} : { integration }),
    ...(model === undefined ? {} : { model }),
    readAsJson: new Set(
      texts.flatMap((text) =>
        [...text.matchAll(/steps\.([\w-]+)\.output\.stdout\s*\|\s*from_json/g)].map(([, id = ""]) => id)
      )
    ),
    saysTimeout,
    writeSteps,
    writeStep
  }
  if (!isList(values["steps"]) || values["steps"].length === 0) complain(top, [], "a workflow needs `steps`, a list")
  const folder = { type: "string", default: posix.dirname(file), description: "The folder of the Spec Kit workflow" }
  const description = textAt(workflow, "description")
  const inputs = { ...declared, ...(takesFolder || wantsFolder ? { workflow_dir: folder } : {}) }
  return {
    name,
    ...(description === undefined ? {} : { description }),
    ...(Object.keys(inputs).length === 0 ? {} : { inputs }),
    ...(wantsFolder ? { env: { SPECKIT_WORKFLOW_DIR: "{{ inputs.workflow_dir }}" } } : {}),
    failure: { circuitBreaker: false, ...(saysTimeout ? { timeout: durationOf(usualTimeout) } : {}) },
    targets: [{
      id: name,
      steps: writeSteps(writer, { place: [] }, values["steps"] ?? [], ["steps"], ["targets", 0, "steps"])
    }]
  }
}
