/**
 * The batches whose runs are killed, and the step that all of them are made of.
 *
 * Owns what there is to be done. The surprise: a step says in a file of its own that it began and that it ended,
 * one line each, so that pawl is not asked about itself. Both lines name the process group, by which one
 * execution is told from another.
 */

/** `step.sh FAILURES SECONDS`: fails so many times, then succeeds; takes so long each time. */
export const step = `#!/bin/sh
read -r stat < /proc/$$/stat
set -- "$1" "$2" $stat
me="$PAWL_TARGET $PAWL_STEP $PAWL_ATTEMPT $7"
echo "start $me" >> ran.txt
test -z "$TOKEN" || echo "it says $TOKEN"
test "$2" = 0 || sleep "$2"
echo "end $me" >> ran.txt
test "$PAWL_ATTEMPT" -gt "$1" || exit 3
`

const items = (count: number): string => Array.from({ length: count }, (_, index) => index).join(", ")

/** More attempts than a step needs: one that is killed itself has failed once more, and that is right so. */
const failure = "failure: { retries: { maxAttempts: 12, backoffSeconds: 0.01, factor: 1 } }"

/** Many short targets, started in each of the ways in which pawl starts a command. */
const flat = `name: torture
${failure}
targets:
  - forEach: { items: [${items(40)}] }
    id: "t{{ item }}"
    steps:
      - { id: plain, run: ./step.sh 0 0 }
      - { id: shell, run: 'exec ./step.sh 0 0 && true' }
      - { id: command, command: [./step.sh, "0", "0"] }
`

/**
 * Few targets, and in each everything that steps can be in, with failures of every kind; beside them one that lasts so
 * long that it is found running when pawl is started again.
 */
const nested = `name: torture
${failure}
targets:
  - { id: long, run: ./step.sh 0 0.6 }
  - forEach: { items: [${items(6)}] }
    id: "t{{ item }}"
    steps:
      - { id: flaky, run: ./step.sh 2 0 }
      - { id: lame, run: ./step.sh 99 0, continueOnError: true, failure: { retries: { maxAttempts: 2 } } }
      - id: outer
        map: { over: [a, b], maxParallel: 2 }
        steps:
          - id: inner
            map: { over: [x, y] }
            steps:
              - { id: one, run: ./step.sh 1 0 }
          - { id: after, run: ./step.sh 0 0.03 }
      - id: sides
        parallel: {}
        steps:
          - { id: left, run: ./step.sh 0 0.05 }
          - { id: right, run: ./step.sh 1 0 }
      - id: turns
        loop: { until: "{{ iteration == 1 }}" }
        steps:
          - { id: turn, run: ./step.sh 0 0 }
  - { id: stuck, run: ./step.sh 99 0, failure: { retries: { maxAttempts: 3 } } }
  - { id: after, needs: [t0, t1], run: ./step.sh 0 0.02 }
  - { id: never, needs: [stuck], run: ./step.sh 0 0 }
`

/** What may be in no file of a state directory. */
export const secret = "hunter2-hunter2-hunter2"

/** Targets that print a secret, so that their output goes through a mask. */
const hidden = `name: torture
${failure}
inputs:
  token: { type: string, secret: true, required: true, env: TORTURE_TOKEN }
env: { TOKEN: "{{ inputs.token }}" }
targets:
  - forEach: { items: [${items(20)}] }
    id: "t{{ item }}"
    steps:
      - { id: short, run: ./step.sh 0 0 }
      - { id: flaky, run: ./step.sh 1 0.02 }
`

export const batches = { flat, nested, hidden } as const

export type BatchName = keyof typeof batches
