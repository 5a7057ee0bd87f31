/**
 * `pawl each` as data: its flags and its help.
 *
 * Owns their words. The surprise: after the command nothing is a flag of pawl any more, as with
 * `xargs` and GNU parallel.
 */
import type { CommandData } from "./CommandData.ts"
import { count, onSwitch, span, text } from "./Flag.ts"
import { common, running } from "./Flags.ts"

const listing = {
  null: onSwitch({
    name: "null",
    alias: "0",
    description: "items on standard input end with NUL, not with a line end"
  }),
  jsonl: onSwitch({ name: "jsonl", description: "items on standard input are JSON, one a line: {.field}, {.a.b}" }),
  retries: count({ name: "retries", least: 1, description: "try each item up to N times in all (default: 1)" }),
  timeout: span({ name: "timeout", description: "how long one attempt may take" }),
  keepOrder: onSwitch({ name: "keep-order", alias: "k", description: "print output in the order of the items" }),
  tag: onSwitch({ name: "tag", description: "put the id of the item and a tab before each line" }),
  name: text({
    name: "name",
    metavar: "NAME",
    description: "remember what is done under this name: a later call does only what is left"
  })
}

/** What `pawl each` has in common with `pawl run`. */
const manner = {
  maxParallel: running.maxParallel,
  autoAdvance: running.autoAdvance,
  strict: running.strict,
  cap: running.cap,
  maxBlocked: running.maxBlocked,
  halt: running.halt,
  load: running.load,
  memfree: running.memfree,
  noWait: running.noWait,
  grace: running.grace,
  progress: running.progress,
  tail: running.tail,
  fresh: running.fresh,
  retryErrors: running.retryErrors,
  retryBlocked: running.retryBlocked,
  runId: running.runId,
  allowChanges: running.allowChanges
}

export const eachData = {
  name: "each",
  summary: "run a command for each item of a list, without a manifest",
  arguments: [{ name: "COMMAND", required: true, description: "the program to run, and its words" }],
  rest: "[WORD...] [::: ITEM...]",
  flags: { ...manner, ...listing, ...common },
  details: [
    "The items are the lines of standard input, or the words after `:::`; several `:::` are crossed. In the words of the "
    + "command {} is the item, {/} its last part as a path, {//} its folder, {.} the item and {/.} its last part without "
    + "extension, {#} its number, {1} and {2} (also {1/} and so on) what the first and second `:::` gave. Without any of "
    + "these the item is put after the words. An item is always an argument, never text of a shell.",
    "What items print goes to standard output and standard error, that of each item together, and the summary to "
    + "standard error. With --format json or ndjson standard output has only pawl's own document, and what items print "
    + "is in their logs.",
    "An item that fails does not hold up the others, and makes the exit code 1; --no-auto-advance stops at the first, "
    + "and with --auto-advance the exit code is 0 where at least one completed, as with `pawl run`.",
    "Everything else is as with `pawl run`: state, logs, exit codes, and `pawl status`, `logs` and `resume`. Without "
    + "--name a call that was cut short is gone on with by the same call; one that came to its end is done again."
  ],
  examples: [
    "ls *.gz | pawl each -j4 --retries 3 -- gzip -t {}",
    "pawl each -- curl -fsSO {} ::: https://example.org/a https://example.org/b",
    "find . -name '*.png' -print0 | pawl each -0 --name png -- optipng {}",
    "pawl each --jsonl --tag -- ping -c1 {.host.name} < hosts.jsonl"
  ]
} as const satisfies CommandData
