/**
 * Keys that people write on a step though they belong somewhere else, with where that is.
 *
 * Owns these hints. They are read where a key is not known (`IssueWords.ts`), and decide nothing.
 */

const each = (keys: ReadonlyArray<string>, hint: string): Readonly<Record<string, string>> =>
  Object.fromEntries(keys.map((key) => [key, hint]))

const onTarget = "a breaker counts the steps of a target: put it under `failure` of the target or the batch"

/** On any step. */
const anywhere = {
  ...each(["retries"], "put it under `failure`, as in `failure: { retries: { maxAttempts: 3 } }`"),
  ...each(
    ["maxAttempts", "backoffSeconds", "factor", "maxBackoffSeconds", "jitter"],
    "put it under `failure`, in `retries`"
  ),
  circuitBreaker: onTarget,
  threshold: onTarget,
  ...each(["approval", "policy", "options", "onReject", "show"], "put it under `gate`"),
  over: "put it under `map`",
  maxParallel: "put it under `map` or `parallel`",
  ...each(["while", "until", "maxIterations", "every"], "put it under `loop`"),
  preflight: "it is made before any target starts: put it at the top of the manifest",
  needs: "steps follow each other: a target has `needs`",
  labels: "it belongs to the target",
  forEach: "it belongs to the target; what is done for each item of a list within one is a `map`"
}

const ofAttempts = ["shell", "timeout", "outputs", "idempotent"]

/** On a step that makes attempts. */
export const attemptPlaces = anywhere

const noTimeout = "an approval waits as long as it takes, a check has its own: `policy: { run: …, timeout: 90s }`"

export const gatePlaces = {
  ...anywhere,
  timeout: noTimeout,
  shell: "a check has its own: `policy: { run: …, shell: … }`"
}

/** On `if` and `switch`. */
export const branchPlaces = { ...anywhere, ...each(ofAttempts, "put it on the steps within") }

/** On `map`, `parallel` and `loop`; `block` is the key that holds what the kind can be told. */
const blockPlaces = (block: string, keys: ReadonlyArray<string>) => ({
  ...branchPlaces,
  ...each(keys, `put it under \`${block}\``)
})
export const mapPlaces = blockPlaces("map", ["maxParallel"])
export const parallelPlaces = blockPlaces("parallel", ["maxParallel"])
export const loopPlaces = blockPlaces("loop", [])

/** In the block of such a kind. */
export const insidePlaces = (block: string) =>
  each(
    ["steps", "id", "name", "when", "continueOnError", "failure", "env", "workdir"],
    `put it beside \`${block}\`, not in it`
  )

/** In a gate. */
export const decisionPlaces = {
  ...each(["run", "shell", "command"], "a check is a policy: `policy: { run: … }`"),
  timeout: noTimeout,
  ...each(["message", "question", "prompt"], "the question itself is the `approval`"),
  ...each(["id", "name", "when", "continueOnError", "env", "workdir"], "put it beside `gate`, not in it")
}
/** In the check of a policy. */
export const checkPlaces = each(["onReject", "show", "options"], "put it beside `policy`, not in it")
