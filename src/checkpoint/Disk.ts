/**
 * The disk, as far as the checkpoint needs it.
 *
 * Owns every file operation under a state directory but the logs. Must not know what the bytes
 * mean, and follows no symbolic link in the last part of a path. The surprise: writes and syncs are synchronous calls. One of them is shorter than the
 * way to a worker thread and back, and while it lasts nothing may overtake it anyway.
 */
import { Context, type Effect, type Either, type Scope } from "effect"
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

/** A text that is longer than one wants to hold at once. */
export interface Pieces {
  readonly pieces: () => Iterable<string>
}

export class Disk extends Context.Tag("pawl/Disk")<Disk, {
  /** Makes a folder and those above it, 0700, durably. */
  readonly makeFolder: (path: string) => Effect.Effect<void, StateError>
  /** Makes durable what a folder's files are called, whoever named them. */
  readonly syncFolder: (path: string) => Effect.Effect<void, StateError>
  /** Fails where a symbolic link, or a file, stands in the place of a folder; nothing there is fine. */
  readonly checkFolder: (path: string) => Effect.Effect<void, StateError>
  /** Names in a folder; none where there is no such folder, or a file in its place. */
  readonly list: (path: string) => Effect.Effect<ReadonlyArray<string>, StateError>
  /** The bytes of a file from an offset on, at most `length` of them; undefined where there is no such file. */
  readonly read: (path: string, from?: number, length?: number) => Effect.Effect<Uint8Array | undefined, StateError>
  /** Replaces a file in one step: after any crash it is the old one or the new one, whole. */
  readonly replace: (path: string, text: string | Pieces) => Effect.Effect<void, StateError>
  /** Makes a file, 0600, that is whole and durable under its name; false where that name is taken. */
  readonly create: (path: string, text: string) => Effect.Effect<boolean, StateError>
  /**
   * The bytes of a file that anybody may have put there, of at most `most`; on the left why they are not
   * read. Undefined where there is no such file.
   */
  readonly readPlain: (
    path: string,
    most: number
  ) => Effect.Effect<Either.Either<Uint8Array, string> | undefined, StateError>
  /** Opens a file for appending, 0600, made durable in its folder where it is new. */
  readonly openAppend: (path: string) => Effect.Effect<AppendFile, StateError, Scope.Scope>
  /** When a file or a folder was last changed, epoch milliseconds; undefined where there is none. Fails for a link. */
  readonly modifiedAt: (path: string) => Effect.Effect<number | undefined, StateError>
  /** Removes a file or a folder with all in it. */
  readonly remove: (path: string) => Effect.Effect<void, StateError>
  /** Gives a file or folder another place on the same disk, in one step and durably. */
  readonly move: (from: string, to: string) => Effect.Effect<void, StateError>
  /** Bytes of all the files in a folder, at any depth. */
  readonly size: (path: string) => Effect.Effect<number, StateError>
}>() {}
