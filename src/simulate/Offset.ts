/** A length of time to the millisecond, as the language of a batch writes it: `1h30s`, `2d4h`. */

const units = [["d", 86_400_000], ["h", 3_600_000], ["m", 60_000], ["s", 1000]] as const

/** Milliseconds as `1h30.25s`, without what is zero; `0` for nothing. */
export const offset = (ms: number): string => {
  let rest = Math.max(0, Math.round(ms))
  const parts: Array<string> = []
  for (const [unit, length] of units) {
    const count = unit === "s" ? rest / length : Math.floor(rest / length)
    if (count > 0) parts.push(`${count}${unit}`)
    rest -= count * length
  }
  return parts.length === 0 ? "0" : parts.join("")
}
