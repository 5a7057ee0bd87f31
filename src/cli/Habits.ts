/**
 * Flags of other tools, and what takes their place here.
 *
 * Owns what whoever comes from GNU parallel, xargs, make or Ansible types first. Pure.
 */

const sideBySide = "`-j N` says how many run side by side"
const onePerItem = "each item is a call of its own, with its own outcome"
const wentOn = "the same command goes on by itself; `--retry-blocked` tries again what is blocked"
const shown = "progress is shown by itself; see `--progress`"

const instead: ReadonlyMap<string, string> = new Map([
  ["--jobs", sideBySide],
  ["--max-procs", sideBySide],
  ["--parallel", sideBySide],
  ["--forks", sideBySide],
  ["-P", sideBySide],
  ["-n", onePerItem],
  ["-N", onePerItem],
  ["-L", onePerItem],
  ["--max-args", onePerItem],
  ["--max-lines", onePerItem],
  ["--pipe", "items reach the command as arguments, and never by standard input"],
  ["-I", "an item stands where `{}` is; see `pawl help each`"],
  ["--replace", "an item stands where `{}` is; see `pawl help each`"],
  ["-a", "a list is read from standard input: `< FILE`"],
  ["--arg-file", "a list is read from standard input: `< FILE`"],
  ["--colsep", "lines of JSON have fields: `--jsonl`, and `{.field}` in the command"],
  ["--joblog", "it is kept anyway: see `pawl status` and `pawl events`"],
  ["--results", "what each target prints is kept anyway: see `pawl logs`"],
  ["--resume", wentOn],
  ["--resume-failed", wentOn],
  ["--bar", shown],
  ["--eta", shown],
  ["--keep-going", "`--auto-advance` goes on past what is blocked"],
  ["--ignore-errors", "`--auto-advance` goes on past what is blocked"],
  ["--dryrun", "`pawl simulate` and `pawl run --dry-run` tell what would happen"],
  ["--check", "`pawl simulate` and `pawl run --dry-run` tell what would happen"],
  ["--limit", "`--only PATTERN` and `--target ID` choose targets"],
  ["--tags", "`--only PATTERN` and `--target ID` choose targets"],
  ["--file", "the manifest is an argument: `pawl run FILE`"]
])

/** What to use in the place of a flag, where another tool has it; a number may stand right behind a short one. */
export const habitHint = (flag: string): string | undefined =>
  instead.get(flag) ?? instead.get(flag.replace(/^(-[A-Za-z])\d+$/, "$1"))
