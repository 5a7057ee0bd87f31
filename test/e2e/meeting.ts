/**
 * Steps that wait until a test has looked: no test has to guess how long something takes.
 *
 * Owns the two pipes of a meeting place, and waiting for something to be said. The surprise: opening a pipe waits for the other side, so
 * that whoever comes first stands still until both are there.
 */
import { expect } from "vitest"
import type { Workplace } from "./pawl.ts"

export interface Meeting {
  /** For the script of a step: says that it is there, and waits until it may go on. */
  readonly script: string
  /** Returns when a step has come. */
  readonly come: () => Promise<void>
  /** Lets the step that has come go on. */
  readonly goOn: () => Promise<void>
}

const sh = async (place: Workplace, script: string): Promise<void> => {
  const child = Bun.spawn({ cmd: ["sh", "-c", script], cwd: place.path, stdin: "ignore", stdout: "ignore" })
  expect(await child.exited).toBe(0)
}

/** A place where steps and the test meet. Steps run in the folder of the workplace. */
export const meeting = async (place: Workplace, name: string): Promise<Meeting> => {
  await sh(place, `mkfifo ${name}.come ${name}.go`)
  return {
    script: `echo > ${name}.come; cat ${name}.go > /dev/null`,
    come: () => sh(place, `cat ${name}.come`),
    goOn: () => sh(place, `echo > ${name}.go`)
  }
}

/** Returns once a program has said this; `rest` gives all that it said, when it has ended. */
export const told = async (
  stream: ReadableStream<Uint8Array>,
  text: string
): Promise<{ readonly rest: () => Promise<string> }> => {
  const reader = stream.getReader()
  const decoder = new TextDecoder()
  let said = ""
  const more = async (): Promise<boolean> => {
    const { done, value } = await reader.read()
    said += decoder.decode(value, { stream: !done })
    return !done
  }
  while (!said.includes(text)) expect(await more(), `"${said}" and then nothing`).toBe(true)
  return {
    rest: async () => {
      while (await more());
      return said
    }
  }
}
