import { describe, expect, it } from "@effect/vitest"
import { Either } from "effect"
import { parseShell, shellVariables } from "../../src/expression/ShellTemplate.ts"
import { scope } from "./scope.ts"

const scriptOf = (text: string) => Either.map(parseShell(text), ({ script }) => script)
const errorsOf = (text: string) => Either.getOrThrow(Either.flip(parseShell(text)))

const bare = `"\${PAWL_1}"`
const inside = "${PAWL_1}"

describe("in a script, an expression becomes", () => {
  it.each([
    ["a quoted variable outside quotes", "ssh {{ item }} ls", `ssh ${bare} ls`],
    ["a variable in double quotes", `ssh "{{ item }}"`, `ssh "${inside}"`],
    ["a variable in a here-document", "cat <<EOF\n{{ item }}\nEOF\n", `cat <<EOF\n${inside}\nEOF\n`],
    ["a part of a word", "cp {{ item }}.bak x", `cp ${bare}.bak x`],
    ["the value of an assignment", "x={{ item }}", `x=${bare}`],
    ["a quoted variable in $(…), whatever stands around it", `echo "$(wc -l {{ item }})"`, `echo "$(wc -l ${bare})"`],
    ["a quoted variable after a closed quote", "echo 'it' {{ item }}", `echo 'it' ${bare}`],
    ["a quoted variable after an escaped quote", `echo \\' \\" {{ item }}`, `echo \\' \\" ${bare}`],
    ["a quoted variable after a comment with an apostrophe", "# don't\necho {{ item }}", `# don't\necho ${bare}`],
    ["a quoted variable after a # inside a word", "echo a#b' {x' {{ item }}", `echo a#b' {x' ${bare}`],
    ["a quoted variable after $#", "echo $# ${#x} $$ {{ item }}", `echo $# \${#x} $$ ${bare}`],
    ["the word of a default", "echo ${x:-{{ item }}}", `echo \${x:-${bare}}`],
    ["the word of a default in double quotes", `echo "\${x:-{{ item }}}"`, `echo "\${x:-${inside}}"`],
    ["a quoted variable beside a sum", "echo $((1 << 2)) {{ item }}\nEOF", `echo $((1 << 2)) ${bare}\nEOF`],
    ["a quoted variable in a command within a sum", "echo $(( $(wc -l {{ item }}) ))", `echo $(( $(wc -l ${bare}) ))`],
    [
      "a quoted variable in a case within $(…)",
      "$(case a in a) echo {{ item }};; esac)",
      `$(case a in a) echo ${bare};; esac)`
    ],
    [
      "a quoted variable in and after a case within $(…) in double quotes",
      `echo "$(case a in (b) case y in y) ;; esac;; a) ls {{ item }};; c) ;; esac; ls {{ item }})" "{{ item }}"`,
      `echo "$(case a in (b) case y in y) ;; esac;; a) ls ${bare};; c) ;; esac; ls ${bare})" "${inside}"`
    ],
    [
      "a quoted variable after a joined line with a comment",
      "echo a \\\n# it's\nls {{ item }}",
      `echo a \\\n# it's\nls ${bare}`
    ],
    ["a quoted variable in a pattern", "case x in {{ item }}) ;; esac", `case x in ${bare}) ;; esac`],
    ["a quoted variable in back-ticks", "echo `ls {{ item }}`", `echo \`ls ${bare}\``],
    [
      "a quoted variable in and after a here-string",
      "cat <<< {{ item }}\nls {{ item }}",
      `cat <<< ${bare}\nls ${bare}`
    ],
    ["a quoted variable in a test", "[[ {{ item }} == x* ]]", `[[ ${bare} == x* ]]`],
    ["a quoted variable in a process substitution", "diff <(ls {{ item }}) x", `diff <(ls ${bare}) x`]
  ])("%s", (_name, text, script) => {
    expect(scriptOf(text)).toEqual(Either.right(script))
  })

  it("one variable however often it stands there", () => {
    const template = Either.getOrThrow(parseShell(`a {{ item.n }} "{{item.n}}" {{ index }} {{ item.n }}`))
    expect(template.script).toBe(`a "\${PAWL_1}" "\${PAWL_1}" "\${PAWL_2}" "\${PAWL_1}"`)
    expect(shellVariables(template, scope)).toEqual(Either.right({ PAWL_1: "41", PAWL_2: "4" }))
  })

  it("nothing in a comment, where it is neither read nor evaluated", () => {
    const template = Either.getOrThrow(parseShell("# {{ .Broken }} {{ inputs.nope }}\necho 1 # {{ 1\n+ 2 }}"))
    expect(template).toMatchObject({ script: "# {{ .Broken }} {{ inputs.nope }}\necho 1 # {{ 1 + 2 }}", variables: [] })
    expect([...template.names.inputs]).toEqual([])
  })

  it("braces, where it is a literal of braces, even in single quotes", () => {
    expect(scriptOf(`docker inspect -f '{{ "{{" }}.Id{{ "}}" }}'`)).toEqual(Either.right("docker inspect -f '{{.Id}}'"))
  })
})

it("a script without expressions is left as it is, however odd", () => {
  const text = "echo 'open $( ` <<EOF \\"
  expect(parseShell(text)).toMatchObject(Either.right({ script: text, variables: [] }))
})

describe("a script is refused where a shell would not take a value as data:", () => {
  it.each([
    ["single quotes", "echo 'x {{ item }}'", "double quotes"],
    ["single quotes after a comment", "# it's\necho '{{ item }}'", "double quotes"],
    ["single quotes in $(…) in double quotes", `echo "$(echo '{{ item }}')"`, "double quotes"],
    ["$'…'", "echo $'a\\'{{ item }}'", "double quotes"],
    ["a here-document quoted with '…'", "cat <<'EOF'\n{{ item }}\nEOF", "unquoted"],
    ["a here-document quoted with \"…\"", "cat <<\"EOF\"\n{{ item }}\nEOF", "unquoted"],
    ["a here-document quoted with a backslash", "cat <<-\\EOF\n\t{{ item }}\n\tEOF", "unquoted"],
    ["the second of two here-documents", "cat <<A <<'B'\nx\nA\n{{ item }}\nB", "unquoted"],
    ["a quoted here-document in $(…)", "x=$(cat <<'E'\n{{ item }}\nE\n)", "unquoted"],
    ["the delimiter of a here-document", "cat <<{{ item }}\nx", "fixed word"],
    ["a sum", "echo $(( {{ item }} + 1 ))", "inside the braces"],
    ["a quoted part of a sum", `echo $(( "{{ item }}" + 1 ))`, "inside the braces"],
    ["a sum of an older kind", "echo $[ {{ item }} + 1 ]", "inside the braces"],
    ["a sum as a command", "if (( {{ item }} > 1 )); then :; fi", "inside the braces"],
    ["a loop that counts", "for ((i = 0; i < {{ item }}; i++)); do :; done", "inside the braces"],
    ["a comparison of numbers", "[[ a == b || {{ item }} -gt 1 ]]", "inside the braces"],
    ["let", "let x={{ item }}", "inside the braces"],
    ["let with quotes", `let "x = {{ item }}"`, "inside the braces"],
    ["a subscript", `a["{{ item }}"]=1`, "inside the braces"],
    ["a pattern to be cut off", "echo ${x#{{ item }}}", "to a variable first"],
    ["an offset", "echo ${x:{{ item }}}", "to a variable first"],
    ["double quotes within ${…} within double quotes", `echo "\${x:-"{{ item }}"}"`, "to a variable first"],
    ["single quotes within ${…} within double quotes", `echo "\${x:-'{{ item }}'}"`, "to a variable first"],
    ["a comparison whose end is too deep to see", `[[ {{ item }} == ${"$(".repeat(100)}`, "variable first"],
    ["back-ticks with a backslash", "echo `echo \\\"{{ item }}`", "$(…)"],
    ["a backslash before it", "echo \\{{ item }}", "remove the backslash"],
    ["a backslash before it in double quotes", `echo "\\{{ item }}"`, "remove the backslash"],
    ["a dollar before it", "echo ${{ item }}", "write {{ item }} without `$`"],
    ["a dollar before it in double quotes", `echo "\${{ item }}"`, "without `$`"],
    ["nesting that nobody wrote", `${"$(".repeat(100)}{{ item }}`, "variable first"],
    ["nests of sums that are not closed", `${"$((".repeat(3_000)}{{ item }}`, "variable first"]
  ])("%s", (_name, text, hint) => {
    const [error, ...others] = errorsOf(text)
    expect(others).toEqual([])
    expect(error).toMatchObject({ kind: "quoting", offset: text.indexOf("{{ item }}"), length: 10 })
    expect(error?.hint).toContain(hint)
  })

  it("a dollar before braces that are a literal", () => {
    expect(errorsOf(`echo \${{ "{{" }}`)).toMatchObject([{ kind: "quoting", offset: 6 }])
  })

  it("each place at once, with the errors of expressions, in order", () => {
    expect(errorsOf("echo '{{ item }}' {{ 1 + }} '{{ index }}' {{")).toMatchObject([
      { kind: "quoting", offset: 6 },
      { kind: "syntax", offset: 24 },
      { kind: "quoting", offset: 29 },
      { kind: "syntax", offset: 42 }
    ])
  })
})

describe("the variables of a script", () => {
  it("are text, each in the form it has in a template", () => {
    const template = Either.getOrThrow(parseShell("{{ item.id }} {{ inputs.suites }} {{ inputs.empty }}"))
    expect(shellVariables(template, scope)).toEqual(
      Either.right({ PAWL_1: "12345678901234567890", PAWL_2: `["smoke","checkout"]`, PAWL_3: "" })
    )
  })

  it("can't hold a NUL character, and say so without telling the value", () => {
    const template = Either.getOrThrow(parseShell("echo {{ inputs.x }}"))
    const error = Either.getOrThrow(Either.flip(shellVariables(template, { inputs: { x: "s3cret\0x" }, env: {} })))
    expect(error).toMatchObject({ kind: "type", message: expect.stringContaining("NUL") })
    expect(`${error.message} ${error.hint}`).not.toContain("s3cret")
  })

  it("fail with the first expression that fails, at its place in the script", () => {
    const template = Either.getOrThrow(parseShell("echo {{ inputs.nope }}"))
    expect(Either.getOrThrow(Either.flip(shellVariables(template, scope)))).toMatchObject({
      kind: "missing",
      offset: 15
    })
  })
})
