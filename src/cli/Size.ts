/** Amounts of memory as GNU parallel has them: a number and a letter, upper-case for powers of 1024. */

const units: Readonly<Record<string, number>> = {
  "": 1,
  K: 1024,
  M: 1024 ** 2,
  G: 1024 ** 3,
  T: 1024 ** 4,
  k: 1000,
  m: 1000 ** 2,
  g: 1000 ** 3,
  t: 1000 ** 4
}

/** `1.5G` in bytes; undefined where it is no amount, or none at all. */
export const bytesOf = (text: string): number | undefined => {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)([KMGTkmgt]?)$/.exec(text) ?? []
  const bytes = number === undefined ? 0 : Math.round(Number(number) * (units[unit] ?? 1))
  return bytes > 0 && Number.isSafeInteger(bytes) ? bytes : undefined
}
