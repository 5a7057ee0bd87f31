/**
 * Values of secret inputs that stand in the arguments of pawl itself.
 *
 * Owns the words about them. Pure. The surprise: by the time that it can be said, `ps` has shown
 * them to whoever looked; it is said for the next time.
 */

/** A note for each secret input among what `--input` gave. */
export const visibleSecrets = (
  secrets: ReadonlyArray<string>,
  given: ReadonlyArray<string>
): ReadonlyArray<string> => {
  const names = new Set(given.map((text) => text.slice(0, text.indexOf("="))))
  return secrets.filter((name) => names.has(name)).map((name) =>
    `the value of \`${name}\` is secret and stands in the arguments of pawl, which \`ps\` shows to everybody: `
    + "give it by the environment variable that its `env` names, or with `--inputs FILE`"
  )
}
