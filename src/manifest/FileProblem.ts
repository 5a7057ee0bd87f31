/** Why a file could not be read, in plain words that follow its name. */
import type { Error as PlatformError } from "@effect/platform"

interface Reason {
  readonly message: string
  readonly hint?: string
}

/** For example "is not there" or "is a directory". */
export const reasonOf = (error: PlatformError.PlatformError): Reason => {
  if (error._tag === "BadArgument") return { message: "is not a path" }
  switch (error.reason) {
    case "NotFound":
      return { message: "is not there" }
    case "PermissionDenied":
      return { message: "may not be read", hint: "check its permissions" }
    default:
      return isDirectory(error)
        ? { message: "is a directory", hint: "name a file in it" }
        : { message: `can't be read: ${error.description ?? error.message}` }
  }
}

const isDirectory = (error: PlatformError.SystemError): boolean =>
  typeof error.cause === "object" && error.cause !== null && "code" in error.cause && error.cause.code === "EISDIR"
