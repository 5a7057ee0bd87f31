import { describe, expect, it } from "@effect/vitest"
import { Ajv } from "ajv"
import { PlanError } from "../../src/plan/PlanError.ts"
import { errorDocument } from "../../src/report/ErrorDocument.ts"
import { reportSchema, type ReportSchemaName } from "../../src/report/Schemas.ts"
import { statusDocument, summarize } from "./listed.ts"
import {
  all,
  blocked,
  completed,
  gate,
  halted,
  opened,
  paused,
  plan,
  planOf,
  stamped,
  started,
  state
} from "./plans.ts"

const validator = (name: ReportSchemaName) => {
  const validate = new Ajv({ strict: false }).compile(reportSchema(name))
  return (document: unknown): boolean => validate(JSON.parse(JSON.stringify(document)))
}

const two = plan(["api", "web"])
const facts = [started(two), ...blocked("api"), ...completed("web"), halted("AllDoneOrBlocked")]
const summary = summarize({ plan: two, state: state(...facts), selection: all(two), exitCode: 0, outputs: { a: 1 } })
const status = statusDocument({ plan: two, state: state(...facts) })
const shipping = planOf(["api"], [gate("ship")])
const waiting = state(
  started(shipping),
  { type: "TargetStarted", target: "api" },
  opened("api", "ship"),
  paused("api", "ship"),
  halted("AwaitingApproval")
)
const error = errorDocument(new PlanError({ message: "m", hint: "h", details: [] }))

describe("a JSON Schema, as an independent validator reads it", () => {
  it("of a summary takes what pawl prints and nothing that is wrong", () => {
    const isValid = validator("summary")
    expect(isValid(summary)).toBe(true)
    expect(isValid({ ...summary, status: "fine" })).toBe(false)
    expect(isValid({ ...summary, exitCode: "0" })).toBe(false)
    expect(isValid({ ...summary, exitCode: 0.5 })).toBe(false)
    expect(isValid({ ...summary, targets: [{ id: "api" }] })).toBe(false)
    const resting = summarize({ plan: shipping, state: waiting, selection: all(shipping), exitCode: 3, outputs: {} })
    expect(isValid(resting)).toBe(true)
    expect(isValid({ ...resting, gates: [{ target: "api" }] })).toBe(false)
    const { counts: _counts, ...uncounted } = summary
    expect(isValid(uncounted)).toBe(false)
  })

  it("lets fields through that a later minor version may add", () => {
    expect(validator("summary")({ ...summary, later: true })).toBe(true)
  })

  it("of an event takes every event of a run and no other", () => {
    const isValid = validator("event")
    for (const event of stamped(facts)) expect([event.type, isValid(event)]).toEqual([event.type, true])
    expect(isValid({ seq: 1, at: "x", type: "Unheard" })).toBe(false)
    expect(isValid({ ...stamped(facts)[0], seq: 0 })).toBe(false)
  })

  it("of a status takes what pawl prints and nothing that is wrong", () => {
    const isValid = validator("status")
    expect(isValid(status)).toBe(true)
    expect(isValid({ ...status, live: { pid: 7 }, haltReason: null, finishedAt: null, status: "running" })).toBe(true)
    expect(isValid({ ...status, live: {} })).toBe(false)
    const left = { target: "api", path: "ship", opened: 3, option: "approve", by: "ann" }
    const resting = statusDocument({ plan: shipping, state: waiting, decisions: [left] })
    expect([isValid(resting), resting.gates[0]?.decision]).toEqual([true, { option: "approve", by: "ann" }])
    expect(isValid({ ...resting, gates: resting.gates.map((each) => ({ ...each, decision: {} })) })).toBe(false)
  })

  it("of an error takes what pawl prints and nothing that is wrong", () => {
    const isValid = validator("error")
    expect(isValid(error)).toBe(true)
    expect(isValid({ ...error, errors: [] })).toBe(false)
    expect(isValid({ ...error, errors: [{ hint: "h" }] })).toBe(false)
  })

  it.each(["summary", "event", "status", "error"] as const)("of %s says what it is of", (name) => {
    expect(JSON.stringify(reportSchema(name))).toContain(`pawl.${name}/v1`)
  })
})
