/** How people read an amount of data. */

const units = ["B", "KiB", "MiB", "GiB", "TiB"]

/** Bytes as `512 B`, `1.2 KiB` or `34 MiB`. */
export const byteWords = (bytes: number): string => {
  let amount = bytes
  let unit = 0
  while (amount >= 999.5 && unit < units.length - 1) {
    amount /= 1024
    unit++
  }
  return `${unit === 0 || amount >= 99.95 ? Math.round(amount) : amount.toFixed(1)} ${units[unit]}`
}
