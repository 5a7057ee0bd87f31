/** A Bun program that only says something: what `pawl --version` is measured against. */
process.stdout.write("hello\n")
