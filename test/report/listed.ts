/** Reports with their targets as an array, to look into. */
import * as status from "../../src/report/StatusDocument.ts"
import * as summary from "../../src/report/Summarize.ts"
import type { TargetList } from "../../src/report/TargetList.ts"

const listed = <A extends { readonly targets: TargetList }>(report: A) => ({
  ...report,
  targets: Array.from(report.targets)
})

export const summarize = (ending: summary.Ending) => listed(summary.summarize(ending))

export const statusDocument = (view: status.StoredView, stateDir?: string) =>
  listed(status.statusDocument(view, stateDir))
