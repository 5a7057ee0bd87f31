import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest"
import { Either, FastCheck as fc } from "effect"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseShell, shellVariables } from "../../src/expression/ShellTemplate.ts"

const shells = ["/bin/sh", "bash"]
const state = { folder: "" }

beforeAll(() => {
  state.folder = mkdtempSync(join(tmpdir(), "pawl-shells-"))
})
afterAll(() => {
  rmSync(state.folder, { recursive: true, force: true })
})

/** Prints how many arguments there are, and each between angle brackets. */
const show = `show() { printf '%s:' "$#"; [ "$#" -eq 0 ] || printf '<%s>' "$@"; }\n`

const run = (shell: string, text: string, value: string): string => {
  const template = Either.getOrThrow(parseShell(show + text))
  const variables = Either.getOrThrow(shellVariables(template, { inputs: {}, env: {}, item: value }))
  const ended = Bun.spawnSync([shell, "-e", "-c", template.script], {
    cwd: state.folder,
    env: { PATH: "/usr/bin:/bin", ...variables }
  })
  return ended.stdout.toString() + ended.stderr.toString()
}

const one = (value: string) => `1:<${value}>`

/** Scripts with `{{ item }}` in them, and what they print for a value. */
const shapes: ReadonlyArray<[script: string, printed: (value: string) => string]> = [
  ["show {{ item }}", one],
  [`show "{{ item }}"`, one],
  ["show x{{ item }}y", (value) => one(`x${value}y`)],
  [`show "a b{{ item }}c"`, (value) => one(`a b${value}c`)],
  ["show {{ item }}{{ item }} {{ item }}", (value) => `2:<${value}${value}><${value}>`],
  [`x={{ item }}; show "$x"`, one],
  [`export X={{ item }}; show "$X"`, one],
  [`show "$(printf '%s.' {{ item }})"`, (value) => one(`${value}.`)],
  [`show "$(printf '%s.' "{{ item }}")"`, (value) => one(`${value}.`)],
  [`show "\`printf '%s.' {{ item }}\`"`, (value) => one(`${value}.`)],
  [`show "\`printf '%s.' "{{ item }}"\`"`, (value) => one(`${value}.`)],
  [`show "$(printf '%s.' "$(printf '%s,' "{{ item }}")")"`, (value) => one(`${value},.`)],
  ["show ${nope:-{{ item }}}", one],
  [`show "\${nope:-{{ item }}}"`, one],
  [`show \${nope:-"{{ item }}"}`, one],
  ["show ${PATH:+{{ item }}}", one],
  ["cat <<EOF\n{{ item }}\nEOF", (value) => `${value}\n`],
  ["cat <<-EOF\n\t{{ item }}.\n\tEOF\nshow {{ item }}", (value) => `${value}.\n${one(value)}`],
  [`cat <<EOF\n"{{ item }}" it's \\$x\nEOF`, (value) => `"${value}" it's $x\n`],
  [`cat <<EOF\n$(printf '%s.' {{ item }})\nEOF`, (value) => `${value}.\n`],
  [
    `cat <<A; cat <<'B'; show {{ item }}\n{{ item }} '\nA\nit's " $( \`\nB\n`,
    (value) => `${value} '\nit's " $( \`\n${one(value)}`
  ],
  [`x=$(cat <<EOF\n{{ item }}.\nEOF\n); show "$x" {{ item }}`, (value) => `2:<${value}.><${value}>`],
  ["cat <<EOF | cat\nfoo\\\nEOF\n{{ item }}\nEOF\nshow {{ item }}", (value) => `fooEOF\n${value}\n${one(value)}`],
  ["cat <<\\EOF\n'$(\nEOF\nshow {{ item }}", (value) => `'$(\n${one(value)}`],
  ["# don't, \" or `\nshow {{ item }} # it's", one],
  ["show \\' {{ item }}", (value) => `2:<'><${value}>`],
  ["show 'it''s' {{ item }} 'x'", (value) => `3:<its><${value}><x>`],
  ["show a\\\n {{ item }}", (value) => `2:<a><${value}>`],
  ["show $((1 + 2)) ${#nope} $# {{ item }}", (value) => `4:<3><0><0><${value}>`],
  ["show $( (printf a); printf b) {{ item }}", (value) => `2:<ab><${value}>`],
  ["(show {{ item }})", one],
  ["{ show {{ item }}; }", one],
  ["f() { show \"$1\"; }; f {{ item }}", one],
  ["if true; then show {{ item }}; fi", one],
  [`for i in {{ item }}; do show "$i"; done`, one],
  ["case {{ item }} in {{ item }}) show {{ item }};; esac", one],
  [`y=$(case x in (a) echo no;; x) printf '%s.' {{ item }};; esac); show "$y"`, (value) => one(`${value}.`)],
  [`y=$(case {{ item }} in '') ;; *) ;; esac; printf '%s.' {{ item }}); show "$y"`, (value) => one(`${value}.`)],
  [
    `show "$(case x in (a) ;; x) printf '%s.' {{ item }};; b) ;; esac; printf '%s,' {{ item }})" "{{ item }}"`,
    (value) => `2:<${value}.${value},><${value}>`
  ],
  [`show '{{ "{{" }}.Id{{ "}}" }}' {{ item }}`, (value) => `2:<{{.Id}}><${value}>`]
]

/** Values that would do something if anything in them were read by a shell. */
const hostile = [
  "",
  " ",
  "plain",
  "two  words",
  "-rf",
  "*",
  "?[a-z]*",
  "~",
  "it's",
  "\"quoted\"",
  "'; touch pwned; '",
  "\"; touch pwned; \"",
  "$(touch pwned)",
  "`touch pwned`",
  "${HOME} $PATH $1",
  "a[$(touch pwned)]",
  "&& touch pwned",
  "| touch pwned",
  "> pwned",
  "line\nEOF\ntouch pwned",
  "\ttab\\",
  "\\",
  "\\n\\0",
  "%s%n",
  "#no comment",
  "{{ item }}",
  "!history",
  "naïve ☃ 𝄞",
  "\r\n"
]

describe.each(shells)("in %s", (shell) => {
  it.each(shapes)("%j gets every hostile value as data, unchanged", (script, printed) => {
    const all = hostile.join("")
    expect(run(shell, script, all)).toBe(printed(all))
  })

  it.each(hostile)("%j arrives as one word", (value) => {
    expect(run(shell, "show {{ item }} \"{{ item }}\"", value)).toBe(`2:<${value}><${value}>`)
  })

  it.prop(
    "any value in any of these scripts arrives unchanged",
    [
      fc.constantFrom(...shapes),
      fc.array(fc.oneof(fc.constantFrom(...hostile), fc.fullUnicodeString()), { maxLength: 5 })
    ],
    ([[script, printed], parts]) => {
      const value = parts.join("").replaceAll("\0", "")
      expect(run(shell, script, value)).toBe(printed(value))
    },
    { fastCheck: { numRuns: 60 } }
  )

  it("nothing was run that stood in a value", () => {
    expect(readdirSync(state.folder)).toEqual([])
  })
})
