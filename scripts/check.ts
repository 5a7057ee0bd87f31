/** The inner loop, `npm run check`: what can be said of the source in seconds, without building or running it. */
import { say } from "./checks/Check.ts"
import { runStatic } from "./checks/Static.ts"

const { passed, failed } = await runStatic()
say(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
