/**
 * The launcher, in C: the process that starts the commands of a run and collects their ends.
 *
 * Owns vfork, exec, wait and the record of both. Must not decide anything. The surprise: it is a
 * process of its own, so that it outlives a pawl that is killed, and can still say how the commands
 * ended that went on. It calls nothing but the system, since it was forked from a process with many
 * threads; what it does not need of that one's memory it gives back at once.
 */
import { launcherCalls } from "./LauncherCalls.ts"
import { launcherSystem } from "./LauncherSystem.ts"

/** Bytes of a message: program, folder, tag, arguments and environment. Longer than any system allows. */
export const MESSAGE_BYTES = 8 * 1024 * 1024

/** So many processes may wait for their turn at once. */
export const GATES = 16

/** C99 for TinyCC, without headers, for 64-bit Linux with glibc or musl; what it exports is in `LauncherCalls.ts`. */
export const launcherSource = `${launcherSystem}
enum { KIDS = 65536, UNTOLD = 3 * KIDS, TAG = 65536, MESSAGE = ${MESSAGE_BYTES}, GATES = ${GATES}, NO_GATE = 0xffffffff };
/* At a gate: not told yet, to become the command, not to, on its way to it, could not (and the errno). */
enum { WAITS = 0, GOES = 1, DROPPED = 2, BEGUN = 3, FAILED = 0x10000, STARTED = 0x20000 };
enum { STACK = 64 << 10, ROOM = STACK + TAG + 4096, CLONE_VM = 0x100, CLONE_BUSY = 0x300000 };
enum { GONE = 8 | 16 | 32, TAKE = 6, SIGCHLD = 17, SIGKILL = 9, BLOCK = 0, SETMASK = 2, CLOEXEC_RIGHTS = 0x40000000 };

static struct { int pid, record; u32 slot, gate; } kids[KIDS];
static struct gate *gates;
/* Where a message is read to, and where a process that waits at a gate lives until it is a command; the last has no gate. */
static struct post { volatile int busy; int nothing, fds[3], launcher; u32 gate, slot; char *body, *tag, *line, *stack; char **words, **variables; } posts[GATES + 1];
static int kidCount;
static u64 oldMask[16];

static void record(char *line, int fd, const char *what, u32 slot, int pid, const char *key, i64 value, const char *tag) {
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
/* What is to be told and the pipe has no room for: whoever waits for somebody to read it could not serve meanwhile. */
static struct told *untold;
static u32 untoldCount;
static void tellRest(void) {
  u32 i = 0, j;
  while (i < untoldCount && write(4, untold + i, sizeof *untold) == sizeof *untold) i++;
  for (j = i; i && j < untoldCount; j++) untold[j - i] = untold[j];
  untoldCount -= i;
}
static void tell(u32 slot, u32 status, i64 pid, u64 startTime) {
  struct told told;
  told.slot = slot; told.status = status; told.pid = pid; told.startTime = startTime;
  if (untoldCount == UNTOLD) return;
  untold[untoldCount++] = told;
  tellRest();
}
static void collect(void) {
  int status, pid, i;
  while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
    for (i = 0; i < kidCount; i++) if (kids[i].pid == pid) {
      u32 word = kids[i].gate == NO_GATE ? BEGUN : gates[kids[i].gate].word;
      /* What somebody ended at its gate is no end of its command, even where pawl has let it go meanwhile. */
      if (word < BEGUN) word = FAILED;
      /* Whoever waits is told first; where nobody does any more, the record is what counts. */
      tell(kids[i].slot, word == BEGUN ? status : word, 0, 0);
      /* Of one that could not become its command the record says that it began, and is over: it is made again. */
      if (word == BEGUN) record(posts[GATES].line, kids[i].record, "ended", kids[i].slot, pid, "status", status, "");
      close(kids[i].record);
      kids[i] = kids[--kidCount];
      break;
    }
  }
}
static int become(struct post *post) {
  char *path = post->body;
  if (chdir(path + length(path) + 1) == 0) execve(path, post->words, post->variables);
  return *__errno_location();
}
static void enter(struct post *post) {
  setsid();
  dup2(post->nothing, 0); dup2(post->fds[0], 1); dup2(post->fds[1], 2);
  sigprocmask(SETMASK, oldMask, 0);
}
/* A process that waits for its turn. It lives in the launcher's memory, as one of vfork does, but beside it. */
static int waitAtGate(void *given) {
  struct post *post = given; struct gate *gate = gates + post->gate; int i;
  enter(post);
  /* All but the lock of the folder, which goes with exec: by then the record says that it began. */
  close(3); close(4); close(6);
  /* Who waits for somebody that is no more would wait for ever. */
  if (prctl(1, 9), getppid() != post->launcher) _exit(127);
  while (gate->word == WAITS) sleepWhile(&gate->word, WAITS, 0);
  if (gate->word != GOES) _exit(127);
  /* It may have been let go while it was being made: who it is stands in the record. */
  while (gate->pid == 0) sleepWhile((u32 *)&gate->pid, 0, 0);
  gate->word = BEGUN;
  prctl(1, 0);
  record(post->line, post->fds[2], "began", post->slot, getpid(), "start", gate->startTime, post->tag);
  gate->word = FAILED | become(post);
  _exit(127);
  return 0;
}
static i64 start(struct post *post, struct head *head, struct answer *answer) {
  char *at = post->tag + length(post->tag) + 1;
  u32 i; int pid; volatile int problem = 0;
  if (kidCount == KIDS || post->busy) return -11;
  for (i = 0; i < head->arguments; i++) { post->words[i] = at; at += length(at) + 1; }
  post->words[i] = 0;
  post->variables = post->words + i + 1;
  for (i = 0; i < head->variables; i++) { post->variables[i] = at; at += length(at) + 1; }
  post->variables[i] = 0;
  post->nothing = open("/dev/null", CLOEXEC);
  if (post->nothing < 0) return -*__errno_location();
  post->gate = head->gate; post->slot = head->slot; post->launcher = getpid();
  if (head->gate != NO_GATE) {
    /* busy is cleared by the system once that process has left this memory. */
    pid = clone(waitAtGate, post->stack + STACK, CLONE_VM | CLONE_BUSY | SIGCHLD, post, &post->busy, 0, &post->busy);
  } else {
    pid = vfork();
    if (pid == 0) { enter(post); problem = become(post); _exit(127); }
  }
  if (pid < 0) problem = *__errno_location();
  close(post->nothing);
  if (problem) { if (pid > 0) waitpid(pid, 0, 0); return -problem; }
  answer->startTime = startTime(pid);
  kids[kidCount].pid = pid; kids[kidCount].slot = head->slot; kids[kidCount].record = post->fds[2]; kids[kidCount].gate = head->gate;
  kidCount++;
  return pid;
}
/* One request; 0 where there will be no more. */
static int serve(int control) {
  struct head head; struct rights rights; struct part part; struct message message; struct answer answer; struct post *post;
  int i;
  for (i = 0; i < (int)sizeof message; i++) ((char *)&message)[i] = 0;
  part.base = &head; part.length = sizeof head;
  message.parts = &part; message.partCount = 1; message.control = &rights; message.controlLength = sizeof rights;
  rights.length = 0;
  i64 got = recvmsg(control, &message, CLOEXEC_RIGHTS);
  if (got < 0 && *__errno_location() == 4) return 1;
  if (got <= 0 || (got < (i64)sizeof head && readAll(control, (char *)&head + got, sizeof head - got) <= 0)) return 0;
  if (head.length > MESSAGE || (head.gate != NO_GATE && head.gate >= GATES) || rights.length < 28) return 0;
  post = posts + (head.gate == NO_GATE || posts[head.gate].busy ? GATES : head.gate);
  if (readAll(control, post->body, head.length) <= 0) return 0;
  for (i = 0; i < 3; i++) post->fds[i] = rights.fds[i];
  answer.startTime = 0;
  post->tag = post->body + length(post->body) + 1;
  post->tag += length(post->tag) + 1;
  answer.pid = head.gate != NO_GATE && post == posts + GATES ? -11 : start(post, &head, &answer);
  for (i = 0; i < 2; i++) close(rights.fds[i]);
  /* The record stays open as long as its process is a kid. */
  if (answer.pid <= 0) close(rights.fds[2]);
  if (head.gate != NO_GATE) {
    gates[head.gate].startTime = answer.startTime;
    gates[head.gate].pid = answer.pid;
    /* A barrier too: who lets it go from here on sees who it is, and who has done so before is told. */
    wake((u32 *)&gates[head.gate].pid);
    if (answer.pid < 0 || gates[head.gate].word != WAITS) tell(head.slot, STARTED, answer.pid, answer.startTime);
    return 1;
  }
  /* Before pawl knows of it: what pawl records of it comes after this. */
  if (answer.pid > 0) record(post->line, kids[kidCount - 1].record, "began", head.slot, answer.pid, "start", answer.startTime, post->tag);
  tell(head.slot, STARTED, answer.pid, answer.startTime);
  return 1;
}
static void launcher(int control, int ends, int parent, const char *folder) {
  u64 all[16], child[16]; struct pollfd waiting[3]; int i, isOpen = 1, nothing; char junk[1024];
  setsid();
  sigfillset(all); sigprocmask(SETMASK, all, 0);
  /* What whoever started pawl ignores is nothing to a step; and who ignores SIGCHLD never hears of an end. */
  for (i = 1; i < 65; i++) signal(i, 0);
  for (i = 0; i < 16; i++) child[i] = 0;
  child[0] = 1UL << (SIGCHLD - 1);
  nothing = open("/dev/null", 2);
  for (i = 0; i < 3; i++) dup2(nothing, i);
  /* Nothing of pawl's may stay open here: neither its lock nor the pipe that somebody reads. */
  keepOnly(control, ends);
  if (open(folder, CLOEXEC) != 5) _exit(1);
  flock(5, TAKE);
  rename(parent);
  giveBack(kids, sizeof kids);
  for (i = 0; i <= GATES; i++) {
    char *room = mmap(0, 2UL * MESSAGE + ROOM, 3, 0x4022, -1, 0);
    if (room == (char *)-1) _exit(1);
    posts[i].stack = room; posts[i].line = room + STACK; posts[i].body = room + ROOM; posts[i].words = (char **)(room + ROOM + MESSAGE);
  }
  waiting[1].fd = signalfd(-1, child, 0x80800);
  if (waiting[1].fd < 0) _exit(1);
  untold = mmap(0, UNTOLD * sizeof *untold, 3, 0x4022, -1, 0);
  if (untold == (void *)-1) _exit(1);
  writeAll(4, "", 1);
  /* For writing without waiting. */
  fcntl(4, 4, 1 | 0x800);
  waiting[0].fd = 3; waiting[0].events = waiting[1].events = 1; waiting[2].events = 4;
  while (isOpen || kidCount) {
    waiting[0].revents = waiting[1].revents = waiting[2].revents = 0;
    waiting[2].fd = untoldCount ? 4 : -1;
    if (poll(waiting, 3, -1) < 0) continue;
    /* Whether nobody reads any more is no question for errno, which those at the gates may change at any moment. */
    if (waiting[2].revents & GONE) untoldCount = 0;
    else if (waiting[2].revents) tellRest();
    if (waiting[1].revents) { while (read(waiting[1].fd, junk, sizeof junk) > 0); collect(); }
    if (waiting[0].revents && !serve(3)) {
      isOpen = 0; waiting[0].fd = -1; close(3);
      /* Whose turn has not come is not needed any more; who was let go may not have heard of it. */
      for (i = 0; i < kidCount; i++) if (kids[i].gate != NO_GATE) {
        if (gates[kids[i].gate].word == WAITS) gates[kids[i].gate].word = DROPPED;
        /* Somebody may have stopped it. */
        if (gates[kids[i].gate].word == DROPPED) kill(kids[i].pid, SIGKILL);
        else wake(&gates[kids[i].gate].word);
      }
      close(5);
    }
  }
  _exit(0);
}
${launcherCalls}`
