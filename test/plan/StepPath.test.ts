import { describe, expect, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { childPath, definitionPath, instancePath, isWithin } from "../../src/plan/StepPath.ts"

const id = FastCheck.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,4}$/)
const index = FastCheck.nat(10_000)

/** The way down to a step: ids, and the number of the item or iteration where there is one. */
const way = FastCheck.array(FastCheck.tuple(id, FastCheck.option(index, { nil: undefined })), { maxLength: 5 })

interface Place {
  /** Of what the next step is in. */
  readonly path: string | undefined
  readonly ids: ReadonlyArray<string>
}

const down = (steps: ReadonlyArray<readonly [string, number | undefined]>): Place =>
  steps.reduce<Place>(({ ids, path }, [name, number]) => {
    const child = childPath(path, name)
    return { path: number === undefined ? child : instancePath(child, number), ids: [...ids, name] }
  }, { path: undefined, ids: [] })

describe("the path of a step", () => {
  it("reads like the way to it", () => {
    const suite = instancePath(childPath(undefined, "shards"), 0)
    expect(childPath(suite, "e2e")).toBe("shards[0]::e2e")
    expect(childPath(instancePath(childPath(childPath(suite, "b"), "c"), 2), "d")).toBe("shards[0]::b::c[2]::d")
    expect(childPath(undefined, "build")).toBe("build")
  })

  it.prop("is another for every way there is", [way, way, id, id], ([one, other, first, second]) => {
    const paths = [childPath(down(one).path, first), childPath(down(other).path, second)]
    const same = first === second && JSON.stringify(one) === JSON.stringify(other)
    expect(paths[0] === paths[1]).toBe(same)
  })

  it.prop("is within everything around it, and in nothing else", [way, way, id], ([outer, inner, name]) => {
    const { path } = down(outer)
    FastCheck.pre(path !== undefined)
    const step = childPath(down([...outer, ...inner]).path, name)
    expect(isWithin(step, path)).toBe(true)
    expect(isWithin(path, path)).toBe(false)
    expect(isWithin(path, step)).toBe(false)
    expect(isWithin(step, `${path}x`)).toBe(false)
  })

  it.prop("is not within another item, though its number begin with the same digits", [way, id, index, index], (
    [outer, name, one, other]
  ) => {
    const map = childPath(down(outer).path, name)
    const step = childPath(instancePath(map, one), "a")
    expect(isWithin(step, instancePath(map, other))).toBe(one === other)
    expect(isWithin(step, map)).toBe(false)
  })

  it.prop("is, without its numbers, what the manifest calls the step", [way, id], ([outer, name]) => {
    const { ids, path } = down(outer)
    const step = childPath(path, name)
    expect(definitionPath(step)).toBe([...ids, name].join("::"))
    expect(definitionPath(definitionPath(step))).toBe(definitionPath(step))
  })
})
