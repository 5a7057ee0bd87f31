/**
 * The programs pawl is compared with: found on this machine, or fetched by exact version.
 *
 * Owns where each comes from. Whatever is fetched goes to a cache below `node_modules`, and nothing of the
 * machine or the repository changes. The surprise: what npm brings is not run by its wrapper, which would add the
 * start of Node to each call, but is the executable itself.
 */
import { existsSync, mkdirSync } from "node:fs"
import { join } from "node:path"

export type PeerName = "parallel" | "make" | "xargs" | "ninja" | "just" | "task" | "dagu" | "snakemake"

interface Source {
  readonly name: PeerName
  readonly title: string
  /** The arguments that make it say its version. */
  readonly version: ReadonlyArray<string>
  /** What it is called in a registry, with the exact version where the registry has several. */
  readonly package: string
  /** Commands that bring it into `folder`, and the executable they bring. */
  readonly bring: (folder: string, source: string) => ReadonlyArray<ReadonlyArray<string>>
  readonly file: string
  /** Whether that of the machine will do; of the others another program may have the name. */
  readonly isSystems?: boolean
}

export interface Peers {
  /** Path of the executable, by name. */
  readonly found: ReadonlyMap<string, string>
  /** One line a peer: its version, or why it is not there. */
  readonly notes: ReadonlyArray<string>
}

const platform = `${process.platform}-${process.arch}`

const fromNpm = (folder: string, source: string): ReadonlyArray<string> => [
  "npm",
  "install",
  "--prefix",
  folder,
  "--ignore-scripts",
  "--no-audit",
  "--no-fund",
  source
]

const fromDebian = (folder: string, source: string): ReadonlyArray<ReadonlyArray<string>> => [
  ["apt-get", "download", source],
  ["sh", "-c", `dpkg-deb --extract "$1"/*.deb "$1"`, "sh", folder]
]

const debian = (name: PeerName, title: string, source: string): Source => ({
  name,
  title,
  version: ["--version"],
  package: source,
  isSystems: true,
  bring: fromDebian,
  file: `usr/bin/${name}`
})

const sources: ReadonlyArray<Source> = [
  debian("parallel", "GNU parallel", "parallel"),
  debian("make", "GNU make", "make"),
  debian("xargs", "xargs", "findutils"),
  debian("ninja", "ninja", "ninja-build"),
  {
    name: "just",
    title: "just",
    version: ["--version"],
    package: "rust-just@1.57.0",
    bring: (folder, source) => [fromNpm(folder, source)],
    file: `node_modules/rust-just-${platform}/bin/just`
  },
  {
    name: "task",
    title: "Task",
    version: ["--version"],
    package: "@go-task/cli@3.54.0",
    // Its package has no executable: its install script fetches one.
    bring: (folder, source) => [
      fromNpm(folder, source),
      ["node", join(folder, "node_modules/@go-task/cli/install.js")]
    ],
    file: "node_modules/@go-task/cli/bin/task"
  },
  {
    name: "dagu",
    title: "Dagu",
    version: ["version"],
    package: `@dagu-org/dagu-${platform}@1.30.2`,
    bring: (folder, source) => [fromNpm(folder, source)],
    file: `node_modules/@dagu-org/dagu-${platform}/bin/dagu`
  },
  {
    name: "snakemake",
    title: "Snakemake",
    version: ["--version"],
    package: "snakemake==8.29.2",
    bring: (folder, source) => [
      ["python3", "-m", "venv", folder],
      [join(folder, "bin/pip"), "install", "--quiet", "--retries", "0", "--timeout", "20", source]
    ],
    file: "bin/snakemake"
  }
]

/** Runs a command in `folder`; what went wrong, in one line. */
const attempt = (command: ReadonlyArray<string>, folder: string): string | undefined => {
  const [program = ""] = command
  if (Bun.which(program) === null) return `there is no ${program}`
  const { exitedDueToTimeout, stderr, success } = Bun.spawnSync([...command], { cwd: folder, timeout: 180_000 })
  if (success) return undefined
  const lines = stderr.toString().split("\n").map((line) => line.trim())
  const said = lines.findLast((line) => /error|fail/i.test(line)) ?? lines.findLast((line) => line !== "")
  return exitedDueToTimeout === true ? "no answer for three minutes" : said ?? "it failed without a word"
}

/** The executable, or why it can't be had. */
const obtain = (source: Source, cache: string): { readonly file: string } | { readonly why: string } => {
  const installed = source.isSystems === true ? Bun.which(source.name) : null
  if (installed !== null) return { file: installed }
  const folder = join(cache, source.package.replaceAll("/", "+"))
  const file = join(folder, source.file)
  if (existsSync(file)) return { file }
  mkdirSync(folder, { recursive: true })
  for (const command of source.bring(folder, source.package)) {
    const wrong = attempt(command, folder)
    if (wrong !== undefined) return { why: `${source.package}: ${wrong}` }
  }
  return existsSync(file) ? { file } : { why: `${source.package} has no executable for ${platform}` }
}

const versionOf = (file: string, { title, version }: Source): string => {
  const { stderr, stdout } = Bun.spawnSync([file, ...version])
  const said = `${stdout.toString()}\n${stderr.toString()}`.trim().split("\n")[0] ?? ""
  return said.toLowerCase().includes(title.toLowerCase()) ? said : `${title} ${said}`
}

/** Looks for all peers; those that are not on this machine are fetched into `cache` or left out. */
export const findPeers = (cache: string): Peers => {
  mkdirSync(cache, { recursive: true })
  const answers = sources.map((source) => ({ source, answer: obtain(source, cache) }))
  return {
    found: new Map(answers.flatMap(({ answer, source }) => "file" in answer ? [[source.name, answer.file]] : [])),
    notes: answers.map(({ answer, source }) =>
      "file" in answer ? versionOf(answer.file, source) : `${source.title} is left out: ${answer.why}`
    )
  }
}
