/**
 * `checkpoint.json`: the state of a run up to a point in its journal.
 *
 * Owns the format and its version. Pure. The surprise: a snapshot only saves time. Where it is
 * missing or does not fit, the journal alone gives the same state, so what is not surely right
 * is not used.
 */
import { Either, HashMap } from "effect"
import { parseStored, stringifyJson } from "../expression/Value.ts"
import { type RunState, storedTargets } from "../run/RunState.ts"
import type { TargetState } from "../run/TargetState.ts"
import { isStored, type StoredTarget } from "./StoredState.ts"

/** Raised when an older pawl could misread what a newer one writes. */
export const SNAPSHOT_VERSION = 2

export interface Snapshot {
  readonly state: RunState
  /** Where in the journal the events after `state.seq` begin. */
  readonly journalBytes: number
  /** Length of the line that holds event `state.seq`, which ends there. */
  readonly lastLineBytes: number
  /** The checksum of that line, which stands for all before it too; an older pawl names none. */
  readonly lastLineCrc?: string
  /** CRC-32 of the journal up to there, in hex; an older pawl names none, or one that is not right any more. */
  readonly journalCrc?: string
}

export type Unfit = { readonly newerVersion: number } | "damaged"

/** CRC-32 of all that came before, and of this. */
const crcOf = (text: string, before = 0): number => Bun.hash.crc32(text, before)
export const inHex = (crc: number): string => crc.toString(16).padStart(8, "0")

/** UTF-16 units of a piece, at the least; the last one may be shorter. */
const PIECE = 64 * 1024

/** All but the checksum and the end. */
function* bodyOf({ state, ...place }: Snapshot): Generator<string> {
  const { targets, ...rest } = state
  const head = stringifyJson({ version: SNAPSHOT_VERSION, ...place, ...rest }, 1)
  yield `${head.slice(0, -2)},\n "targets": {`
  let separator = "\n"
  for (const [id, target] of targets) {
    // A line ends nowhere within a text.
    yield `${separator}  ${JSON.stringify(id)}: ${stringifyJson(storedTarget(target), 1).replaceAll("\n", "\n  ")}`
    separator = ",\n"
  }
  yield separator === "\n" ? "}" : "\n }"
}

/**
 * The text of a snapshot, in pieces: one JSON object, readable with `jq`, its checksum last. No more than a few of its
 * targets are there at the same time.
 */
export function* encodeSnapshot(snapshot: Snapshot): Generator<string> {
  let crc = 0
  let text = ""
  for (const part of bodyOf(snapshot)) {
    text += part
    if (text.length < PIECE) continue
    crc = crcOf(text, crc)
    yield text
    text = ""
  }
  yield `${text},\n "checksum": "${inHex(crcOf(text, crc))}"\n}\n`
}

const storedTarget = ({ within, ...target }: TargetState): StoredTarget =>
  within === undefined
    ? target
    : { ...target, within: Object.fromEntries(HashMap.toEntries(within).toSorted(([a], [b]) => (a < b ? -1 : 1))) }

const isFlat = (target: StoredTarget): target is StoredTarget & { readonly within?: never } =>
  target.within === undefined

const readTarget = (target: StoredTarget): TargetState =>
  isFlat(target) ? target : { ...target, within: HashMap.fromIterable(Object.entries(target.within ?? {})) }

const versionOf = (value: unknown): number =>
  typeof value === "object" && value !== null && "version" in value && typeof value.version === "number"
    ? value.version
    : 0

const tail = /,\n "checksum": "([0-9a-f]{8})"\n\}\n$/

/** Reads a snapshot. Left: it is damaged, or of a version that this pawl does not know. */
export const decodeSnapshot = (text: string): Either.Either<Snapshot, Unfit> => {
  const parsed = Either.try({ try: (): unknown => parseStored(text), catch: () => "damaged" as const })
  if (Either.isLeft(parsed)) return Either.left(parsed.left)
  const value = parsed.right
  const version = versionOf(value)
  if (version > SNAPSHOT_VERSION) return Either.left({ newerVersion: version })
  const found = tail.exec(text)
  if (found === null || inHex(crcOf(text.slice(0, found.index))) !== found[1]) return Either.left("damaged")
  if (!isStored(value)) return Either.left("damaged")
  const { checksum: _c, journalBytes, journalCrc, lastLineBytes, lastLineCrc, targets, version: _v, ...rest } = value
  return Either.right({
    state: {
      ...rest,
      targets: storedTargets(Object.entries(targets).map(([id, target]) => [id, readTarget(target)]))
    },
    journalBytes,
    lastLineBytes,
    ...(lastLineCrc === undefined ? {} : { lastLineCrc }),
    ...(journalCrc === undefined ? {} : { journalCrc })
  })
}
