/**
 * The steps of a Spec Kit workflow that do work: `shell`, and those that call an agent.
 *
 * Owns what each becomes. Must not know where it stands. The surprise: how an agent's program is
 * called is known to Spec Kit alone, so that such a step becomes a command that somebody has to look at.
 */
import type { ValueObject } from "../expression/Value.ts"
import { note } from "./Draft.ts"
import { complain, fieldsAt, flagAt, onlyKeys, requiredText, textAt } from "./Fields.ts"
import { type At, type SpecKitWriter, timeoutOf, written } from "./SpecKitWriter.ts"
import { hasCommands, writeScript } from "./WriteScript.ts"
import { writeText } from "./WriteText.ts"

const common = ["id", "type", "continue_on_error"]

const plainText = (writer: SpecKitWriter, at: At, key: string, text: string | undefined): string | undefined =>
  written(writer, at, key, text, (tongue, each) => writeText(tongue, each))

export const shellStep = (writer: SpecKitWriter, at: At): ValueObject => {
  const { fields } = at
  onlyKeys(fields, [...common, "run", "timeout", "output_format"], "a shell step")
  const script = requiredText(fields, "run", "a shell step")
  if (script === "") complain(fields, [...fields.at, "run"], "the script is empty")
  const format = textAt(fields, "output_format")
  if (format !== undefined && format !== "json") {
    complain(fields, [...fields.at, "output_format"], `\`output_format\` can only be \`json\`, not \`${format}\``)
  }
  if (script?.includes("{{") === true) {
    note(
      writer.draft,
      [],
      "A value that is put into a script is data here, whatever it holds; Spec Kit makes it part of the script."
    )
  }
  const isReadAsJson = format !== "json" && writer.readAsJson.has(String(fields.values["id"]))
  if (isReadAsJson) {
    note(
      writer.draft,
      at.out,
      "Its output has to be JSON, and is read when it ends; Spec Kit reads it where `from_json` is."
    )
  }
  const timeout = timeoutOf(writer, at)
  return {
    run: written(writer, at, "run", script, writeScript) ?? "",
    // `sh -e` ends at the first command that fails, `sh` goes on.
    ...(hasCommands(script ?? "") ? { shell: "sh" } : {}),
    ...(timeout === undefined ? {} : { timeout }),
    ...(format === "json" || isReadAsJson ? { outputs: "json" } : {})
  }
}

/** The program of an agent, and the flag for its model. */
const agent = (writer: SpecKitWriter, at: At) => {
  const program = plainText(writer, at, "integration", textAt(at.fields, "integration") || writer.integration)
  const model = plainText(writer, at, "model", textAt(at.fields, "model") || writer.model)
  return { program: program ?? "agent", flags: model === undefined ? [] : ["--model", model] }
}

const aboutAgents = "Calls an agent. How its program is called is known to Spec Kit alone: check these words."

/** Fields that Spec Kit records and hands to nobody. */
const unused = (writer: SpecKitWriter, at: At, names: ReadonlyArray<string>): void => {
  if (names.length === 0) return
  note(
    writer.draft,
    at.out,
    `${names.map((name) => `\`${name}\``).join(", ")} left out: Spec Kit does not hand it to the agent either.`
  )
}

export const commandStep = (writer: SpecKitWriter, at: At): ValueObject => {
  const { fields } = at
  onlyKeys(fields, [...common, "command", "input", "options", "integration", "model"], "a command step")
  const name = requiredText(fields, "command", "a command step") ?? ""
  const input = fieldsAt(fields, "input")
  const given = input?.values["args"]
  if (given !== undefined && given !== null && typeof given === "object") {
    complain(fields, [...fields.at, "input", "args"], "`args` that are no text can't be carried over")
  }
  const args = input === undefined || given === undefined || given === null || typeof given === "object"
    ? undefined
    : plainText(writer, { ...at, fields: input }, "args", String(given))
  const { flags, program } = agent(writer, at)
  note(writer.draft, at.out, aboutAgents)
  const options = fieldsAt(fields, "options")
  unused(writer, at, [
    ...Object.keys(input?.values ?? {}).filter((key) => key !== "args").map((key) => `input.${key}`),
    ...(options === undefined ? [] : ["options"])
  ])
  return { command: [program, ...flags, name, ...(args === undefined ? [] : [args])] }
}

export const promptStep = (writer: SpecKitWriter, at: At): ValueObject => {
  const { fields } = at
  onlyKeys(fields, [...common, "prompt", "integration", "model", "timeout"], "a prompt step")
  const prompt = plainText(writer, at, "prompt", requiredText(fields, "prompt", "a prompt step")) ?? ""
  const { flags, program } = agent(writer, at)
  note(writer.draft, at.out, aboutAgents)
  const timeout = timeoutOf(writer, at)
  return { command: [program, ...flags, prompt], ...(timeout === undefined ? {} : { timeout }) }
}

/** A switch of `specify init`; what only shows when it runs can't choose between words. */
const initFlag = (at: At, key: string, otherwise: boolean): boolean => {
  const value = at.fields.values[key]
  if (typeof value === "string" && value.includes("{{")) {
    complain(at.fields, [...at.fields.at, key], `\`${key}\` is an expression, and can't choose between flags here`, {
      hint: "write true or false, or two steps within an `if`"
    })
    return otherwise
  }
  return typeof value === "string" ? /^\s*(?:true|1|yes)\s*$/i.test(value) : flagAt(at.fields, key) ?? otherwise
}

const initKeys = [
  "project",
  "here",
  "integration",
  "integration_options",
  "script",
  "force",
  "ignore_agent_tools",
  "preset"
]

export const initStep = (writer: SpecKitWriter, at: At): ValueObject => {
  const { fields } = at
  onlyKeys(fields, [...common, ...initKeys], "an init step")
  const option = (key: string, flag: string): ReadonlyArray<string> => {
    const text = textAt(fields, key) || (key === "integration" ? writer.integration : undefined)
    const value = plainText(writer, at, key, text)
    return value === undefined ? [] : [flag, value]
  }
  const project = plainText(writer, at, "project", textAt(fields, "project"))
  note(
    writer.draft,
    at.out,
    "Calls `specify init` as Spec Kit would; in a folder that is not empty it asks, unless `force` is true."
  )
  return {
    command: [
      "specify",
      "init",
      initFlag(at, "here", false) ? "--here" : project || ".",
      ...option("integration", "--integration"),
      ...option("integration_options", "--integration-options"),
      ...option("script", "--script"),
      ...option("preset", "--preset"),
      ...(initFlag(at, "ignore_agent_tools", true) ? ["--ignore-agent-tools"] : []),
      ...(initFlag(at, "force", false) ? ["--force"] : [])
    ]
  }
}
