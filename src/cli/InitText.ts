/** The manifest that `pawl init` writes: it validates, and it runs, with something to see. */
export const initText = `# A batch: independent targets that pawl runs unattended.
#
#   pawl validate batch.yaml                 every error at once
#   pawl run batch.yaml --auto-advance       run it, or go on with it
#   pawl status                              what is stuck, why, and what to do
#   pawl run batch.yaml --retry-blocked      try what is stuck again

name: first-batch
description: Three greetings, one of which needs a second attempt

# Values given from outside: pawl run batch.yaml --input greeting=Hi
inputs:
  greeting: { type: string, default: Hello, description: What is said to everyone }

# Defaults for the flags of \`pawl run\`.
run:
  autoAdvance: true        # go on to the next target when one is blocked

# What happens when a step fails. Targets and steps may say otherwise for themselves.
failure:
  retries: { maxAttempts: 3, backoffSeconds: 1, factor: 2 }
  timeout: 5m              # of one attempt

# Checks that must pass before any target starts, and again whenever the run is gone on with.
# preflight:
#   - { id: api-up, run: 'curl -fsS "$API/health"' }

targets:
  # One target for each item. \`file: hosts.txt\` takes one for each line of a file,
  # \`glob: "logs/*.gz"\` one for each file.
  - forEach: { items: [Ada, Grace] }
    id: "greet-{{ item }}"
    run: echo "{{ inputs.greeting }}, {{ item }}!"

  # A target with steps of its own. Values are always data: they never become code.
  - id: report
    needs: ["greet-*"]     # starts only when these are completed
    labels: { kind: summary }
    steps:
      - id: fetch
        # Fails the first time, so that there is an attempt to see: \`pawl logs first-batch report/fetch\`
        run: |
          echo "attempt $PAWL_ATTEMPT"
          test "$PAWL_ATTEMPT" -ge 2
      - id: optional
        continueOnError: true  # its failure is recorded, and the target goes on
        failure: { retries: { maxAttempts: 1 } }
        run: exit 7
      - id: tell
        run: echo "the optional step ended with {{ steps.optional.output.exit_code }}"
`
