/**
 * A script with values in it.
 *
 * Owns the difference that matters most: over there a value becomes part of the script, here it is
 * always data. The surprise: a value in single quotes is taken out of them, `'a {{ x }}'` becoming
 * `'a '"{{ x }}"`, since a shell would not put it in where it stood.
 */
import { scanShell } from "../expression/ShellScanner.ts"
import { isOpen, type Place, refusals } from "../expression/ShellPlace.ts"
import type { Range } from "./Tree.ts"
import { refuse, startWriting } from "./Voice.ts"
import { fillIn, finish, type Tongue, writeHoles, type WrittenText } from "./WriteText.ts"

/** Whether `sh` and `sh -e` may differ: there is more than one command. */
export const hasCommands = (script: string): boolean => /[\n;&]/.test(script.trim())

/** The places of holes in a script that is written already. */
const placesIn = (text: string, holes: ReadonlyArray<{ readonly text: string; readonly hole: Range }>) => {
  let shift = 0
  const ranges = holes.map(({ hole, text: inside }) => {
    const start = hole.start + shift
    shift += inside.length - (hole.end - hole.start)
    return { start, end: start + inside.length }
  })
  return scanShell(text, ranges)
}

/** A hole out of the single quotes that it stands in; quotes that would hold nothing are left out. */
const outOfQuotes = (script: string, { end, start }: Range, text: string) => {
  const opens = script[start - 1] === "'"
  const closes = script[end] === "'"
  return {
    hole: { start: opens ? start - 1 : start, end: closes ? end + 1 : end },
    text: `${opens ? "" : "'"}"${text}"${closes ? "" : "'"}`
  }
}

/** A script for a POSIX shell. */
export const writeScript = (tongue: Tongue, script: string): WrittenText => {
  const writing = startWriting(tongue.voice)
  const { runner } = tongue.voice
  const holes = writeHoles(writing, tongue, script, "text")
  const rest = fillIn(script, holes.map(({ hole }) => ({ hole, text: "" })))
  if (holes.length > 0 && rest.trim() === "") {
    refuse(
      writing,
      { start: 0, end: script.length },
      "a script that is nothing but a value: pawl never runs a value as code",
      "write the program, and put the value into its arguments"
    )
  }
  const places = placesIn(fillIn(script, holes), holes)
  for (const [index, { hole, isWord }] of holes.entries()) {
    const place: Place = places[index] ?? "tangled"
    if (place === "bare" && !isWord) {
      writing.remarks.add(`A value without quotes is one word here, whatever it holds; in ${runner} it may be several.`)
    }
    if (isOpen(place) || place === "single") continue
    const [reason, hint] = refusals[place]
    refuse(writing, hole, reason, hint.replaceAll("{{ x }}", script.slice(hole.start, hole.end)))
  }
  const text = fillIn(
    script,
    holes.map(({ hole, text: inside }, index) =>
      places[index] === "single" ? outOfQuotes(script, hole, inside) : { hole, text: inside }
    )
  )
  return finish(writing, text, "text")
}
