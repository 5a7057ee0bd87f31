/**
 * A part of the bench: those who are measured in turns, and what they are held to.
 *
 * Owns the shape alone. The surprise: a ratio is always between two contenders of one part, since only they
 * stood next to each other.
 */
import type { Contender } from "./Measure.ts"

export interface Comparison {
  readonly what: string
  /** Names of contenders. */
  readonly of: string
  readonly against: string
  /** What is compared; absent means the time. */
  readonly by?: "wallMs" | "peakMiB"
  /** How many times as often the other does it. */
  readonly times?: number
  /** The most the ratio may be; absent means it is only of interest. */
  readonly atMost?: number
}

/** What one contender may take at the most, whatever the others take. */
export interface Limit {
  readonly of: string
  readonly wallMs?: number
  readonly peakMiB?: number
}

export interface Part {
  /** What `--only` takes; parts of one family begin alike, `scale-…`. */
  readonly name: string
  /** What is measured and how it is made fair, without a full stop at its end. */
  readonly about: string
  readonly rounds: number
  readonly warmUp: boolean
  readonly contenders: ReadonlyArray<Contender>
  readonly comparisons: ReadonlyArray<Comparison>
  readonly limits?: ReadonlyArray<Limit>
}

/** The compiled programs that are measured, and the peers that are there, by name. */
export interface Programs {
  readonly pawl: string
  readonly floor: string
  readonly hello: string
  readonly empty: string
  readonly yaml: string
  readonly evaluate: string
  readonly peers: ReadonlyMap<string, string>
}
