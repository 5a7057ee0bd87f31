/**
 * The steps of a Task Pack that do something: `run` and `gate`.
 *
 * Owns what each becomes. The surprise: a pack names modules of its runner, of which pawl has none;
 * such a step calls a program of the module's name, with its parameters as flags.
 */
import { Either } from "effect"
import { findHoles } from "../expression/Template.ts"
import { stringifyJson, type Value, type ValueObject } from "../expression/Value.ts"
import { note } from "./Draft.ts"
import { complain, type Fields, fieldsAt, isList, isObject, onlyKeys, requiredText, textAt } from "./Fields.ts"
import { packTongue } from "./TaskPackNames.ts"
import { type PackAt, type PackWriter, take } from "./TaskPackWriter.ts"
import { writeScript } from "./WriteScript.ts"
import { type Tongue, writeText } from "./WriteText.ts"
import type { Path } from "../manifest/Finding.ts"

/** A value as one argument; what is no text is JSON. */
const argument = (writer: PackWriter, at: PackAt, path: Path, value: Value): string => {
  if (typeof value === "string") return take(writer, at, path, writeText(packTongue(writer.names, at), value))
  const json = stringifyJson(value)
  if (!json.includes("{{")) return json
  complain(at.fields, path, "an expression within a list or a mapping can't be carried over", {
    hint: "give it a parameter of its own"
  })
  return "null"
}

const shellWord = (text: string): string => /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`

/** A word on its way into a command: where it stands, and what it is there. */
type Word = readonly [path: Path, value: Value]

const mentionsSecret = ({ names }: PackWriter, text: string): boolean => {
  const secrets = new Set(names.secrets.values())
  return findHoles(text).holes.some(({ parsed }) =>
    Either.isRight(parsed) && [...parsed.right.names.inputs].some((name) => secrets.has(name))
  )
}

/** A command; one with a secret becomes a script, which can have it by the environment. */
const commandOf = (writer: PackWriter, at: PackAt, words: ReadonlyArray<Word>): ValueObject => {
  const texts = words.map(([path, value]) => argument(writer, at, path, value))
  if (!texts.some((text) => mentionsSecret(writer, text))) return { command: texts }
  note(
    writer.draft,
    at.out,
    "A secret is an argument of this program, which `ps` shows to everybody: better let it read a variable of `env`."
  )
  const tongue = packTongue(writer.names, at)
  return {
    run: words.map(([path, value], index) => {
      const text = texts[index] ?? ""
      return typeof value === "string" && text.includes("{{")
        ? take(writer, at, path, writeScript(tongue, `"${value}"`))
        : shellWord(text)
    }).join(" ")
  }
}

const last = (uses: string): string => uses.split(/[/:]/).at(-1) ?? uses

/** Modules whose work is a command or a script: they need no program of their own. */
const direct = (writer: PackWriter, at: PackAt, parameters: Fields, uses: string): ValueObject | undefined => {
  const isBuiltin = /^builtin[/:]/.test(uses)
  const { command, script, ...rest } = parameters.values
  if (isBuiltin && last(uses) === "noop") {
    if (Object.keys(parameters.values).length > 0) {
      note(writer.draft, at.out, "Does nothing, whatever it is given; its parameters are left out.")
    }
    return { command: ["true"] }
  }
  if (!isBuiltin || !/^(?:cli-command|command|exec|shell|script)$/.test(last(uses)) || Object.keys(rest).length > 0) {
    return undefined
  }
  const text = typeof script === "string" ? script : typeof command === "string" ? command : undefined
  if (text !== undefined && (command === undefined || script === undefined)) {
    const path = [...parameters.at, script === undefined ? "command" : "script"]
    return { run: take(writer, at, path, writeScript(packTongue(writer.names, at), text)) }
  }
  if (!isList(command) || command.length === 0 || script !== undefined) return undefined
  return commandOf(writer, at, command.map((word, index) => [[...parameters.at, "command", index], word]))
}

export const runStep = (writer: PackWriter, at: PackAt): ValueObject => {
  const block = fieldsAt(at.fields, "run")
  if (block === undefined) return { command: ["true"] }
  onlyKeys(block, ["uses", "with", "egress"], "`run`")
  const uses = requiredText(block, "uses", "a run step") ?? ""
  const parameters = fieldsAt(block, "with") ?? { draft: writer.draft, at: [...block.at, "with"], values: {} }
  if ("egress" in block.values) {
    note(
      writer.draft,
      at.out,
      `\`egress\` left out: pawl keeps no step from the network. It was ${stringifyJson(block.values["egress"])}.`
    )
  }
  const known = direct(writer, at, parameters, uses)
  if (known !== undefined) return known
  note(
    writer.draft,
    at.out,
    `\`${uses}\` is a module of Task Runner: provide a program of that name, or write here what does its work. `
      + "What it puts out it writes to the file named in $PAWL_OUTPUT, as `name=value`."
  )
  const flags = Object.entries(parameters.values).flatMap(([key, value]): ReadonlyArray<Word> => {
    const path = [...parameters.at, key]
    return [[path, `--${key}`], [path, value]]
  })
  return commandOf(writer, at, [[at.out, uses], ...flags])
}

/** A check of a program that has the policy's name. */
const policyGate = (writer: PackWriter, at: PackAt, policy: Fields): ValueObject => {
  onlyKeys(policy, ["policy", "parameters"], "`gate.policy`")
  const name = requiredText(policy, "policy", "`gate.policy`") ?? "policy"
  const tongue: Tongue = packTongue(writer.names, at)
  const parameters = fieldsAt(policy, "parameters")
  const words = Object.entries(parameters?.values ?? {}).map(([key, value]) => {
    const path = [...policy.at, "parameters", key]
    const text = typeof value === "string" ? value : argument(writer, at, path, value)
    const isPlain = !text.includes("{{")
    return `--${shellWord(key)} ${isPlain ? shellWord(text) : take(writer, at, path, writeScript(tongue, `"${text}"`))}`
  })
  note(
    writer.draft,
    at.out,
    `\`${name}\` is a policy of Task Runner: provide a program of that name that exits 0 where it holds.`
  )
  return { gate: { policy: { run: [shellWord(name), ...words].join(" ") } } }
}

const approvalGate = (writer: PackWriter, at: PackAt, gate: Fields, id: string): ValueObject => {
  const approval = writer.approvals.get(id)
  writer.used.add(id)
  if (approval === undefined) {
    complain(gate, [...gate.at, "approval"], `there is no approval \`${id}\``, {
      hint: "declare it under `spec.approvals`"
    })
  } else if (approval.grants.length > 0) {
    note(
      writer.draft,
      at.out,
      `Who decides must hold ${
        approval.grants.join(", ")
      } in Task Runner; here it is anybody who may write where runs are kept.`
    )
  }
  const tongue = packTongue(writer.names, at)
  const message = textAt(gate, "message")
  const template = approval === undefined ? undefined : textAt(approval.fields, "reasonTemplate")
  const text = message !== undefined
    ? take(writer, at, [...gate.at, "message"], writeText(tongue, message))
    : template !== undefined && approval !== undefined
    ? take(writer, at, [...approval.fields.at, "reasonTemplate"], writeText(tongue, template))
    : `Approve ${id}?`
  return { gate: { approval: text } }
}

export const gateStep = (writer: PackWriter, at: PackAt): ValueObject => {
  const gate = fieldsAt(at.fields, "gate")
  if (gate === undefined) return { gate: { approval: "Approve?" } }
  onlyKeys(gate, ["approval", "policy", "message"], "`gate`")
  const { approval, policy } = gate.values
  if ((approval === undefined) === (policy === undefined)) {
    complain(gate, gate.at, "a gate needs either `approval` or `policy`")
    return { gate: { approval: "Approve?" } }
  }
  if (approval !== undefined) {
    if (typeof approval === "string") return approvalGate(writer, at, gate, approval)
    const inner = fieldsAt(gate, "approval") ?? gate
    onlyKeys(inner, ["id", "autoExpiresAfter"], "`gate.approval`")
    if ("autoExpiresAfter" in inner.values) {
      note(
        writer.draft,
        at.out,
        `It waits as long as it takes: \`autoExpiresAfter: ${String(inner.values["autoExpiresAfter"])}\` is left out.`
      )
    }
    return approvalGate(writer, at, gate, requiredText(inner, "id", "`gate.approval`") ?? "")
  }
  if (isObject(policy)) return policyGate(writer, at, fieldsAt(gate, "policy") ?? gate)
  return policyGate(writer, at, { ...gate, values: { policy: policy ?? null } })
}
