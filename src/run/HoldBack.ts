/**
 * Why nothing new begins though there is a place for it.
 *
 * Owns the shape. The surprise: only what was asked for holds targets back (`load`, `memory`); a shortage of the
 * system holds an attempt back that is about to start, and costs it nothing.
 */

/** No more descriptors of this process, or of the machine; no more processes; no memory for one. */
export type ShortageCode = "EMFILE" | "ENFILE" | "EAGAIN" | "ENOMEM"

export type HoldBack =
  /** The load average is `load`, and `most` was asked for. */
  | { readonly cause: "load"; readonly load: number; readonly most: number }
  /** `free` bytes are free, and `least` were asked for. */
  | { readonly cause: "memory"; readonly free: number; readonly least: number }
  /** The system has no more of something for now; `code` is that of its error. */
  | { readonly cause: "shortage"; readonly code: ShortageCode }
