/**
 * Everything that has to hold, `npm test`: the static checks, the build, generated files, and the tests.
 *
 * Owns the order and the last line, `N passed, N failed`, which is for machines. The surprise: without
 * an executable the end-to-end tests are not started, and that is a failure.
 */
import { add, type Check, none, runCheck, say, type Tally } from "./checks/Check.ts"
import { runStatic } from "./checks/Static.ts"
import { runTests } from "./checks/Tests.ts"

const build: Check = { name: "build", commands: [["bun", "build.ts"]] }

const generated: Check = {
  name: "generated files",
  commands: [["bun", "scripts/generate.ts", "--check"]],
  hint: "`npm run generate` writes them anew"
}

const endToEnd = async (built: Tally): Promise<Tally> => {
  if (built.failed === 0) return runTests("e2e")
  say("failed e2e tests: there is no executable to test, since the build failed")
  return { passed: 0, failed: 1 }
}

const source = await runStatic()
const built = await runCheck(build)
const rest = [await runCheck(generated), await runTests("unit"), await endToEnd(built)]
const { passed, failed } = [source, built, ...rest].reduce(add, none)
say(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
