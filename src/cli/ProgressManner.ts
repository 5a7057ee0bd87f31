/**
 * How a run is shown while it goes: not at all, in lines, or as a display that stays in place.
 *
 * Owns that choice. Pure. The surprise: `--progress live` without a terminal is no error but gives lines, since how
 * a run is watched is no reason not to run it.
 */

export type Manner = "none" | "plain" | "live"

export interface Surroundings {
  /** `--progress`, where it was given. */
  readonly asked: Manner | undefined
  /** `--quiet`: no progress, whatever else was said. */
  readonly quiet: boolean
  /** Standard error is a terminal. */
  readonly isTerminal: boolean
  /** It knows no control sequences (`TERM=dumb`). */
  readonly isDumb: boolean
  /** Events go to a terminal as NDJSON meanwhile: a display would be torn by them. */
  readonly eventsOnTerminal: boolean
}

/** The manner of a run in its surroundings. */
export const mannerOf = ({ asked, eventsOnTerminal, isDumb, isTerminal, quiet }: Surroundings): Manner => {
  if (quiet || asked === "none") return "none"
  if (asked === "plain") return "plain"
  if (asked === "live") return isTerminal && !eventsOnTerminal ? "live" : "plain"
  if (eventsOnTerminal) return "none"
  return isTerminal && !isDumb ? "live" : "plain"
}
