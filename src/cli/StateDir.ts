/** Where runs are kept, for commands that have no manifest beside which to look. */
import { resolve } from "node:path"
import { Effect } from "effect"
import { Environment } from "../manifest/Environment.ts"
import type { CommonFlags } from "./Output.ts"

/** The folder that the user named, by flag or variable; `undefined` where neither is there. */
export const namedStateDir = (flags: Pick<CommonFlags, "stateDir">) =>
  Effect.map(Environment, ({ variables }) => flags.stateDir ?? (variables["PAWL_STATE_DIR"] || undefined))

/** The folder to look in, absolute, and as the user would name it. */
export const stateDirOf = (flags: Pick<CommonFlags, "stateDir">) =>
  Effect.gen(function*() {
    const { cwd } = yield* Environment
    const named = yield* namedStateDir(flags)
    return { absolute: resolve(cwd, named ?? ".pawl"), shown: named ?? ".pawl", named }
  })
