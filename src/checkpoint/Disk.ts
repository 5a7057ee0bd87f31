/**
 * The disk, as far as the checkpoint needs it.
 *
 * Owns every file operation under a state directory but the logs. Must not know what the bytes
 * mean. The surprise: writes and syncs are synchronous calls. One of them is shorter than the
 * way to a worker thread and back, and while it lasts nothing may overtake it anyway.
 */
import { Context, type Effect, type Scope } from "effect"
import type { StateError } from "../run/StateError.ts"

/**
 * A file that only grows. Its calls stand on the path of every event, so they are plain
 * functions; each throws a `StateError`, which the checkpoint turns into a failure.
 */
export interface AppendFile {
  readonly size: number
  /** Hands bytes to the system: they outlive this process, not yet a power cut. Gives their number. */
  readonly write: (text: string) => number
  /** Returns when everything written is on the device. */
  readonly sync: () => void
  /** Cuts the file to a length, durably. */
  readonly truncate: (length: number) => void
}

export class Disk extends Context.Tag("pawl/Disk")<Disk, {
  /** Makes a folder and those above it, 0700. */
  readonly makeFolder: (path: string) => Effect.Effect<void, StateError>
  /** Names in a folder; none where there is no such folder, or a file in its place. */
  readonly list: (path: string) => Effect.Effect<ReadonlyArray<string>, StateError>
  /** The bytes of a file from an offset on, at most `length` of them; undefined where there is no such file. */
  readonly read: (path: string, from?: number, length?: number) => Effect.Effect<Uint8Array | undefined, StateError>
  /** Replaces a file in one step: after any crash it is the old one or the new one, whole. */
  readonly replace: (path: string, text: string) => Effect.Effect<void, StateError>
  /** Opens a file for appending, 0600, made durable in its folder where it is new. */
  readonly openAppend: (path: string) => Effect.Effect<AppendFile, StateError, Scope.Scope>
  /** When a file was last written, epoch milliseconds; undefined where there is no such file. */
  readonly modifiedAt: (path: string) => Effect.Effect<number | undefined, StateError>
  /** Removes a file or a folder with all in it. */
  readonly remove: (path: string) => Effect.Effect<void, StateError>
}>() {}
