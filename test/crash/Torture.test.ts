/** The torture of the executable in its short form; the long one is `npm run torture`. */
import { expect, it } from "vitest"
import { part as disk } from "../../scripts/torture/DiskFaults.ts"
import { part as kill } from "../../scripts/torture/Kill.ts"

const short = { quick: true, seed: 1, say: () => {} }
/** Many calls of pawl, one after another; milliseconds. */
const patience = 180_000

it("nothing is lost and no finished step runs again, whenever pawl is killed", async () => {
  const { failures, figures } = await kill.run(short)
  expect(failures).toEqual([])
  // A drawn moment may come after the end.
  expect(figures["kills"]).toBeGreaterThanOrEqual(1)
}, patience)

it("whatever happens to its files, pawl says so or goes on, and never starts afresh in silence", async () => {
  const { failures, figures } = await disk.run(short)
  expect(failures).toEqual([])
  expect(figures["disk faults, met and mended"]).toBeGreaterThan(20)
}, patience)
