import { Layer } from "effect"
import type { RunEvent } from "../../src/run/RunEvent.ts"
import { Status } from "../../src/run/Status.ts"

/** A watcher that remembers what it was told. */
export const layerWatching = (seen: Array<RunEvent>): Layer.Layer<Status> =>
  Layer.succeed(Status, { observe: (event) => void seen.push(event) })
