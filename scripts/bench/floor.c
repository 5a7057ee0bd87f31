/*
 * The least an operating system asks for a batch of targets whose ends are durable: one child and one
 * synced line of journal each. What pawl costs is measured against this.
 *
 *   floor shell|exec COUNT FILE [WIDTH]
 *   floor print BYTES FILE
 *
 * shell starts `/bin/sh -c /bin/true`, exec starts `/bin/true`; WIDTH of them (1) run at the same time. The end
 * of each is a line of 200 bytes appended to FILE. As pawl does, all that have ended by the time the first is
 * seen are written at once and synced once, and only then are others started in their place: at a width of 1
 * that is one write and one sync a child. With `-` for FILE there is no journal.
 *
 * print sends what one `sh -c` prints, BYTES zeros, to FILE, and syncs nothing.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LINE = 200, WIDEST = 1024 };

extern char **environ;

static void die(const char *what) {
  perror(what);
  exit(1);
}

/* Starts one child; its standard output is `out`, or that of this program where that is negative. */
static void start(char **command, int out) {
  pid_t child = fork();
  if (child < 0) die("fork");
  if (child > 0) return;
  if (out >= 0 && dup2(out, STDOUT_FILENO) < 0) _exit(126);
  execve(command[0], command, environ);
  _exit(127);
}

/* Takes a child that has ended; 0 where none has and `flags` say not to wait for one. */
static int end(int flags) {
  int status;
  pid_t child = waitpid(-1, &status, flags);
  if (child < 0) die("waitpid");
  if (child > 0 && (!WIFEXITED(status) || WEXITSTATUS(status) != 0)) {
    fprintf(stderr, "floor: a child did not succeed\n");
    exit(1);
  }
  return child > 0;
}

static int print(const char *bytes, const char *file) {
  char script[64];
  snprintf(script, sizeof script, "head -c %s /dev/zero", bytes);
  char *command[] = {"/bin/sh", "-c", script, NULL};
  int out = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (out < 0) die(file);
  start(command, out);
  end(0);
  return 0;
}

static int batch(int by_shell, int count, const char *file, int width) {
  char *shell[] = {"/bin/sh", "-c", "/bin/true", NULL};
  char *direct[] = {"/bin/true", NULL};
  char **command = by_shell ? shell : direct;
  int durable = strcmp(file, "-") != 0;
  int journal = durable ? open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
  if (durable && journal < 0) die(file);
  static char lines[LINE * WIDEST];
  memset(lines, 'x', sizeof lines);
  for (int line = 1; line <= WIDEST; line++) lines[line * LINE - 1] = '\n';

  for (int started = 0, ended = 0; ended < count;) {
    for (; started < count && started - ended < width; started++) start(command, -1);
    int together = end(0);
    while (ended + together < started && end(WNOHANG)) together++;
    ended += together;
    if (!durable) continue;
    ssize_t size = (ssize_t)together * LINE;
    if (write(journal, lines, size) != size) die("write");
    if (fdatasync(journal) != 0) die("fdatasync");
  }
  return 0;
}

int main(int argc, char **argv) {
  const char *mode = argc > 1 ? argv[1] : "";
  int width = argc == 5 ? atoi(argv[4]) : 1;
  if (argc == 4 && strcmp(mode, "print") == 0) return print(argv[2], argv[3]);
  int by_shell = strcmp(mode, "shell") == 0;
  if ((argc != 4 && argc != 5) || (!by_shell && strcmp(mode, "exec") != 0) || width < 1 || width > WIDEST) {
    fprintf(stderr, "usage: floor shell|exec COUNT FILE [WIDTH] | floor print BYTES FILE\n");
    return 64;
  }
  return batch(by_shell, atoi(argv[2]), argv[3], width);
}
