/** Where a plan comes from: shared by `run`, `validate`, `plan` and `simulate`. */
export interface PlanSource {
  /** Path of the manifest as the user wrote it; `-` is standard input. */
  readonly manifest: string
  /** `k=v`, in the order given. */
  readonly input: ReadonlyArray<string>
  /** A JSON or YAML file of inputs; `-` is standard input. */
  readonly inputs?: string
}
