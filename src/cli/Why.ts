/** What went wrong with a file, in the words that people have for it. */
import { isPlatformError } from "@effect/platform/Error"

const textOf = (error: unknown): string => {
  if (isPlatformError(error)) return error.description ?? error.message
  return error instanceof Error ? error.message : String(error)
}

/** `ENOENT: no such file or directory, open '…'` → the words between: without the system's name for it and its path. */
export const why = (error: unknown): string => textOf(error).replace(/^E[A-Z0-9]+: ([^,]+),.*$/s, "$1")
