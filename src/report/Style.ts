/**
 * Colour, or none: the only place that knows escape sequences for it.
 *
 * Must not decide whether colour is wanted. Everything printed reads the same without it.
 */

export interface Style {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly red: (text: string) => string
  readonly green: (text: string) => string
  readonly yellow: (text: string) => string
  readonly cyan: (text: string) => string
}

const same = (text: string): string => text

/** No escape sequence at all. */
export const plain: Style = { bold: same, dim: same, red: same, green: same, yellow: same, cyan: same }

const sequence = (on: number, off: number) => (text: string): string =>
  text === "" ? "" : `\u001b[${on}m${text}\u001b[${off}m`

/** The sixteen colours that every terminal knows. */
export const colourful: Style = {
  bold: sequence(1, 22),
  dim: sequence(2, 22),
  red: sequence(31, 39),
  green: sequence(32, 39),
  yellow: sequence(33, 39),
  cyan: sequence(36, 39)
}
