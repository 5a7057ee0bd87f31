/*
 * The least an operating system asks for a batch of targets whose ends are durable: one child and one
 * synced line of journal each. What pawl costs is measured against this.
 *
 *   floor shell|exec COUNT FILE
 *
 * shell starts `/bin/sh -c true`, exec starts `/bin/true`; each ends before the next starts, and a line
 * of 200 bytes is appended to FILE and synced in between. With `-` for FILE there is no journal.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void die(const char *what) {
  perror(what);
  exit(1);
}

int main(int argc, char **argv) {
  if (argc != 4) {
    fprintf(stderr, "usage: floor shell|exec COUNT FILE\n");
    return 64;
  }
  char *shell[] = {"/bin/sh", "-c", "true", NULL};
  char *direct[] = {"/bin/true", NULL};
  char **command = strcmp(argv[1], "shell") == 0 ? shell : direct;
  int count = atoi(argv[2]);
  int durable = strcmp(argv[3], "-") != 0;
  int journal = durable ? open(argv[3], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
  if (durable && journal < 0) die(argv[3]);
  char line[200];
  memset(line, 'x', sizeof line);
  line[sizeof line - 1] = '\n';

  for (int i = 0; i < count; i++) {
    pid_t child = fork();
    if (child < 0) die("fork");
    if (child == 0) {
      execve(command[0], command, environ);
      _exit(127);
    }
    int status;
    if (waitpid(child, &status, 0) != child) die("waitpid");
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
      fprintf(stderr, "floor: %s did not succeed\n", command[0]);
      return 1;
    }
    if (!durable) continue;
    if (write(journal, line, sizeof line) != (ssize_t)sizeof line) die("write");
    if (fdatasync(journal) != 0) die("fdatasync");
  }
  return 0;
}
