/**
 * What a lock has to say to a person.
 *
 * Owns the words. Pure.
 */
import { dirname } from "node:path"
import { RunHeldError } from "../run/StateError.ts"
import { type Holder, holderWords } from "./Holder.ts"

/** Why it is not this process that gets it. */
export type Refusal = { readonly holder: Holder; readonly isElsewhere: boolean } | "nameless"

/** Somebody else has the batch, or may have it. */
export const heldError = (path: string, batch: string, refusal: Refusal): RunHeldError => {
  if (refusal === "nameless") {
    return new RunHeldError({
      message: `batch ${batch} is being worked on by another process, which ${path} does not name`,
      hint: `wait for it to end: it holds the batch even where its lock file was removed`
    })
  }
  const { holder, isElsewhere } = refusal
  const { pid } = holder
  return isElsewhere
    ? new RunHeldError({
      message: `batch ${batch} is held by ${holderWords(holder)}: it did not give its lock back, and whether it still `
        + `runs can't be seen from here`,
      hint:
        `look on that host; if no pawl works on the batch there any more, remove ${path} and run the same command again`,
      pid
    })
    : new RunHeldError({
      message: `batch ${batch} is being worked on by ${holderWords(holder)}`,
      hint: `wait for it to end, or look at it with: pawl status ${batch}${
        // So `pawl each` calls what nobody has named.
        batch.startsWith("each-") ? "; the same command beside it needs a --name of its own" : ""}`,
      pid
    })
}

/** What the batch's folder lets others do, in words; undefined where it is closed to them. */
const opennessWords = (folder: string, mode: number): string | undefined => {
  const shown = mode.toString(8).padStart(4, "0")
  if ((mode & 0o022) !== 0) {
    return `${folder} can be changed by others (mode ${shown}), who decide by that what runs: \`chmod 700\` it`
  }
  return (mode & 0o055) === 0
    ? undefined
    : `${folder} can be read by others (mode ${shown}), with all that steps printed: \`chmod 700\` it`
}

/** What there is to tell of a lock that was taken: who left it, and whom its folder (of that mode) is open to. */
export const lockNotes = (
  path: string,
  { before, mode }: { readonly before?: Holder; readonly mode: number }
): ReadonlyArray<string> => {
  const openness = opennessWords(dirname(path), mode)
  return [
    ...(before === undefined
      ? []
      : [`${holderWords(before)} ended without giving the batch back, so its lock was taken over`]),
    ...(openness === undefined ? [] : [openness])
  ]
}
