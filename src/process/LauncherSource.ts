/**
 * The launcher, in C: the process that starts the commands of a run and collects their ends.
 *
 * Owns vfork, exec, wait and the record of both. Must not decide anything. The surprise: it is a
 * process of its own, so that it outlives a pawl that is killed, and can still say how the commands
 * ended that went on. It calls nothing but the system, since it was forked from a process with many
 * threads; what it does not need of that one's memory it gives back at once.
 */
import { launcherSystem } from "./LauncherSystem.ts"

/** Bytes of a message: program, folder, tag, arguments and environment. Longer than any system allows. */
export const MESSAGE_BYTES = 8 * 1024 * 1024

/**
 * C99 for TinyCC, without headers, for 64-bit Linux with glibc or musl.
 *
 * - `launcher_open(fds)` forks the launcher; gives 0, or an errno below zero. `fds` is then the control
 *   socket, the pipe that tells ends (8 bytes each, slot and wait status), and its process id.
 * - `launcher_close(control, pid)` lets it go, and collects it if nothing runs any more.
 * - `launcher_start(control, message, length, out, err, record, reply)` starts a command; gives its process
 *   id, an errno below zero, or 0 where the launcher is gone. `reply` is its start time in clock ticks.
 */
export const launcherSource = `${launcherSystem}
enum { KIDS = 65536, TAG = 65536, MESSAGE = ${MESSAGE_BYTES} };
enum { SIGCHLD = 17, WNOHANG = 1, BLOCK = 0, SETMASK = 2, DUPLICATE = 0, CLOEXEC_RIGHTS = 0x40000000 };

static struct { int pid, record; u32 slot; } kids[KIDS];
static int kidCount;
static char line[TAG + 256];
static u64 oldMask[16];

static void record(int fd, const char *what, u32 slot, int pid, const char *key, i64 value, const char *tag) {
  char *end = line;
  /* A line that a full disk cut short must not take the next one with it. */
  end = put(end, "\\n{\\""); end = put(end, what); end = put(end, "\\":"); end = number(end, slot);
  end = put(end, ",\\"pid\\":"); end = number(end, pid);
  end = put(end, ",\\"at\\":"); end = number(end, now());
  end = put(end, ",\\""); end = put(end, key); end = put(end, "\\":"); end = number(end, value);
  /* One that is too long is left out, and its attempt is made again after a kill, as it would be without a launcher. */
  if (*tag && length(tag) <= TAG) { end = put(end, ","); end = put(end, tag); }
  end = put(end, "}\\n");
  writeAll(fd, line, end - line);
}
static void collect(int ends) {
  int status, pid, i;
  while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
    for (i = 0; i < kidCount; i++) if (kids[i].pid == pid) {
      u32 told[2]; told[0] = kids[i].slot; told[1] = status;
      /* Whoever waits is told first; where nobody does any more, the record is what counts. */
      writeAll(ends, told, sizeof told);
      if (kids[i].record >= 0) { record(kids[i].record, "ended", kids[i].slot, pid, "status", status, ""); close(kids[i].record); }
      kids[i] = kids[--kidCount];
      break;
    }
  }
}
static i64 start(struct head *head, int *fds, char *body, char *at, char **words, struct answer *answer) {
  char *path = body, *folder = path + length(path) + 1;
  char **variables; u32 i; int pid, nothing, out = fds[0], err = fds[1]; volatile int problem = 0;
  if (kidCount == KIDS) return -11;
  for (i = 0; i < head->arguments; i++) { words[i] = at; at += length(at) + 1; }
  words[i] = 0;
  variables = words + i + 1;
  for (i = 0; i < head->variables; i++) { variables[i] = at; at += length(at) + 1; }
  variables[i] = 0;
  nothing = open("/dev/null", CLOEXEC);
  if (nothing < 0) return -*__errno_location();
  pid = vfork();
  if (pid == 0) {
    setsid();
    dup2(nothing, 0); dup2(out, 1); dup2(err, 2);
    sigprocmask(SETMASK, oldMask, 0);
    if (chdir(folder) == 0) execve(path, words, variables);
    problem = *__errno_location();
    _exit(127);
  }
  if (pid < 0) problem = *__errno_location();
  close(nothing);
  if (problem) { if (pid > 0) waitpid(pid, 0, 0); return -problem; }
  answer->startTime = startTime(pid);
  kids[kidCount].pid = pid; kids[kidCount].slot = head->slot; kids[kidCount].record = fds[2];
  kidCount++;
  fds[2] = -1;
  return pid;
}
/* One request; 0 where there will be no more. */
static int serve(int control, char *body, char **words) {
  struct head head; struct rights rights; struct part part; struct message message; struct answer answer;
  char *tag; int i;
  for (i = 0; i < (int)sizeof message; i++) ((char *)&message)[i] = 0;
  part.base = &head; part.length = sizeof head;
  message.parts = &part; message.partCount = 1; message.control = &rights; message.controlLength = sizeof rights;
  rights.length = 0;
  i64 got = recvmsg(control, &message, CLOEXEC_RIGHTS);
  if (got < 0 && *__errno_location() == 4) return 1;
  if (got <= 0 || (got < (i64)sizeof head && readAll(control, (char *)&head + got, sizeof head - got) <= 0)) return 0;
  if (head.length > MESSAGE || rights.length < 28 || readAll(control, body, head.length) <= 0) return 0;
  answer.startTime = 0;
  tag = body + length(body) + 1;
  tag += length(tag) + 1;
  answer.pid = start(&head, rights.fds, body, tag + length(tag) + 1, words, &answer);
  for (i = 0; i < 3; i++) if (rights.fds[i] >= 0) close(rights.fds[i]);
  /* Before pawl knows of it: what pawl records of it comes after this. */
  if (answer.pid > 0) record(kids[kidCount - 1].record, "began", head.slot, answer.pid, "start", answer.startTime, tag);
  return sendAll(control, &answer, sizeof answer) == 0;
}
static void launcher(int control, int ends, int parent) {
  u64 all[16], child[16]; struct pollfd waiting[2]; int i, isOpen = 1, nothing;
  char junk[1024], *body; char **words;
  setsid();
  sigfillset(all); sigprocmask(SETMASK, all, 0);
  /* What whoever started pawl ignores is nothing to a step; and who ignores SIGCHLD never hears of an end. */
  for (i = 1; i < 65; i++) signal(i, 0);
  for (i = 0; i < 16; i++) child[i] = 0;
  child[0] = 1UL << (SIGCHLD - 1);
  nothing = open("/dev/null", 2);
  for (i = 0; i < 3; i++) dup2(nothing, i);
  /* Nothing of pawl's may stay open here: neither its lock nor the pipe that somebody reads. */
  control = fcntl(control, DUPLICATE, 5); ends = fcntl(ends, DUPLICATE, 5);
  dup3(control, 3, CLOEXEC); dup3(ends, 4, CLOEXEC);
  if (syscall(436, 5, ~0U, 0) != 0) for (i = 5; i < 65536; i++) close(i);
  rename(parent);
  giveBack(kids, sizeof kids);
  body = mmap(0, MESSAGE, 3, 0x4022, -1, 0);
  words = mmap(0, MESSAGE, 3, 0x4022, -1, 0);
  waiting[1].fd = signalfd(-1, child, 0x80800);
  if (body == (void *)-1 || words == (void *)-1 || waiting[1].fd < 0) _exit(1);
  writeAll(4, "", 1);
  waiting[0].fd = 3; waiting[0].events = waiting[1].events = 1;
  while (isOpen || kidCount) {
    waiting[0].revents = waiting[1].revents = 0;
    if (poll(waiting, 2, -1) < 0) continue;
    if (waiting[1].revents) { while (read(waiting[1].fd, junk, sizeof junk) > 0); collect(4); }
    if (waiting[0].revents && !serve(3, body, words)) { isOpen = 0; waiting[0].fd = -1; close(3); }
  }
  _exit(0);
}
int launcher_open(int *fds) {
  int control[2], ends[2], pid, parent = getpid();
  if (socketpair(1, 1 | CLOEXEC, 0, control) != 0) return -*__errno_location();
  if (pipe2(ends, CLOEXEC) != 0) { int problem = *__errno_location(); close(control[0]); close(control[1]); return -problem; }
  sigprocmask(BLOCK, 0, oldMask);
  pid = fork();
  if (pid == 0) launcher(control[1], ends[1], parent);
  int problem = pid < 0 ? *__errno_location() : 0;
  char ready;
  close(control[1]); close(ends[1]);
  /* It says that it is there, or is not. */
  if (!problem && readAll(ends[0], &ready, 1) <= 0) problem = 5;
  if (problem) { close(control[0]); close(ends[0]); return -problem; }
  fds[0] = control[0]; fds[1] = ends[0]; fds[2] = pid;
  return 0;
}
void launcher_close(int control, int pid) {
  struct time moment; int left;
  close(control);
  /* It ends at once where nothing runs any more; in a container there may be nobody else to collect it. */
  for (left = 200; left && waitpid(pid, 0, WNOHANG) == 0; left--) {
    moment.seconds = 0; moment.nanoseconds = 250000;
    nanosleep(&moment, 0);
  }
}
i64 launcher_start(int control, const char *words, u32 size, int out, int err, int record, u64 *reply) {
  struct rights rights; struct part part; struct message message; struct answer answer; int i; i64 sent;
  for (i = 0; i < (int)sizeof message; i++) ((char *)&message)[i] = 0;
  rights.length = 28; rights.level = 1; rights.type = 1;
  rights.fds[0] = out; rights.fds[1] = err; rights.fds[2] = record; rights.fds[3] = 0;
  part.base = (void *)words; part.length = 16;
  message.parts = &part; message.partCount = 1; message.control = &rights; message.controlLength = 32;
  while ((sent = sendmsg(control, &message, NOSIGNAL)) < 0 && *__errno_location() == 4);
  if (sent != 16 || sendAll(control, words + 16, size - 16) != 0) return 0;
  if (readAll(control, &answer, sizeof answer) <= 0) return 0;
  *reply = answer.startTime;
  return answer.pid;
}
`
