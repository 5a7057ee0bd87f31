/**
 * What the launcher asks of the system, in C: its calls, and what is made of them.
 *
 * Owns the declarations and the helpers. Must not know what the launcher does with them. The surprise:
 * there are no headers. What stands here holds for 64-bit Linux, with glibc as with musl.
 */

/** C99; to be put before the launcher. */
export const launcherSystem = `
typedef unsigned int u32;
typedef unsigned long u64;
typedef long i64;
struct pollfd { int fd; short events, revents; };
struct part { void *base; u64 length; };
struct message { void *name; u32 nameLength; struct part *parts; u64 partCount; void *control; u64 controlLength; int flags; };
struct rights { u64 length; int level, type; int fds[4]; };
struct time { i64 seconds, nanoseconds; };
struct head { u32 length, slot, arguments, variables, gate; };
/* What pawl, the launcher and a process that waits for its turn share: whether it may go, and who it is. */
struct gate { volatile u32 word; volatile int pid; volatile u64 startTime; };
struct answer { i64 pid; u64 startTime; };
/* What pawl is told: that something ended, or was started; then who it is, or an errno below zero. No read splits one. */
struct told { u32 slot, status; i64 pid; u64 startTime, rest; };

extern int fork(void);
extern int vfork(void);
extern int clone(int (*)(void *), void *, int, void *, ...);
extern void _exit(int);
extern int execve(const char *, char *const *, char *const *);
extern int waitpid(int, int *, int);
extern int getpid(void);
extern int getppid(void);
extern int kill(int, int);
extern int setsid(void);
extern int chdir(const char *);
extern int open(const char *, int, ...);
extern int close(int);
extern int dup2(int, int);
extern int dup3(int, int, int);
extern int fcntl(int, int, ...);
extern int flock(int, int);
extern i64 read(int, void *, u64);
extern i64 write(int, const void *, u64);
extern i64 send(int, const void *, u64, int);
extern int pipe2(int *, int);
extern int poll(struct pollfd *, u64, int);
extern int socketpair(int, int, int, int *);
extern i64 sendmsg(int, const struct message *, int);
extern i64 recvmsg(int, struct message *, int);
extern int signalfd(int, const void *, int);
extern int sigprocmask(int, const void *, void *);
extern int sigfillset(void *);
extern void *signal(int, void *);
extern int prctl(int, ...);
extern i64 syscall(i64, ...);
extern int clock_gettime(int, struct time *);
extern int nanosleep(const struct time *, struct time *);
extern void *mmap(void *, u64, int, int, int, i64);
extern int munmap(void *, u64);
extern int *__errno_location(void);

enum { DUPLICATE = 0, CLOEXEC = 0x80000, NOSIGNAL = 0x4000, WNOHANG = 1 };

#ifdef __aarch64__
enum { FUTEX = 98 };
#else
enum { FUTEX = 202 };
#endif
enum { FUTEX_WAIT = 0, FUTEX_WAKE = 1 };
static void sleepWhile(volatile u32 *word, u32 value, struct time *most) { syscall(FUTEX, word, FUTEX_WAIT, value, most, 0, 0); }
static void wake(volatile u32 *word) { syscall(FUTEX, word, FUTEX_WAKE, 1, 0, 0, 0); }
static u64 length(const char *text) { u64 n = 0; while (text[n]) n++; return n; }
static char *put(char *to, const char *text) { while (*text) *to++ = *text++; return to; }
static char *number(char *to, i64 value) {
  char digits[24]; int n = 0; u64 rest = value < 0 ? -value : value;
  if (value < 0) *to++ = '-';
  do { digits[n++] = '0' + rest % 10; rest /= 10; } while (rest);
  while (n) *to++ = digits[--n];
  return to;
}
static i64 now(void) { struct time t; clock_gettime(0, &t); return t.seconds * 1000 + t.nanoseconds / 1000000; }
static i64 readAll(int fd, void *to, u64 wanted) {
  u64 done = 0;
  while (done < wanted) {
    i64 n = read(fd, (char *)to + done, wanted - done);
    if (n == 0) return 0;
    if (n < 0) { if (*__errno_location() == 4) continue; return -1; }
    done += n;
  }
  return done;
}
static int writeAll(int fd, const void *from, u64 wanted) {
  u64 done = 0;
  while (done < wanted) {
    i64 n = write(fd, (const char *)from + done, wanted - done);
    if (n < 0) { if (*__errno_location() == 4) continue; return -1; }
    done += n;
  }
  return 0;
}
/* The other side may be gone: no signal for that. */
static int sendAll(int fd, const void *from, u64 wanted) {
  u64 done = 0;
  while (done < wanted) {
    i64 n = send(fd, (const char *)from + done, wanted - done, NOSIGNAL);
    if (n < 0) { if (*__errno_location() == 4) continue; return -1; }
    done += n;
  }
  return 0;
}
/* The first bytes of a message, with descriptors. */
static i64 sendRights(int fd, const void *from, u64 size, struct rights *rights) {
  struct part part; struct message message; int i; i64 sent;
  for (i = 0; i < (int)sizeof message; i++) ((char *)&message)[i] = 0;
  part.base = (void *)from; part.length = size;
  message.parts = &part; message.partCount = 1; message.control = rights; message.controlLength = sizeof *rights;
  while ((sent = sendmsg(fd, &message, NOSIGNAL)) < 0 && *__errno_location() == 4);
  return sent;
}
/* What comes within so many milliseconds; the number of bytes, 0 where nothing came. */
static int readSoon(int fd, void *to, u32 size, int milliseconds) {
  struct pollfd waiting; i64 n;
  waiting.fd = fd; waiting.events = 1; waiting.revents = 0;
  if (poll(&waiting, 1, milliseconds) <= 0 || !(waiting.revents & 1)) return 0;
  n = read(fd, to, size);
  return n < 0 ? 0 : n;
}
/* Collects a child that ends within some 50 ms. */
static void collectSoon(int pid) {
  struct time moment; int left;
  moment.seconds = 0; moment.nanoseconds = 250000;
  for (left = 200; left && waitpid(pid, 0, WNOHANG) == 0; left--) nanosleep(&moment, 0);
}
/* Closes everything from 3 on but these two, which become 3 and 4. */
static void keepOnly(int third, int fourth) {
  int i;
  third = fcntl(third, DUPLICATE, 5); fourth = fcntl(fourth, DUPLICATE, 5);
  dup3(third, 3, CLOEXEC); dup3(fourth, 4, CLOEXEC);
  if (syscall(436, 5, ~0U, 0) != 0) for (i = 5; i < 65536; i++) close(i);
}
/* The text of a small file of /proc, ended by a zero. */
static i64 slurp(const char *path, char *to, u64 size) {
  int fd = open(path, CLOEXEC); i64 n, done = 0;
  if (fd < 0) return -1;
  while (done < (i64)size - 1 && (n = read(fd, to + done, size - 1 - done)) > 0) done += n;
  close(fd);
  to[done] = 0;
  return done;
}
/* Field of /proc/PID/stat by its number there; the second one may hold anything, so the third is looked for from the end. */
static u64 statField(const char *stat, i64 size, int wanted) {
  i64 at = size; u64 value = 0;
  while (at > 0 && stat[at] != ')') at--;
  for (at += 2; wanted > 3 && stat[at]; at++) if (stat[at] == ' ') wanted--;
  while (stat[at] >= '0' && stat[at] <= '9') value = value * 10 + (stat[at++] - '0');
  return value;
}
static u64 startTime(int pid) {
  char path[40], stat[1024]; char *end = put(path, "/proc/"); i64 size;
  end = number(end, pid); end = put(end, "/stat"); *end = 0;
  size = slurp(path, stat, sizeof stat);
  return size < 0 ? 0 : statField(stat, size, 22);
}
/* What people see in a list of processes. */
static void rename(int parent) {
  char stat[1024]; i64 size = slurp("/proc/self/stat", stat, sizeof stat);
  u64 from = size < 0 ? 0 : statField(stat, size, 48), to = size < 0 ? 0 : statField(stat, size, 49);
  char name[64]; char *end = put(name, "step launcher of "); u64 i;
  end = number(end, parent); *end = 0;
  prctl(15, "step launcher");
  if (from && to > from) for (i = 0; from + i < to; i++) ((char *)from)[i] = i < length(name) && from + i + 1 < to ? name[i] : 0;
}
static u64 hexadecimal(const char **text) {
  u64 value = 0;
  for (;; (*text)++) {
    char c = **text;
    if (c >= '0' && c <= '9') value = value * 16 + (c - '0');
    else if (c >= 'a' && c <= 'f') value = value * 16 + (c - 'a' + 10);
    else return value;
  }
}
/*
 * Gives back the large anonymous parts of the memory that came with the fork, but for the stack, what the
 * system's library keeps for a thread, and this program itself, whose code and data (own) lie close together.
 */
static void giveBack(void *own, u64 ownSize) {
  enum { LARGE = 1 << 20, NEAR = 2 << 20, LIST = 4 << 20 };
  int local, i; i64 size; const char *at;
  u64 whole[3], first = (u64)giveBack, last = (u64)own + ownSize;
  char *list = mmap(0, LIST, 3, 0x22, -1, 0);
  if (list == (char *)-1 || (size = slurp("/proc/self/maps", list, LIST)) < 0) return;
  whole[0] = (u64)&local; whole[1] = (u64)__errno_location(); whole[2] = (u64)list;
  if ((u64)own < first) { first = (u64)own; last = (u64)giveBack; }
  first = (first - NEAR) & ~4095UL; last = (last + NEAR) & ~4095UL;
  for (at = list; *at;) {
    u64 from, to; int isOurs, isNamed;
    from = hexadecimal(&at); at++; to = hexadecimal(&at); at++;
    isOurs = at[3] == 'p';
    for (i = 0; i < 3; i++) { while (*at && *at != ' ') at++; while (*at == ' ') at++; }
    isNamed = *at != '0';
    while (*at >= '0' && *at <= '9') at++;
    while (*at == ' ') at++;
    if (*at && *at != '\\n') isNamed = 1;
    while (*at && *at != '\\n') at++;
    if (*at) at++;
    for (i = 0; i < 3; i++) if (whole[i] >= from && whole[i] < to) isOurs = 0;
    if (!isOurs || isNamed || to - from < LARGE) continue;
    if (last <= from || first >= to) { munmap((void *)from, to - from); continue; }
    if (first > from) munmap((void *)from, first - from);
    if (last < to) munmap((void *)last, to - last);
  }
  munmap(list, LIST);
}
`
