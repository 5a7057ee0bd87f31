/** What each part of `npm run torture` is: something that is done many times, and that must never go wrong. */

export interface Wishes {
  /** How many rounds: seeds, kills or inputs, whatever the part counts. Absent: what the part takes for enough. */
  readonly rounds?: number
  /** The first seed; each round takes the next. Absent: one that is drawn and printed. */
  readonly seed?: number
  /** The short form, for `npm test`. */
  readonly quick: boolean
  /** Progress, a line now and then, for a person. */
  readonly say: (line: string) => void
}

export interface Outcome {
  /** One a broken promise: what was promised, what was seen, and the command that shows it again. */
  readonly failures: ReadonlyArray<string>
  /** What was done, in the order in which it is shown: `seeds run`, `crash points`, … */
  readonly figures: Readonly<Record<string, number | string>>
  /** Why the part could not be tried here, for example `GNU parallel is not installed`. */
  readonly skipped?: string
}

export interface Part {
  readonly summary: string
  readonly run: (wishes: Wishes) => Promise<Outcome>
}
