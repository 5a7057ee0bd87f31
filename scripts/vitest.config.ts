/**
 * How the tests run: two projects, `unit` and `e2e`, in processes of their own.
 *
 * Files run side by side, so no test may count on being alone: each works in a folder of its own, and
 * knows the processes it started by that folder. The surprise: vitest itself runs under Bun (see
 * `npm test`), and a forked worker is started with the executable of its parent, so the tests run on what
 * the product runs on.
 */
import { availableParallelism } from "node:os"
import { defineConfig } from "vitest/config"

/** Tests that run the compiled executable; `npm test` builds it before them. */
const endToEnd = ["test/e2e/**/*.test.ts", "test/crash/**/*.test.ts"]

export default defineConfig({
  root: new URL("..", import.meta.url).pathname,
  envDir: false,
  cacheDir: "node_modules/.cache/vite",
  test: {
    pool: "forks",
    // Files share a process, and what it has loaded: nothing in the source keeps state in a module.
    isolate: false,
    // One process for each core, on two cores as well; more than a few only wait for one another's disk.
    maxWorkers: Math.min(availableParallelism(), 8),
    minWorkers: 1,
    allowOnly: false,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: endToEnd,
          testTimeout: 60_000,
          hookTimeout: 60_000
        }
      },
      {
        extends: true,
        test: { name: "e2e", include: endToEnd, testTimeout: 60_000, hookTimeout: 60_000 }
      }
    ]
  }
})
