import { layerMemory } from "../../src/checkpoint/MemoryCheckpoint.ts"
import type { RunEvent } from "../../src/run/RunEvent.ts"
import { checkpointContract } from "./contract.ts"

checkpointContract("layerMemory", () => {
  const journal: Array<RunEvent> = []
  return { open: () => layerMemory(journal) }
})
