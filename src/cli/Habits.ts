/**
 * Flags of other tools, and what takes their place here.
 *
 * Owns what whoever comes from GNU parallel, xargs, make or Ansible types first. Pure.
 */

interface Instead {
  readonly hint: string
  /** A flag that a command has for which this is of any use. */
  readonly needs: string
}

const sideBySide = { hint: "`-j N` says how many run side by side", needs: "--max-parallel" }
const onePerItem = { hint: "each item is a call of its own, with its own outcome", needs: "--jsonl" }
const placeholder = { hint: "an item stands where `{}` is; see `pawl help each`", needs: "--jsonl" }
const fromFile = { hint: "a list is read from standard input: `< FILE`", needs: "--jsonl" }
const wentOn = {
  hint: "the same command goes on by itself; `--retry-blocked` tries again what is blocked",
  needs: "--retry-blocked"
}
const shown = { hint: "progress is shown by itself; see `--progress`", needs: "--progress" }
const goesOn = { hint: "`--auto-advance` goes on past what is blocked", needs: "--auto-advance" }
const dry = { hint: "`--dry-run` tells what would happen", needs: "--dry-run" }
const chosen = { hint: "`--only PATTERN` and `--target ID` choose targets", needs: "--only" }

const instead: ReadonlyMap<string, Instead> = new Map([
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
  ["--pipe", { hint: "items reach the command as arguments, and never by standard input", needs: "--jsonl" }],
  ["-I", placeholder],
  ["--replace", placeholder],
  ["-a", fromFile],
  ["--arg-file", fromFile],
  ["--colsep", { hint: "lines of JSON have fields: `--jsonl`, and `{.field}` in the command", needs: "--jsonl" }],
  ["--joblog", { hint: "it is kept anyway: see `pawl status` and `pawl events`", needs: "--max-parallel" }],
  ["--results", { hint: "what each target prints is kept anyway: see `pawl logs`", needs: "--max-parallel" }],
  ["--resume", wentOn],
  ["--resume-failed", wentOn],
  ["--bar", shown],
  ["--eta", shown],
  ["--keep-going", goesOn],
  ["--ignore-errors", goesOn],
  ["--dryrun", dry],
  ["--check", dry],
  ["--limit", chosen],
  ["--tags", chosen],
  ["--file", { hint: "the manifest is an argument: `pawl run FILE`", needs: "--dry-run" }]
])

/**
 * What to use in the place of a flag, where another tool has it, of a command that has the flags `known`; a number may
 * stand right behind a short one.
 */
export const habitHint = (flag: string, known: ReadonlyArray<string>): string | undefined => {
  const found = instead.get(flag) ?? instead.get(flag.replace(/^(-[A-Za-z])\d+$/, "$1"))
  return found !== undefined && known.includes(found.needs) ? found.hint : undefined
}
