/** Paths that match a pattern: the one place that knows the runtime's globbing. */
import { Data, Effect } from "effect"

export class GlobError extends Data.TaggedError("GlobError")<{ readonly message: string }> {}

const isMissing = (cause: unknown): boolean =>
  typeof cause === "object" && cause !== null && "code" in cause
  && (cause.code === "ENOENT" || cause.code === "ENOTDIR")

const scan = async (pattern: string, cwd: string): Promise<ReadonlyArray<string>> => {
  try {
    return (await Array.fromAsync(new Bun.Glob(pattern).scan({ cwd, onlyFiles: false }))).toSorted()
  } catch (cause) {
    // A folder that isn't there matches nothing, as in a shell.
    if (isMissing(cause)) return []
    throw cause
  }
}

/**
 * Files and folders that match, as the pattern is written: relative to `folder` unless it is
 * absolute. In the order of their code units; names that begin with a dot only where the
 * pattern says so.
 */
export const globPaths = Effect.fn("GlobPaths.globPaths")((pattern: string, folder: string) =>
  Effect.tryPromise({
    try: () => scan(pattern, folder),
    catch: (cause) => new GlobError({ message: cause instanceof Error ? cause.message : String(cause) })
  })
)
