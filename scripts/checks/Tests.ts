/**
 * Runs one project of the tests and counts its tests.
 *
 * Owns reading vitest's own JSON report. The surprise: a run can fail without a failed test (a file that
 * does not load, an error nobody waited for, no test at all); that counts as one failure, never as none.
 */
import { mkdir, readFile, rm } from "node:fs/promises"
import { join } from "node:path"
import { root, say, type Tally } from "./Check.ts"

/** What is read of vitest's report. */
export interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
}

const readReport = async (path: string): Promise<Report | undefined> => {
  try {
    return JSON.parse(await readFile(path, "utf8"))
  } catch {
    // Vitest ended before it wrote one; its own output, which was streamed, says why.
    return undefined
  }
}

/**
 * Counts a run of tests.
 *
 * @param report absent where vitest wrote none.
 * @param ok whether vitest ended with exit code 0.
 */
export const tally = (report: Report | undefined, ok: boolean): Tally => {
  const { numPassedTests: passed, numFailedTests: failed } = report ?? { numPassedTests: 0, numFailedTests: 0 }
  return { passed, failed: failed === 0 && (!ok || passed === 0) ? 1 : failed }
}

/**
 * Runs the tests of `project` (see `vitest.config.ts`), their output streamed.
 *
 * @param filters parts of paths of test files; none means all of the project.
 */
export const runTests = async (project: string, filters: ReadonlyArray<string> = []): Promise<Tally> => {
  const reportFile = join(root, "dist/test", `${project}.json`)
  await mkdir(join(root, "dist/test"), { recursive: true })
  await rm(reportFile, { force: true })
  const child = Bun.spawn([
    process.execPath,
    "node_modules/vitest/vitest.mjs",
    "run",
    "--config=scripts/vitest.config.ts",
    `--project=${project}`,
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${reportFile}`,
    ...filters
  ], { cwd: root, stdio: ["ignore", "inherit", "inherit"] })
  const exitCode = await child.exited
  const report = await readReport(reportFile)
  const { passed, failed } = tally(report, exitCode === 0)
  const skipped = report === undefined ? 0 : report.numPendingTests + report.numTodoTests
  const word = failed === 0 ? "passed" : "failed"
  say(`${word} ${project} tests: ${passed} passed, ${failed} failed${skipped === 0 ? "" : `, ${skipped} skipped`}`)
  return { passed, failed }
}
