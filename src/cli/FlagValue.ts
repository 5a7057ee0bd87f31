/** Which words a flag takes for its value, and what is wrong with one that it does not. */
import { nearest } from "../expression/Nearest.ts"
import type { Problem } from "../run/UsageError.ts"
import type { FlagData } from "./Flag.ts"
import { bytesOf } from "./Size.ts"

const whole = /^\d+$/

const isCount = (value: string, least: number): boolean =>
  whole.test(value) && Number.isSafeInteger(Number(value)) && Number(value) >= least

const isDuration = (value: string): boolean => /^(?:\d+(?:\.\d+)?(?:ms|[smhd]))+$/.test(value)

const isLimit = (value: string): boolean =>
  value.endsWith("%") ? /^\d+(\.\d+)?%$/.test(value) && Number(value.slice(0, -1)) <= 100 : isCount(value, 0)

const isLoad = (value: string): boolean => /^\d+(\.\d+)?%?$/.test(value) && Number.parseFloat(value) > 0

const expected = (flag: FlagData, value: string): string => {
  switch (flag.kind) {
    case "count":
      return `a whole number from ${flag.least ?? 0}`
    case "limit":
      return "a whole number such as 12 or a percentage such as 20%"
    case "duration":
      // Other tools take a bare number for seconds.
      return /^\d+(?:\.\d+)?$/.test(value)
        ? `a length of time with its unit: ${value}s, ${value}m, ${value}h or ${value}d`
        : "a length of time such as 12h or 30d"
    case "load":
      return "a load above 0 such as 4 or 2.5, or a percentage of the processors such as 100%"
    case "size":
      return "an amount above 0 such as 500M or 2G: K, M, G, T are powers of 1024, k, m, g, t of 1000"
    case "pair":
      return "NAME=VALUE"
    case "choice":
      return `one of ${flag.choices?.join(", ") ?? ""}`
    default:
      return "a value"
  }
}

const fits = (flag: FlagData, value: string): boolean => {
  switch (flag.kind) {
    case "count":
      return isCount(value, flag.least ?? 0)
    case "limit":
      return isLimit(value)
    case "duration":
      return isDuration(value)
    case "load":
      return isLoad(value)
    case "size":
      return bytesOf(value) !== undefined
    case "pair":
      return value.indexOf("=") > 0
    case "choice":
      return flag.choices?.includes(value) === true
    case "text":
      return value !== ""
    default:
      return true
  }
}

/** A value without its name may be that of a secret, and is not shown. */
const complaint = ({ kind }: FlagData, written: string, value: string): string => {
  if (value === "") return `\`${written}\` got an empty value`
  return kind === "pair" ? `\`${written}\` got a value without a name` : `\`${written}\` can't be \`${value}\``
}

/** The complaint about a value, if there is one; `written` is the flag as the user wrote it. */
export const valueProblem = (flag: FlagData, written: string, value: string): Problem | undefined => {
  if (fits(flag, value)) return undefined
  const near = flag.choices === undefined ? undefined : nearest(value, flag.choices)
  return {
    message: complaint(flag, written, value),
    hint: near === undefined ? `it takes ${expected(flag, value)}` : `did you mean \`${near}\`?`
  }
}
