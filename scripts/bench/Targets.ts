/**
 * Parts that run batches: one at a time, side by side, and ever longer ones.
 *
 * Owns which batch stands beside which, and the figures they are held to.
 */
import { floor, floorName, pawl, pawlName } from "./Batches.ts"
import { peerName, peersAt } from "./Competitors.ts"
import type { Part, Programs } from "./Part.ts"
import { grouped, type Scope } from "./Scope.ts"

/** A batch of a thousand, one target at a time. */
const oneAtATime = (programs: Programs, { rounds, thousand: count }: Scope): Part => {
  const [run, command] = [pawlName("run", { count }), pawlName("command", { count })]
  const [shell, exec] = [floorName("shell", { count }), floorName("exec", { count })]
  const against = (name: Parameters<typeof peerName>[0]): string => peerName(name, { count })
  return {
    name: "targets",
    about: `${grouped(count)} targets, each \`/bin/true\`, one at a time. The C program starts and awaits the same `
      + "process and syncs one line of 200 bytes a target; the peers sync nothing",
    rounds,
    warmUp: true,
    contenders: [
      floor(programs, "shell", { count }),
      pawl(programs, "run", { count }),
      floor(programs, "exec", { count }),
      pawl(programs, "command", { count }),
      ...peersAt(programs, ["task", "parallel", "makeShell", "make", "xargs", "ninja", "just"], count)
    ],
    comparisons: [
      { what: "`run:` to C with `sh -c`", of: run, against: shell, atMost: 1 },
      { what: "`command:` to C", of: command, against: exec, atMost: 1.25 },
      { what: "`run:` to GNU parallel `--joblog`", of: run, against: against("parallel"), atMost: 0.25 },
      { what: "`run:` to Task", of: run, against: against("task"), atMost: 0.9 },
      { what: "`run:` to GNU make by a shell", of: run, against: against("makeShell") },
      { what: "`command:` to GNU make", of: command, against: against("make") },
      { what: "`command:` to xargs", of: command, against: against("xargs") },
      { what: "`run:` to ninja", of: run, against: against("ninja") },
      { what: "`run:` to just", of: run, against: against("just") }
    ]
  }
}

/** The slowest peers, in a part of their own: a round of theirs is a minute. */
const engines = (programs: Programs, { longRounds, quick, rounds, thousand: count }: Scope): Part => {
  const of = pawlName("command", { count })
  return {
    name: "engines",
    about: `${grouped(count)} targets beside ${grouped(count)} steps of engines that keep state, one at a time`,
    rounds: quick ? longRounds : rounds,
    warmUp: false,
    contenders: [pawl(programs, "command", { count }), ...peersAt(programs, ["dagu", "snakemake"], count)],
    comparisons: [
      { what: "`command:` to Dagu", of, against: peerName("dagu", { count }), atMost: 0.07 },
      { what: "`command:` to Snakemake", of, against: peerName("snakemake", { count }) }
    ]
  }
}

const widths = [2, 8, 64]

/** The same thousand side by side. */
const sideBySide = (programs: Programs, { rounds, thousand: count }: Scope): Part => ({
  name: "width",
  about:
    `${grouped(count)} \`command:\` targets side by side. The C program keeps as many children, and syncs once for `
    + "all that ended together",
  rounds,
  warmUp: true,
  contenders: widths.flatMap((width) => [
    floor(programs, "exec", { count, width }),
    pawl(programs, "command", { count, width })
  ]),
  comparisons: widths.map((width) => ({
    what: `\`command:\` at \`-j${width}\` to C at that width`,
    of: pawlName("command", { count, width }),
    against: floorName("exec", { count, width }),
    atMost: 1.3
  }))
})

/** Few targets: what they cost is the start. Only for the plot. */
const few = (programs: Programs, { quick, rounds }: Scope): Part => ({
  name: "scale-few",
  about: "1, 10 and 100 targets, one at a time: the beginning of the plot",
  rounds,
  warmUp: true,
  contenders: [1, 10, ...(quick ? [] : [100])].flatMap((count) => [
    floor(programs, "exec", { count }),
    pawl(programs, "command", { count }),
    ...peersAt(programs, ["parallel", "make", "task", "just", "dagu"], count)
  ]),
  comparisons: []
})

const long = (
  programs: Programs,
  { hundredThousand, longRounds, quick, rounds, tenThousand, thousand }: Scope,
  length: "tenThousand" | "hundredThousand"
): Part => {
  const { count, peakMiB } = length === "tenThousand"
    ? { count: tenThousand, peakMiB: 90 }
    : { count: hundredThousand, peakMiB: 220 }
  const of = pawlName("command", { count })
  return {
    name: length === "tenThousand" ? "scale-ten" : "scale-hundred",
    about: `${grouped(count)} \`command:\` targets, one at a time, beside ${
      grouped(thousand)
    }; no round is thrown away`,
    rounds: length === "tenThousand" ? rounds : longRounds,
    warmUp: false,
    contenders: [
      pawl(programs, "command", { count: thousand }),
      pawl(programs, "command", { count }),
      ...(quick ? [] : [floor(programs, "exec", { count })]),
      ...(quick || length === "hundredThousand" ? [] : peersAt(programs, ["make"], count))
    ],
    comparisons: [
      {
        what: `cost per target at ${grouped(count)} to that at ${grouped(thousand)}`,
        of,
        against: pawlName("command", { count: thousand }),
        times: thousand / count,
        atMost: 1.1
      },
      { what: `${grouped(count)} \`command:\` targets to C`, of, against: floorName("exec", { count }) }
    ],
    limits: [{ of, peakMiB }]
  }
}

export const targetParts = (programs: Programs, scope: Scope): ReadonlyArray<Part> => [
  oneAtATime(programs, scope),
  engines(programs, scope),
  sideBySide(programs, scope),
  few(programs, scope),
  long(programs, scope, "tenThousand"),
  long(programs, scope, "hundredThousand")
]
