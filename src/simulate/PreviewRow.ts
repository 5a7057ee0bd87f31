/**
 * A row of the table: one step, or several that are alike, and what is within it.
 *
 * Owns when two rows may be shown as one. Pure. The surprise: what differs between them, such as the item of
 * a list, is then shown as it was written in the manifest.
 */

/** What is shown of one, and what is shown where it stands for several that differ. */
export interface Line {
  readonly shown: string
  readonly written: string
}

export interface Row {
  readonly name: string
  readonly status: string
  readonly what: Line
  /** Lines below it. */
  readonly notes: ReadonlyArray<Line>
  readonly children: ReadonlyArray<Row>
}

/** A line that is the same whatever it stands for. */
export const fixed = (text: string): Line => ({ shown: text, written: text })

/** Words of a line; an expression is part of one, however it is spaced. */
const wordsOf = (text: string): ReadonlyArray<string> => text.match(/(?:\{\{.*?\}\}|\S)+/gs) ?? []

/** Word by word where the words can be told apart, else as a whole. */
const foldLine = (a: Line, b: Line): Line => {
  if (a.shown === b.shown || a.shown === a.written) return a
  const [first, second, written] = [wordsOf(a.shown), wordsOf(b.shown), wordsOf(a.written)]
  return first.length === written.length && second.length === written.length
    ? { shown: first.map((word, at) => (word === second[at] ? word : written[at])).join(" "), written: a.written }
    : fixed(a.written)
}

const foldLines = (first: ReadonlyArray<Line>, second: ReadonlyArray<Line>): ReadonlyArray<Line> =>
  first.map((a, index) => foldLine(a, second[index] ?? a))

/** What two rows have in common where they may be shown as one. */
export const shapeOf = ({ children, name, notes, status }: Row): string =>
  children.length === 0
    ? `${name}\n${status}\n${notes.length};`
    : `${name}\n${status}\n${notes.length}(${children.map(shapeOf).join("")});`

/** Rows of the same shapes as one list; of the first, where they are alike. */
export const foldRows = (first: ReadonlyArray<Row>, second: ReadonlyArray<Row>): ReadonlyArray<Row> =>
  first.map((a, index) => {
    const b = second[index]
    return b === undefined ? a : {
      name: a.name,
      status: a.status,
      what: foldLine(a.what, b.what),
      notes: foldLines(a.notes, b.notes),
      children: foldRows(a.children, b.children)
    }
  })

/** What a row that stands for several is called: by its first and last, or its first two where some are missing. */
export const namesOf = (first: string, second: string | undefined, last: string, isUnbroken: boolean): string => {
  if (second === undefined) return first
  if (second === last) return `${first}, ${last}`
  return isUnbroken ? `${first} … ${last}` : `${first}, ${second}, …`
}

export interface Group<A> {
  readonly first: A
  /** Absent where there is one alone. */
  readonly second?: A
  readonly last: A
  readonly count: number
  /** Whether they stand one after the other. */
  readonly isUnbroken: boolean
  readonly rows: ReadonlyArray<Row>
  /** What is said of it beside its rows. */
  readonly about: ReadonlyArray<Line>
}

interface Building<A> {
  readonly first: A
  second?: A
  last: A
  at: number
  count: number
  isUnbroken: boolean
  rows: ReadonlyArray<Row>
  about: ReadonlyArray<Line>
}

/** Gathers what is alike as it comes by, in the order in which each kind first came. */
export const makeGroups = <A>(): {
  readonly add: (key: string, one: A, rows: ReadonlyArray<Row>, about?: ReadonlyArray<Line>) => void
  readonly groups: () => ReadonlyArray<Group<A>>
} => {
  const groups = new Map<string, Building<A>>()
  let at = 0
  return {
    add: (key, one, rows, about = []) => {
      at++
      const whole = `${key}\n${about.length}\n${rows.map(shapeOf).join("")}`
      const group = groups.get(whole)
      if (group === undefined) {
        groups.set(whole, { first: one, last: one, at, count: 1, isUnbroken: true, rows, about })
        return
      }
      group.second ??= one
      group.isUnbroken &&= group.at === at - 1
      group.last = one
      group.at = at
      group.count++
      group.rows = foldRows(group.rows, rows)
      group.about = foldLines(group.about, about)
    },
    groups: () => [...groups.values()]
  }
}
