/**
 * Every place of the write path at which pawl can die, or be told of an error.
 *
 * Owns the list, written down by hand from what the write path is meant to be. Pure. The surprise:
 * it is held against what is seen, in both directions: a place that is never met has not been
 * tortured, and one that is not on the list is a call that nobody thought of.
 */

const deaths = ["killed", "power cut"] as const
const moments = ["before", "during", "after"] as const

/** What a path is, whichever run it belongs to. */
export const roleOf = (path: string): string => {
  const [manifest, state, batch, kind, run, ...rest] = path.split("/").filter((part) => part !== "")
  if (manifest === undefined) return "root"
  if (state === undefined) return "folder above"
  if (batch === undefined) return "state folder"
  if (kind === undefined) return "batch folder"
  if (run === undefined) return kind === "runs" || kind === "removed" ? `${kind} folder` : kind
  const name = rest.at(-1)
  if (name === undefined) return kind === "removed" ? "removed run" : "run folder"
  if (rest.length === 1 && (name === "logs" || name === "inbox")) return `${name} folder`
  if (/^\.gate-\d+/.test(name)) return "decision.tmp"
  if (/^gate-\d+/.test(name)) return "decision"
  return name.replace(/^plan\.\d+\./, "plan.N.")
}

const replaced = (role: string, folder: string): ReadonlyArray<string> => [
  `replace ${role}: open ${role}.next`,
  `replace ${role}: write ${role}.next`,
  `replace ${role}: sync ${role}.next`,
  `replace ${role}: rename ${role}.next`,
  `replace ${role}: sync ${folder}`
]

/** Method of the disk and file, then the call and what it is about. */
export const sites: ReadonlyArray<string> = [
  ...replaced("plan.json", "run folder"),
  ...replaced("plan.N.json", "run folder"),
  ...replaced("current", "batch folder"),
  ...replaced("origin.json", "run folder"),
  ...replaced("checkpoint.json", "run folder"),
  ...replaced("summary.json", "run folder"),
  "makeFolder batch folder: make batch folder",
  "makeFolder batch folder: make state folder",
  "makeFolder batch folder: sync folder above",
  "makeFolder batch folder: sync root",
  "makeFolder batch folder: sync state folder",
  "makeFolder inbox folder: make inbox folder",
  "makeFolder inbox folder: sync run folder",
  "makeFolder inbox folder: sync runs folder",
  "makeFolder logs folder: make logs folder",
  "makeFolder logs folder: make run folder",
  "makeFolder logs folder: make runs folder",
  "makeFolder logs folder: sync batch folder",
  "makeFolder logs folder: sync run folder",
  "makeFolder logs folder: sync runs folder",
  "makeFolder logs folder: sync state folder",
  "remove current: remove current",
  "remove current: sync batch folder",
  "remove run folder: remove run folder",
  "remove run folder: sync runs folder",
  "syncFolder batch folder: sync batch folder",
  "append journal.ndjson: open journal.ndjson",
  "append journal.ndjson: sync run folder",
  "append journal.ndjson: truncate journal.ndjson",
  "append journal.ndjson: write journal.ndjson",
  "append journal.ndjson: sync journal.ndjson",
  "create decision: open decision.tmp",
  "create decision: write decision.tmp",
  "create decision: sync decision.tmp",
  "create decision: link decision.tmp",
  "create decision: unlink decision.tmp",
  "create decision: sync inbox folder"
]

/** Every site at every moment, for both deaths. */
export const crashPoints: ReadonlyArray<string> = sites.flatMap((site) =>
  moments.flatMap((moment) => deaths.map((death) => `${site}, ${moment}, ${death}`))
)

/** Every site where a call may fail. */
export const faultPoints: ReadonlyArray<string> = sites.map((site) => `${site}, fault`)
