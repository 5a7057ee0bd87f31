/**
 * Words of a `command:` that mention a secret: arguments of a process are there for everybody to see.
 *
 * Owns following a secret through the variables of `env`, from the batch down to the step. Must not
 * evaluate. The surprise: it goes by what is mentioned, not by what comes out, so that `{{ inputs.token
 * == '' }}` is refused too; what only shows at run time is refused there.
 */
import { Either } from "effect"
import type { Expression } from "../expression/Expression.ts"
import { findHoles } from "../expression/Template.ts"
import type { Finding } from "./Finding.ts"
import { visitTexts } from "./ManifestTexts.ts"
import { isMapping, itemsOf, type Mapping, type Spot, textIn } from "./Spot.ts"

interface Secrets {
  readonly inputs: ReadonlySet<string>
  /** Names of environment variables. */
  readonly env: ReadonlySet<string>
}

const expressionsIn = (text: string): ReadonlyArray<Expression> =>
  findHoles(text).holes.flatMap(({ parsed }) => Either.isRight(parsed) ? [parsed.right] : [])

/** The secret that an expression mentions, as it is written. */
const mentioned = ({ names }: Expression, { env, inputs }: Secrets): string | undefined => {
  const input = [...names.inputs].find((name) => inputs.has(name))
  if (input !== undefined) return `inputs.${input}`
  const variable = [...names.env].find((name) => env.has(name))
  return variable === undefined ? undefined : `env.${variable}`
}

/** The secret inputs of a document, and the variables that give their values. */
const secretsOf = (document: Mapping): Secrets => {
  const inputs = isMapping(document["inputs"]) ? Object.entries(document["inputs"]) : []
  const secret = inputs.flatMap(([name, input]) =>
    isMapping(input) && input["secret"] === true ? [{ name, input }] : []
  )
  return {
    inputs: new Set(secret.map(({ name }) => name)),
    env: new Set(secret.flatMap(({ input }) => textIn(input, "env") ?? []))
  }
}

/** What is secret within a level of variables. */
const enter = (secrets: Secrets, holder: unknown): Secrets => {
  const level = isMapping(holder) && isMapping(holder["env"]) ? Object.entries(holder["env"]) : []
  if (level.length === 0) return secrets
  const env = new Set(secrets.env)
  for (const [name, text] of level) {
    const isSecret = typeof text === "string"
      && expressionsIn(text).some((expression) => mentioned(expression, secrets) !== undefined)
    if (isSecret) env.add(name)
    else env.delete(name)
  }
  return { ...secrets, env }
}

/** The steps around a text, the outermost first, with its own. */
const stepsAround = (within: Spot["within"]): ReadonlyArray<unknown> =>
  within === undefined ? [] : [...stepsAround(within.holder?.within), within.steps[within.at]]

/** Every word of a `command:` in which a secret is mentioned. */
export const secretArguments = (document: unknown): ReadonlyArray<Finding> => {
  if (!isMapping(document)) return []
  const secrets = secretsOf(document)
  if (secrets.inputs.size === 0) return []
  const findings: Array<Finding> = []
  visitTexts(document, (_, text, path, { target, within }) => {
    if (path.at(-2) !== "command" || !text.includes("{{")) return
    const expressions = expressionsIn(text)
    const check = path[0] === "preflight" ? itemsOf(document["preflight"])[Number(path[1])] : undefined
    const known = [document, check, target?.entry, ...stepsAround(within)].reduce(enter, secrets)
    for (const expression of expressions) {
      const name = mentioned(expression, known)
      if (name === undefined) continue
      findings.push({
        path,
        within: { offset: expression.offset, length: expression.source.length },
        message: `\`${name}\` is secret and can't be a word of a command: \`ps\` shows those to everybody`,
        hint: "pass it by `env`: the environment of a process is only for its user to see"
      })
    }
  })
  return findings
}
