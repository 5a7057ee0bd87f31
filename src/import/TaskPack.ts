/**
 * A StellaOps Task Pack as a batch.
 *
 * Owns the top of the file. The surprise: what a pack puts out at its end is asked of its steps, which
 * the outputs of a batch can't see, so that a last step gathers it.
 */
import { stringifyJson, type Value, type ValueObject } from "../expression/Value.ts"
import { celString } from "./CelText.ts"
import { type Draft, note } from "./Draft.ts"
import {
  complain,
  countAt,
  entriesAt,
  type Fields,
  fieldsAt,
  isList,
  isObject,
  numberAt,
  onlyKeys,
  requiredText,
  textAt
} from "./Fields.ts"
import { indexPack } from "./TaskPackIndex.ts"
import { writePackInputs } from "./TaskPackInputs.ts"
import { packTongue } from "./TaskPackNames.ts"
import { writePackSteps } from "./TaskPackSteps.ts"
import { type Approval, type PackAt, type PackWriter, take } from "./TaskPackWriter.ts"
import { writeText } from "./WriteText.ts"

const version = "stellaops.io/pack.v1"
const specKeys = ["inputs", "secrets", "approvals", "steps", "outputs", "success", "failure", "slo"]
const described = ["version", "tags", "tenantVisibility", "maintainers", "license", "annotations"]

const nameShape = /^[a-z0-9][a-z0-9-]*$/

/** True for a document that means to be a pack. */
export const isTaskPack = (document: Value): boolean =>
  isObject(document)
  && (document["kind"] === "TaskPack"
    || (typeof document["apiVersion"] === "string" && document["apiVersion"].startsWith("stellaops.io/")))

const checkVersion = (top: Fields): void => {
  const { apiVersion, kind } = top.values
  if (apiVersion !== version) {
    complain(
      top,
      "apiVersion" in top.values ? ["apiVersion"] : [],
      `a pack of \`apiVersion\` ${stringifyJson(apiVersion ?? null)} can't be read`,
      {
        hint: `${version} is the one that is known`
      }
    )
  }
  if (kind !== "TaskPack") complain(top, "kind" in top.values ? ["kind"] : [], "`kind` must be `TaskPack`")
}

const batchName = (metadata: Fields): string => {
  const name = requiredText(metadata, "name", "`metadata`")
  if (name === undefined || nameShape.test(name)) return name ?? "pack"
  complain(metadata, [...metadata.at, "name"], "`metadata.name` must be lower-case letters, digits and hyphens")
  return "pack"
}

const about = (draft: Draft, file: string, { values }: Fields, spec: Fields): void => {
  note(draft, [], `Made by \`pawl import taskpack\` from ${file}.`)
  for (const key of described) {
    if (key in values) {
      note(draft, [], `${key}: ${typeof values[key] === "string" ? values[key] : stringifyJson(values[key])}`)
    }
  }
  if ("slo" in spec.values) note(draft, [], `slo, which pawl does not watch: ${stringifyJson(spec.values["slo"])}`)
}

const approvalsOf = (spec: Fields): ReadonlyMap<string, Approval> =>
  new Map(
    entriesAt(spec, "approvals", "an approval").map((fields) => {
      onlyKeys(fields, ["id", "grants", "expiresAfter", "reasonTemplate"], "an approval")
      const grants = fields.values["grants"]
      const given = isList(grants) ? grants.flatMap((each) => typeof each === "string" ? [each] : []) : []
      return [requiredText(fields, "id", "an approval") ?? "", { fields, grants: given }] as const
    })
  )

const retriesOf = (failure: Fields | undefined): ValueObject => {
  const retries = failure === undefined ? undefined : fieldsAt(failure, "retries")
  if (retries === undefined) return {}
  onlyKeys(retries, ["maxAttempts", "backoffSeconds"], "`failure.retries`")
  const maxAttempts = countAt(retries, "maxAttempts", 1, Number.MAX_SAFE_INTEGER)
  const backoffSeconds = numberAt(retries, "backoffSeconds")
  return {
    retries: {
      ...(maxAttempts === undefined ? {} : { maxAttempts }),
      backoffSeconds: backoffSeconds ?? 0,
      // Every wait of Task Runner is as long as the first.
      factor: 1
    }
  }
}

/** What is said when the pack is through, and when it is not, as an output of the batch. */
const messageOf = (target: string, success: Fields | undefined, failure: Fields | undefined): string | undefined => {
  const text = (fields: Fields | undefined): string => {
    const message = fields === undefined ? undefined : textAt(fields, "message")
    if (fields !== undefined && message?.includes("{{") === true) {
      complain(fields, [...fields.at, "message"], "an expression in this message can't be carried over")
    }
    return message ?? ""
  }
  const [good, bad] = [text(success), text(failure)]
  if (good === "" && bad === "") return undefined
  const status = `targets.${target}.status`
  const stuck = `${status} in ['blocked', 'errored'] ? ${celString(bad)} : ''`
  return `{{ ${status} == 'completed' ? ${celString(good)} : ${stuck} }}`
}

/** A last step that puts out what the pack puts out. */
const outputStep = (writer: PackWriter, spec: Fields, at: Omit<PackAt, "fields">): ReadonlyArray<ValueObject> => {
  const outputs = entriesAt(spec, "outputs", "an output")
  const lines = outputs.map((fields) => {
    onlyKeys(fields, ["name", "type", "path", "expression", "description"], "an output")
    const name = requiredText(fields, "name", "an output") ?? ""
    if (!/^[A-Za-z_][\w.-]*$/.test(name)) {
      complain(fields, [...fields.at, "name"], `\`${name}\` can't be carried over as a name`)
    }
    const key = "expression" in fields.values ? "expression" : "path"
    const text = requiredText(fields, key, "an output") ?? ""
    const value = take(writer, { ...at, fields }, [...fields.at, key], writeText(packTongue(writer.names, at), text))
    return `printf '${name}=%s\\n' "${
      value.includes("{{") ? value : value.replaceAll(/["$`\\]/g, "\\$&")
    }" >> "$PAWL_OUTPUT"`
  })
  if (lines.length === 0) return []
  note(writer.draft, at.out, "What the pack puts out. Of a file that is its path: pawl keeps no files.")
  return [{ id: "pack-outputs", run: `${lines.join("\n")}\n` }]
}

/** The batch that a pack comes to; what can't be carried over is in the draft. */
export const fromTaskPack = (draft: Draft, file: string, values: ValueObject): ValueObject => {
  const top: Fields = { draft, at: [], values }
  checkVersion(top)
  onlyKeys(top, ["apiVersion", "kind", "metadata", "spec"], "a pack")
  const metadata = fieldsAt(top, "metadata") ?? { draft, at: [], values: {} }
  const spec = fieldsAt(top, "spec") ?? { draft, at: [], values: {} }
  onlyKeys(metadata, ["name", "description", ...described], "`metadata`")
  onlyKeys(spec, specKeys, "`spec`")
  const name = batchName(metadata)
  about(draft, file, metadata, spec)
  const { declared, inputs, secrets } = writePackInputs(spec)
  const writer: PackWriter = {
    draft,
    names: { index: indexPack(spec), inputs, secrets },
    approvals: approvalsOf(spec),
    used: new Set(),
    writeSteps: writePackSteps
  }
  if (!isList(spec.values["steps"]) || spec.values["steps"].length === 0) {
    complain(spec, spec.at, "a pack needs `spec.steps`, a list")
  }
  const out = ["targets", 0, "steps"]
  const steps = writePackSteps(writer, { place: [] }, spec.values["steps"] ?? [], [...spec.at, "steps"], out)
  const end = [{ list: "spec.steps", at: Infinity }]
  const last = outputStep(writer, spec, { place: end, out: [...out, steps.length] })
  for (const [id, { fields }] of writer.approvals) {
    if (!writer.used.has(id)) note(draft, [], `No gate asks for the approval \`${id}\`.`)
    if ("expiresAfter" in fields.values) {
      note(
        draft,
        [],
        `A gate waits as long as it takes: \`expiresAfter: ${
          String(fields.values["expiresAfter"])
        }\` of \`${id}\` is left out.`
      )
    }
  }
  const [success, failure] = [fieldsAt(spec, "success"), fieldsAt(spec, "failure")]
  if (success !== undefined) onlyKeys(success, ["message"], "`success`")
  if (failure !== undefined) onlyKeys(failure, ["message", "retries"], "`failure`")
  const message = messageOf(name, success, failure)
  const description = textAt(metadata, "description")
  return {
    name,
    ...(description === undefined ? {} : { description: description.trim() }),
    ...(Object.keys(declared).length === 0 ? {} : { inputs: declared }),
    failure: { ...retriesOf(failure), circuitBreaker: false },
    targets: [{ id: name, steps: [...steps, ...last] }],
    ...(message === undefined ? {} : { outputs: { message } })
  }
}
