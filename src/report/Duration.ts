/** How people read a length of time. */

const two = (value: number): string => String(value).padStart(2, "0")

/** Milliseconds as `850ms`, `8.1s`, `2m05s`, `3h04m` or `2d03h`. */
export const duration = (ms: number): string => {
  const whole = Math.max(0, Math.round(ms))
  if (whole < 1000) return `${whole}ms`
  if (whole < 59_950) return `${(whole / 1000).toFixed(1)}s`
  const seconds = Math.round(whole / 1000)
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 1440) return `${Math.floor(minutes / 60)}h${two(minutes % 60)}m`
  const hours = Math.floor(minutes / 60)
  return `${Math.floor(hours / 24)}d${two(hours % 24)}h`
}

/** Milliseconds without fractions, for what changes while one looks at it: `8s`, `2m05s`. */
export const countdown = (ms: number): string => {
  const seconds = Math.max(0, Math.round(ms / 1000))
  return seconds < 60 ? `${seconds}s` : duration(seconds * 1000)
}

/** From one ISO time to another, milliseconds; 0 where either is not a time. */
export const between = (from: string, to: string): number => {
  const length = Date.parse(to) - Date.parse(from)
  return Number.isFinite(length) && length > 0 ? length : 0
}

/** Milliseconds of something that is only guessed: `5s`, `40s`, `7m`, `3h10m`, `2d03h`; more than it is, or less. */
export const roughly = (ms: number, isLess = false): string => {
  const round = isLess ? Math.floor : Math.ceil
  const seconds = Math.max(1, round(ms / 5000)) * 5
  if (seconds < 60) return `${seconds}s`
  const minutes = Math.max(1, round(ms / 60_000))
  if (minutes < 60) return `${minutes}m`
  const tens = Math.max(6, round(ms / 600_000)) * 10
  return duration(tens * 60_000).replace(/h00m$/, "h")
}
