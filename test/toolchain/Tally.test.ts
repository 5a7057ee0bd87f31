/** The last line of `npm test` never says that all is well when it is not. */
import { expect, it } from "@effect/vitest"
import { tally } from "../../scripts/checks/Tests.ts"

const report = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 }

it.each([
  ["tests that pass", report, true, { passed: 3, failed: 0 }],
  ["tests of which some fail", { ...report, numFailedTests: 2 }, false, { passed: 3, failed: 2 }],
  ["a file that does not load beside tests that pass", report, false, { passed: 3, failed: 1 }],
  ["no test at all", { ...report, numPassedTests: 0 }, true, { passed: 0, failed: 1 }],
  ["skipped tests alone", { ...report, numPassedTests: 0, numPendingTests: 5 }, true, { passed: 0, failed: 1 }],
  ["a run that wrote no report", undefined, false, { passed: 0, failed: 1 }]
])("counts %s", (_what, given, ok, expected) => {
  expect(tally(given, ok)).toEqual(expected)
})
