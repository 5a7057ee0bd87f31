/**
 * The steps of a Task Pack that hold others but go over no items: `parallel` and `conditional`.
 *
 * Owns what each becomes. The surprise: a conditional has any number of branches, and each but the
 * first stands in the `else` of the one before it.
 */
import type { ValueObject } from "../expression/Value.ts"
import { complain, type Fields, fieldsAt, flagAt, onlyKeys } from "./Fields.ts"
import { branchesOf, branchId, elseList, stepsKey } from "./TaskPackIndex.ts"
import { packTongue } from "./TaskPackNames.ts"
import { orNothing, type PackAt, type PackWriter, parallelOf, take } from "./TaskPackWriter.ts"
import { writeCondition } from "./WriteText.ts"

export const parallelStep = (writer: PackWriter, at: PackAt): ValueObject => {
  const block = fieldsAt(at.fields, "parallel")
  if (block === undefined) return { parallel: {}, steps: orNothing([]) }
  onlyKeys(block, ["steps", "maxParallel", "continueOnError"], "`parallel`")
  const maxParallel = parallelOf(at, block)
  const steps = writer.writeSteps(writer, at, block.values["steps"], [...block.at, "steps"], [...at.out, "steps"])
  return { parallel: maxParallel === undefined ? {} : { maxParallel }, steps: orNothing(steps) }
}

/** One branch and those after it; the later ones stand in the `else` of the earlier. */
const branchStep = (
  writer: PackWriter,
  at: PackAt,
  branches: ReadonlyArray<Fields>,
  index: number,
  otherwise: Fields
): ValueObject => {
  const branch = branches[index]
  if (branch === undefined) return { if: "{{ false }}", then: orNothing([]) }
  onlyKeys(branch, ["condition", "steps", "body"], "a branch")
  const { condition } = branch.values
  const key = stepsKey(branch.values)
  if (typeof condition !== "string" && typeof condition !== "boolean") {
    complain(branch, branch.at, "a branch needs `condition`")
  }
  const given = typeof condition === "string" || typeof condition === "boolean" ? condition : false
  const made = writeCondition(packTongue(writer.names, at), given)
  const then = writer.writeSteps(writer, at, branch.values[key], [...branch.at, key], [...at.out, "then"])
  const rest = index + 1 < branches.length
    ? [{
      id: branchId(String(at.fields.values["id"]), index + 1),
      ...branchStep(
        writer,
        {
          ...at,
          place: [...at.place, { list: elseList(at.fields.at, index + 1), at: 0 }],
          out: [...at.out, "else", 0]
        },
        branches,
        index + 1,
        otherwise
      )
    }]
    : writer.writeSteps(writer, at, otherwise.values["else"] ?? [], [...otherwise.at, "else"], [...at.out, "else"])
  return {
    if: take(writer, at, [...branch.at, "condition"], made),
    then: orNothing(then),
    ...(rest.length === 0 ? {} : { else: rest })
  }
}

export const conditionalStep = (writer: PackWriter, at: PackAt): ValueObject => {
  const block = fieldsAt(at.fields, "conditional")
  if (block === undefined) return { if: "{{ false }}", then: orNothing([]) }
  onlyKeys(block, ["branches", "else", "outputUnion"], "`conditional`")
  if (flagAt(block, "outputUnion") === true) {
    complain(block, [...block.at, "outputUnion"], "`outputUnion` can't be carried over", {
      at: "key",
      hint: "ask for the outputs of the steps in each branch"
    })
  }
  const branches = branchesOf(at.fields)
  if (branches.length === 0) complain(block, block.at, "a conditional needs `branches`")
  return branchStep(writer, at, branches, 0, block)
}
