/**
 * A gate of a Spec Kit workflow.
 *
 * Owns what it becomes. The surprise: over there `on_reject: skip` goes on with the next step as if
 * nothing had been decided, and here it would leave out the rest of the list; so the option that
 * rejects gets a name that decides nothing by itself.
 */
import type { ValueObject } from "../expression/Value.ts"
import { note } from "./Draft.ts"
import { complain, listAt, onlyKeys, requiredText, textAt } from "./Fields.ts"
import { gateWords } from "./SpecKitOutputs.ts"
import { type At, type SpecKitWriter, written } from "./SpecKitWriter.ts"
import { writeText } from "./WriteText.ts"

const keys = ["id", "type", "continue_on_error", "message", "options", "on_reject", "show_file", "verdict_input"]

const optionShape = /^[A-Za-z0-9][A-Za-z0-9_-]*$/

/** The options as they are called here. */
const optionsOf = (writer: SpecKitWriter, at: At, onReject: string): ReadonlyArray<string> => {
  const { fields } = at
  const given = listAt(fields, "options")
  const words = [...gateWords(fields)]
  const path = [...fields.at, "options"]
  const complainAbout = (message: string, hint: string): void => complain(fields, path, message, { hint })
  if (given !== undefined && (given.length === 0 || given.some((each) => typeof each !== "string"))) {
    complainAbout("`options` must be a list of texts", "quote them")
  }
  const names = words.map(([, name]) => name)
  if (names.some((name) => !optionShape.test(name)) || new Set(names).size < names.length) {
    complainAbout(
      "these options can't be carried over: two of them would be called the same here",
      "`reject` is the one option that rejects; use letters, digits and hyphens, and no more than one of reject and abort"
    )
  } else if (names.every((name) => name === "reject")) {
    complainAbout("a gate that can only be rejected can't be carried over", "add an option that approves")
  } else if (onReject !== "skip" && !names.includes("reject")) {
    complainAbout(`\`on_reject: ${onReject}\` needs an option called reject or abort`, "add it")
  }
  const changed = words.filter(([there, here]) => there !== here).map(([there, here]) => `\`${there}\` is \`${here}\``)
  if (changed.length > 0) {
    note(
      writer.draft,
      at.out,
      onReject === "skip"
        ? `${
          changed.join(", ")
        } here, an answer that steps can ask for: after a rejection Spec Kit goes on with the next step.`
        : `${changed.join(", ")} here.`
    )
  }
  return names
}

export const gateStep = (writer: SpecKitWriter, at: At): ValueObject => {
  const { fields } = at
  onlyKeys(fields, keys, "a gate")
  const onReject = textAt(fields, "on_reject") ?? "abort"
  if (!["abort", "skip", "retry"].includes(onReject)) {
    complain(fields, [...fields.at, "on_reject"], "`on_reject` must be `abort`, `skip` or `retry`")
  }
  if ("verdict_input" in fields.values) {
    complain(
      fields,
      [...fields.at, "verdict_input"],
      "`verdict_input` can't be carried over: no input decides a gate",
      {
        at: "key",
        hint: "take it out, and decide with `pawl approve RUN GATE --option NAME`"
      }
    )
  }
  const text = (key: string, value: string | undefined): string | undefined =>
    written(writer, at, key, value, (tongue, each) => writeText(tongue, each))
  const options = optionsOf(writer, at, onReject)
  const isUsual = options.length === 2 && options[0] === "approve" && options[1] === "reject"
  const show = text("show_file", textAt(fields, "show_file"))
  return {
    gate: {
      approval: text("message", requiredText(fields, "message", "a gate")) || "Review required.",
      ...(isUsual ? {} : { options }),
      ...(onReject === "retry" ? { onReject } : {}),
      ...(show === undefined ? {} : { show })
    }
  }
}
