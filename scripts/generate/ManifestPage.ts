/**
 * `docs/manifest.md`: the reference of the manifest's language.
 *
 * Owns the prose around what the schema and the tables of the expression language say for themselves.
 */
import { filters } from "../../src/expression/Filters.ts"
import { type FunctionDoc, languageFunctions, ownFunctions } from "../../src/expression/Language.ts"
import { type Root, roots } from "../../src/expression/Names.ts"
import { type Key, manifestSections, type Section } from "./ManifestShape.ts"
import { stepBlocks } from "./ManifestSteps.ts"
import { code, madeBy, page, sentence, table } from "./Markdown.ts"

const keyRow = ({ description, examples, name, required, ...key }: Key): ReadonlyArray<string> => [
  code(name) + (required ? " **required**" : ""),
  key.takes,
  key.default ?? "",
  description + (examples.length === 0 ? "" : ` For example ${examples.join(" or ")}.`)
]

const keyTable = (keys: ReadonlyArray<Key>): ReadonlyArray<string> =>
  table(["key", "takes", "default", "meaning"], keys.map(keyRow))

const listed = (words: ReadonlyArray<string>): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`

const sectionBlocks = (
  { beside, description, either, heading, keys, kinds }: Section
): ReadonlyArray<ReadonlyArray<string> | string> => [
  `### ${heading}`,
  [
    description,
    ...(kinds.length === 0 ? [] : [`It is ${listed(kinds)}.`]),
    ...(kinds.length > 1 && keys.length > 0 ? ["All of them have:"] : []),
    ...(either.length === 0 ? [] : [`It has one of ${listed(either.map(code))}.`]),
    ...(beside === undefined ? [] : [`Beside what every kind of ${beside} has:`])
  ].join(" "),
  ...(keys.length === 0 ? [] : [keyTable(keys)])
]

const rootWords: { readonly [Name in Root]: string } = {
  inputs: "The values of the batch's inputs: `inputs.release`. One without a value is missing, not null.",
  env: "Environment variables, as the step will see them: `env.HOME`.",
  steps: "Earlier steps, the nearest first: `steps.build.output.exit_code`. See below.",
  targets: "`targets.api.status`; in the batch's `outputs` alone.",
  item: "The item of the nearest `map`, or of the `forEach`; with `matrix` a mapping, such as `item.os`.",
  index: "Its place among the items, from 0.",
  iteration: "The number of the iteration of a `loop`, from 0; in its steps and its conditions.",
  context: "`context.run_id`, `context.batch`, `context.target`, `context.attempt` (from 1) and `context.run_dir`."
}

const stepRows: ReadonlyArray<readonly [field: string, meaning: string]> = [
  ["status", "`succeeded`, `failed` (and the target went on, by `continueOnError`) or `skipped`."],
  ["attempts", "How many attempts were made; 0 of a step that makes none itself."],
  ["error", "Why it failed, in words; missing where it did not."],
  ["output.exit_code", "Missing after a skip, a time-out, a signal, or where it could not be started."],
  ["output.stdout", "The last 16 KiB of standard output of the last attempt; the whole is in the log."],
  ["output.stderr", "The last 16 KiB of standard error."],
  ["output.truncated", "`true` where the log holds more; missing otherwise."],
  ["output.json", "With `outputs: json`: standard output (up to 1 MiB) as a value."],
  ["output.values", "What the step wrote to the file named in `$PAWL_OUTPUT`."]
]

const stepVariables: ReadonlyArray<readonly [variable: string, meaning: string]> = [
  ["PAWL_RUN_ID", "The id of the run."],
  ["PAWL_TARGET", "The id of the target; `preflight` for a check of it."],
  ["PAWL_STEP", "The id of the step or the check."],
  ["PAWL_ATTEMPT", "The number of the attempt, from 1."],
  ["PAWL_OUTPUT", "A file for `key=value` lines, or one JSON object a line; up to 1 MiB."]
]

/** Not for manifests: they concern CEL's own types. */
const uncommon = new Set(["type", "dyn", "bind", "none", "of", "or", "orValue", "hasValue", "value"])
const simpler = (signature: string): string =>
  signature.replaceAll("google.protobuf.", "").replaceAll(/<[^>]*>/g, "").replaceAll(/\bast\b/g, "expression")

const functionRow = ({ sentence: words, signature }: FunctionDoc): ReadonlyArray<string> => [code(signature), words]

const shape = /^(?:(\w+)\.)?(\w+)\((.*)\)/

/** CEL's own functions by what they are called on, overloads of as many arguments as one; those without a receiver first. */
const celRows = (): ReadonlyArray<ReadonlyArray<string>> => {
  const own = new Set(ownFunctions.map(({ name }) => name))
  const groups = new Map<string, Map<string, ReadonlyArray<ReadonlySet<string>>>>()
  for (const { name, signature } of languageFunctions()) {
    if (own.has(name) || uncommon.has(name)) continue
    const [, receiver = "", , list = ""] = shape.exec(simpler(signature)) ?? []
    const types = list === "" ? [] : list.split(", ")
    const group = groups.get(receiver) ?? new Map<string, ReadonlyArray<ReadonlySet<string>>>()
    const known = group.get(`${name}/${types.length}`) ?? []
    group.set(`${name}/${types.length}`, types.map((type, at) => new Set([...(known[at] ?? []), type])))
    groups.set(receiver, group)
  }
  return [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([receiver, group]) => [
    receiver === "" ? "nothing" : receiver,
    [...group].map(([key, types]) =>
      code(`${key.split("/", 1)[0]}(${types.map((set) => [...set].join(" or ")).join(", ")})`)
    )
      .join(", ")
  ])
}

const reading =
  `A manifest is one YAML 1.2 document or, in a file whose name ends in \`.json\`, one JSON document. \`-\` stands for
standard input. It may have up to 32 MiB; a longer list of targets belongs in a file of its own, taken up with
\`forEach\`. These are errors, and \`pawl validate\` tells all of them at once with line, column and a hint:

- an unknown key, a duplicate key, a second document, aliases that explode, steps that stand too deep in each other;
- a text where \`true\` or \`false\` belongs, such as \`continueOnError: "true"\`;
- an unquoted \`{{ … }}\`, which YAML reads as a mapping: quote it;
- an expression that cannot be read, or that stands where a shell would not take its value as data.

The same in JSON Schema, for editors: [schema/manifest.schema.json](schema/manifest.schema.json), or
\`pawl schema manifest\`. It says a little less than pawl does, since expressions and ids that must differ are beyond it.`

const durations =
  `A duration is a number with its unit, \`ms\`, \`s\`, \`m\`, \`h\` or \`d\`; several may follow each other: \`1h30m\`.`

const expressions =
  `\`{{ … }}\` holds one expression in CEL (Common Expression Language: typed, always ends, no side effects), then
optionally filters. A field that is one lone \`{{ … }}\` keeps its type (\`when\`, \`items\`, \`outputs\`); elsewhere the value
is put in as text. Ids with hyphens work as written: \`steps.heavy-thing.output.exit_code\`. Integers keep all their
digits. What is not there is an error that names it; \`default\` catches that error and no other.`

const shellPlaces =
  `In \`run:\` text a value reaches the shell through an environment variable that takes the expression's place: inside
double quotes \`{{ item }}\` becomes \`\${PAWL_1}\`, outside quotes \`"\${PAWL_1}"\`. So it is always data and always one word.
Where a shell would not expand it (single quotes, a quoted here-document) or would work it out as a sum, it is an error.
In a comment it is left as it stands and never evaluated. With a \`shell\` that is not a POSIX shell it is an error: pass
the value by \`env\`. In \`command:\` each entry of the list stays one argument. \`{{ "{{" }}\` writes braces.`

const publicTexts =
  `Texts that decide the plan (\`id\`, \`labels\`, \`needs\` and the sources of \`forEach\`) see \`inputs\`, \`item\` and \`index\` alone,
and no secret input, since a plan is stored and shown.`

/** The whole page. */
export const manifestPage = (): string =>
  page(
    madeBy("the schema in `src/manifest` and the tables in `src/expression`"),
    "# The manifest",
    "The reference. To learn the language by using it, begin with the [guide](guide.md).",
    reading,
    "## Keys",
    durations,
    ...manifestSections().flatMap(sectionBlocks),
    ...stepBlocks,
    "## Expressions",
    expressions,
    "### What an expression sees",
    table(["name", "what it is"], roots.map((root) => [code(root), rootWords[root]])),
    publicTexts,
    "### What is known of a step",
    "Under `steps.<id>`, once the step has ended:",
    table(["field", "meaning"], stepRows.map(([field, meaning]) => [code(field), meaning])),
    "### Filters",
    "`{{ steps.scan.output.json.name | default('none') }}`; several may follow each other.",
    table(["filter", "gives"], filters.map(functionRow)),
    "### Functions of pawl",
    table(["function", "gives"], ownFunctions.map(functionRow)),
    "### Functions of CEL",
    "Beside the operators (`==`, `<`, `in`, `&&`, `||`, `!`, `+`, `? :` and so on):",
    table(["called on", "functions"], celRows()),
    "### Values in a shell",
    shellPlaces,
    "## What a step is given",
    sentence("beside the environment of pawl itself and every `env` above it, the inner one first"),
    table(["variable", "meaning"], stepVariables.map(([variable, meaning]) => [code(variable), meaning])),
    sentence("standard input is empty, and the step is the leader of a process group of its own")
  )
