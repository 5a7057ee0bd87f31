/**
 * Which targets of a plan one invocation is about, and in which order they start.
 */

/** Why the selection is what it is; decides the halt reason when all of it is through. */
export type SelectedBy = "all" | "targets" | "filter"

export interface Selection {
  readonly by: SelectedBy
  /** Indices into `Plan.targets`, each once, in the order the targets start. */
  readonly order: ReadonlyArray<number>
  /** Whether more may come to the end of `order`; absent: nothing does. */
  readonly isOpen?: () => boolean
  /** Things worth a word on standard error, such as a target named twice. */
  readonly notes: ReadonlyArray<string>
}
