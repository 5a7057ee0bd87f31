/**
 * What stands for the values of secret inputs in the hash of a plan.
 *
 * Owns the digest. Pure. The surprise: it is slow on purpose. Whoever sees the hash of a plan can
 * try out values, and each trial shall cost them what it costs pawl here; its salt is made of names,
 * so that no table of common values fits two batches.
 */
import { scryptSync } from "node:crypto"
import { canonicalJson, type ValueObject } from "../expression/Value.ts"

/** Some ten milliseconds and 4 MiB. */
const cost = { N: 4096, r: 8, p: 1 }

/** By name, 64 hex digits each, of those that have a value. */
export const secretDigests = (
  batch: string,
  secrets: ReadonlyArray<string>,
  values: ValueObject
): Readonly<Record<string, string>> =>
  Object.fromEntries(secrets.flatMap((name) => {
    const value = values[name]
    if (value === undefined) return []
    return [[name, scryptSync(canonicalJson(value), JSON.stringify(["pawl", batch, name]), 32, cost).toString("hex")]]
  }))
