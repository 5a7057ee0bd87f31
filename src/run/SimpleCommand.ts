/**
 * Scripts that need no shell: one plain command, its words and nothing else.
 *
 * Owns that judgement. Pure, and careful: whatever a shell might read in another way goes to the
 * shell. The surprise: the shell itself would only start the program and wait for it, so leaving
 * it out saves a process and changes nothing that can be seen. Source of the idea: GNU make.
 */

/** Words without a character that means anything to a shell, and blanks between them. */
const plain = /^[A-Za-z0-9_./@%+,:-][A-Za-z0-9_./@%+,:=-]*(?:[ \t]+[A-Za-z0-9_./@%+,:-][A-Za-z0-9_./@%+,:=-]*)*$/

/** What a shell does itself, or may do in another way than the program of that name. */
const shellWords = new Set(
  ". : alias bg bind break builtin caller case cd chdir command compgen complete continue coproc declare dirs disown do "
    .concat(
      "done echo elif else enable esac eval exec exit export fc fg fi for function getopts hash help history if in "
    )
    .concat("jobs kill let local logout mapfile popd printf pushd pwd read readarray readonly return select set shift ")
    .concat("shopt source suspend test then time times trap type typeset ulimit umask unalias unset until wait while")
    .split(" ")
)

const defaultShell = ["sh", "-e"]

/** The words of a script that can be started as they are; undefined where it needs its shell. */
export const simpleCommand = (
  script: string,
  shell: ReadonlyArray<string>
): readonly [string, ...ReadonlyArray<string>] | undefined => {
  if (shell.length !== defaultShell.length || shell.some((word, index) => word !== defaultShell[index])) {
    return undefined
  }
  const text = script.trim()
  if (!plain.test(text)) return undefined
  const [program = "", ...words] = text.split(/[ \t]+/)
  return program.includes("=") || shellWords.has(program) ? undefined : [program, ...words]
}
