import { describe, expect, it } from "@effect/vitest"
import { decide, isPastThreshold, type SchedulerOptions, type Situation } from "../../src/run/Scheduler.ts"

const calm: Situation = {
  next: { index: 0 },
  running: 0,
  placed: 0,
  due: 0,
  held: false,
  stuck: 0,
  paused: 0,
  waits: "none",
  total: 10,
  started: 0,
  capped: false,
  stop: undefined
}
const plain: SchedulerOptions = { selectedBy: "all", autoAdvance: false, maxParallel: 1 }
const advancing: SchedulerOptions = { ...plain, autoAdvance: true }

const cases: ReadonlyArray<readonly [string, Partial<Situation>, SchedulerOptions, string]> = [
  ["starts the next target", {}, plain, "Start 0"],
  ["waits while as many run as may", { running: 1, placed: 1 }, plain, "Wait"],
  ["starts another beside it where that is allowed", { running: 1, placed: 1 }, {
    ...plain,
    maxParallel: 2
  }, "Start 0"],
  ["starts another while the first waits for its next attempt", { running: 1 }, plain, "Start 0"],
  ["lets one that has waited go on before another starts", { running: 1, due: 1 }, plain, "GoOn"],
  ["lets one that has waited go on no earlier than there is a place", { running: 2, placed: 1, due: 1 }, plain, "Wait"],
  [
    "lets one that has waited go on though the run is about to halt",
    {
      running: 1,
      due: 1,
      stuck: 1,
      stop: "other"
    },
    plain,
    "GoOn"
  ],
  ["waits for those that wait before it halts", { running: 1, next: undefined }, plain, "Wait"],
  ["holds a start back while the machine has enough to do", { running: 1, placed: 1, held: true }, {
    ...plain,
    maxParallel: 2
  }, "Wait"],
  ["holds nothing back where nothing runs", { running: 1, held: true }, plain, "Start 0"],
  ["does not hold back what has begun", { running: 2, placed: 1, due: 1, held: true }, {
    ...plain,
    maxParallel: 2
  }, "GoOn"],
  ["waits where all that is left waits for what runs", { next: undefined, running: 1, placed: 1 }, plain, "Wait"],
  ["skips a target whose need is dead", { next: { index: 3, deadNeed: "a" } }, plain, "Skip 3 a"],
  ["halts when all are through", { next: undefined }, plain, "Halt AllDoneOrBlocked"],
  [
    "halts when the named targets are through",
    { next: undefined },
    { ...plain, selectedBy: "targets" },
    "Halt TargetCompleted"
  ],
  [
    "halts when the filtered targets are through",
    { next: undefined },
    { ...plain, selectedBy: "filter" },
    "Halt FilterExhausted"
  ],
  [
    "halts where nothing matches",
    { next: undefined, total: 0 },
    { ...plain, selectedBy: "filter" },
    "Halt NoMatchingItems"
  ],
  ["halts on a blocked target", { stuck: 1, stop: "other" }, plain, "Halt TargetBlocked"],
  [
    "halts to come back where one is blocked and another waits",
    { stuck: 1, stop: "other", waits: "some" },
    plain,
    "Halt RateLimited"
  ],
  ["halts to come back where too many are blocked and another waits", { stuck: 3, waits: "some" }, {
    ...advancing,
    maxBlocked: { count: 2 }
  }, "Halt RateLimited"],
  ["halts to come back at once where that was asked for", { stuck: 1, stop: "other", waits: "some", running: 1 }, {
    ...plain,
    halt: "now"
  }, "Halt RateLimited"],
  ["takes no part of a list that is still being read for too many", { stuck: 3, total: 3, more: true }, {
    ...advancing,
    maxBlocked: { percent: 1 }
  }, "Start 0"],
  ["takes one for too many of whatever number where none may be", { stuck: 1, total: 3, more: true }, {
    ...advancing,
    maxBlocked: { percent: 0 }
  }, "Halt FailureThresholdReached"],
  ["halts on an opened breaker", { stuck: 1, stop: "breaker-opened" }, plain, "Halt CircuitBreakerTripped"],
  ["lets what runs end before it halts", { stuck: 1, stop: "other", running: 1, placed: 1 }, plain, "Wait"],
  ["halts at once where that was asked for", { stuck: 1, stop: "other", running: 1, placed: 1 }, {
    ...plain,
    halt: "now"
  }, "Halt TargetBlocked"],
  ["halts at once on an opened breaker too", { stuck: 1, stop: "breaker-opened", running: 1, placed: 1 }, {
    ...plain,
    halt: "now"
  }, "Halt CircuitBreakerTripped"],
  ["halts at once past the threshold too", { stuck: 1, running: 1, placed: 1 }, {
    ...advancing,
    halt: "now",
    maxBlocked: { count: 0 }
  }, "Halt FailureThresholdReached"],
  [
    "lets what runs end before it halts on the cap, whatever was asked for",
    {
      started: 1,
      running: 1,
      placed: 1
    },
    { ...plain, maxParallel: 2, cap: 1, halt: "now" },
    "Wait"
  ],
  ["lets what runs end before it halts at a gate, whatever was asked for", { paused: 1, running: 1, placed: 1 }, {
    ...plain,
    maxParallel: 2,
    halt: "now"
  }, "Wait"],
  ["goes past a blocked target with auto-advance", { stuck: 1, stop: "other" }, advancing, "Start 0"],
  ["goes past an opened breaker with auto-advance", { stuck: 1, stop: "breaker-opened" }, advancing, "Start 0"],
  ["goes on past what earlier invocations left stuck", { stuck: 3 }, plain, "Start 0"],
  [
    "halts past the threshold",
    { stuck: 3 },
    { ...advancing, maxBlocked: { count: 2 } },
    "Halt FailureThresholdReached"
  ],
  ["goes on at the threshold", { stuck: 2 }, { ...advancing, maxBlocked: { count: 2 } }, "Start 0"],
  [
    "halts past a threshold in percent",
    { stuck: 3 },
    { ...advancing, maxBlocked: { percent: 20 } },
    "Halt FailureThresholdReached"
  ],
  ["goes on at a threshold in percent", { stuck: 2 }, { ...advancing, maxBlocked: { percent: 20 } }, "Start 0"],
  ["halts when the cap is used up and more is to do", { started: 2 }, { ...plain, cap: 2 }, "Halt CapReached"],
  ["is through, not capped, when the cap is used up by the last step", { started: 2, next: undefined }, {
    ...plain,
    cap: 2
  }, "Halt AllDoneOrBlocked"],
  ["halts on the cap when a target rests between steps", { started: 2, next: undefined, capped: true }, {
    ...plain,
    cap: 2
  }, "Halt CapReached"],
  [
    "leaves dead targets alone once it halts",
    { next: { index: 1, deadNeed: "a" }, stop: "other", stuck: 1 },
    plain,
    "Halt TargetBlocked"
  ]
]

describe("the scheduler", () => {
  it.each(cases)("%s", (_, situation, options, expected) => {
    const decision = decide({ ...calm, ...situation }, options)
    const words = Object.values(decision).join(" ")
    expect(words).toBe(expected)
  })

  it("takes a threshold of none as no threshold", () => {
    expect(isPastThreshold(undefined, 1000, 1000)).toBe(false)
    expect(isPastThreshold({ count: 0 }, 1, 1000)).toBe(true)
  })
})
