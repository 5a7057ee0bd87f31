/**
 * The words of shell commands, so far as they change what stands beside them.
 *
 * Owns `case` (whose `)` closes no parenthesis) and the commands that work out their arguments as
 * sums: `[[ … -eq … ]]`, `let`, an array's subscript. Must not read quotes. The surprise: those
 * commands matter because bash runs a `$( … )` that it finds in the *value* of such an argument.
 */
type CaseState = "subject" | "in" | "pattern" | "body"

/** After these a command begins still. */
const openers = new Set(["if", "then", "elif", "else", "while", "until", "do", "{", "!", "time"])
const assignment = /^[A-Za-z_][A-Za-z0-9_]*(?:\[.*\])?\+?=/
const subscript = /^[A-Za-z_][A-Za-z0-9_]*\[[^\]]*$/
const sums = new Set(["-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-v"])

export interface CommandWords {
  /** Adds a character to the word; `\0` stands for one that is quoted or expanded. */
  readonly add: (char: string) => void
  /** White space at `at`: the word, if there is one, ends. */
  readonly end: (at: number) => void
  /** The command ends at `at`, and another may begin. */
  readonly separator: (at: number) => void
  /** `;;` at `at`. */
  readonly caseBranchEnds: (at: number) => void
  /** `)` at `at`: true where it ends a pattern of `case`, or a group inside `[[`. */
  readonly patternEnds: (at: number) => boolean
  /** `(`: true where it only begins a pattern of `case`, or groups inside `[[`. */
  readonly opensPattern: () => boolean
  readonly within: () => boolean
  readonly startsCommand: () => boolean
  /** True where the shell works out as a sum what stands here, in quotes or not. */
  readonly takesSums: () => boolean
}

/** For one list of commands. `arithmetic` is told of ranges that turn out to be worked out. */
export const makeCommandWords = (arithmetic: (start: number, end: number) => void): CommandWords => {
  const cases: Array<CaseState> = []
  let word = ""
  let begins = true
  let command = ""
  let commandStart = 0
  let summed = false

  const toTop = (state: CaseState): void => {
    cases[cases.length - 1] = state
  }

  const commandEnds = (at: number): void => {
    if (summed) arithmetic(commandStart, at)
    begins = true
    command = ""
    summed = false
  }

  const wordEnds = (at: number): void => {
    const state = cases.at(-1)
    if (command === "[[" && word === "]]") return commandEnds(at)
    if (command !== "[[") {
      if (state === "subject") return toTop("in")
      if (state === "in") return toTop("pattern")
      if (word === "esac" && (state === "pattern" || (state === "body" && begins))) {
        cases.pop()
        begins = false
        return
      }
      if (state === "pattern") return
    }
    if (begins) {
      if (word === "case") {
        cases.push("subject")
      } else {
        if (openers.has(word) || assignment.test(word)) return
        command = word
        commandStart = at
      }
      begins = false
    } else if (command === "[[" ? sums.has(word) : word === "-v" && (command === "[" || command === "test")) {
      summed = true
    }
  }

  const end = (at: number): void => {
    if (word !== "") wordEnds(at)
    word = ""
  }

  const separator = (at: number): void => {
    end(at)
    if (command !== "[[") commandEnds(at)
  }

  return {
    add: (char) => {
      word += char
    },
    end,
    separator,
    caseBranchEnds: (at) => {
      separator(at)
      if (cases.at(-1) === "body") toTop("pattern")
    },
    patternEnds: (at) => {
      end(at)
      if (command === "[[") return true
      const inCase = cases.at(-1) === "pattern"
      if (inCase) toTop("body")
      commandEnds(at)
      return inCase
    },
    opensPattern: () => word === "" && (command === "[[" || cases.at(-1) === "pattern"),
    within: () => word !== "",
    startsCommand: () => word === "" && (begins || command === "for"),
    takesSums: () => command === "let" || subscript.test(word)
  }
}
