/**
 * What a person is told when something is held back though there is a place for it.
 *
 * Owns the words. The surprise: each cause is told once; it may come and go every second.
 */
import { Effect, Queue, type Scope } from "effect"
import { byteWords } from "../report/Bytes.ts"
import type { Told } from "../process/Shortage.ts"
import type { HoldBack, ShortageCode } from "../run/HoldBack.ts"
import { Status } from "../run/Status.ts"
import { Output } from "./Output.ts"
import { Watchers } from "./Watchers.ts"

const shortages: Readonly<Record<ShortageCode, string>> = {
  EMFILE: "no more files can be open in this process (EMFILE, see `ulimit -n`)",
  ENFILE: "no more files can be open on this machine (ENFILE)",
  EAGAIN: "no more processes can be started (EAGAIN, see `ulimit -u`)",
  ENOMEM: "there is no memory for one more process (ENOMEM)"
}

/** Why something waits, as a note. */
export const holdNote = (hold: HoldBack): string => {
  switch (hold.cause) {
    case "load":
      return `the load average is ${hold.load}, and --load is ${hold.most}: targets wait before they start`
    case "memory":
      return `${byteWords(hold.free)} of memory are free, and --memfree is ${
        byteWords(hold.least)
      }: targets wait before they start`
    case "shortage":
      return `${shortages[hold.code]}: steps wait before they start; a lower -j would do as much`
  }
}

/** Tells whoever watches a run what the system has no more of. */
export const shortageTold = Effect.map(Status, ({ holding }): Told => ({
  tell: (code) => holding?.(code === undefined ? undefined : { cause: "shortage", code })
}))

/** Tells of what is held back until the scope closes; `hold` keeps others off the screen until its scope closes. */
export const holdNotes = (hold: Effect.Effect<void, never, Scope.Scope>) =>
  Effect.gen(function*() {
    const { note } = yield* Output
    const { attach } = yield* Watchers
    const told = new Set<string>()
    const news = yield* Queue.unbounded<HoldBack>()
    yield* attach({
      observe: () => {},
      holding: (held) => {
        if (held === undefined || told.has(held.cause)) return
        told.add(held.cause)
        news.unsafeOffer(held)
      }
    })
    const tell = Effect.flatMap(Queue.take(news), (held) => Effect.scoped(Effect.zipRight(hold, note(holdNote(held)))))
    yield* Effect.forkScoped(Effect.forever(tell))
  })
