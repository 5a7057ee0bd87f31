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

const foldLine = (a: Line, b: Line): Line => (a.shown === b.shown ? a : { shown: a.written, written: a.written })

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
      notes: a.notes.map((note, at) => foldLine(note, b.notes[at] ?? note)),
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
  readonly what: Line
}

interface Building<A> {
  readonly first: A
  second?: A
  last: A
  at: number
  count: number
  isUnbroken: boolean
  rows: ReadonlyArray<Row>
  what: Line
}

/** Gathers what is alike as it comes by, in the order in which each kind first came. */
export const makeGroups = <A>(): {
  readonly add: (key: string, one: A, rows: ReadonlyArray<Row>, what: Line) => void
  readonly groups: () => ReadonlyArray<Group<A>>
} => {
  const groups = new Map<string, Building<A>>()
  let at = 0
  return {
    add: (key, one, rows, what) => {
      at++
      const whole = `${key}\n${rows.map(shapeOf).join("")}`
      const group = groups.get(whole)
      if (group === undefined) {
        groups.set(whole, { first: one, last: one, at, count: 1, isUnbroken: true, rows, what })
        return
      }
      group.second ??= one
      group.isUnbroken &&= group.at === at - 1
      group.last = one
      group.at = at
      group.count++
      group.rows = foldRows(group.rows, rows)
      group.what = foldLine(group.what, what)
    },
    groups: () => [...groups.values()]
  }
}
