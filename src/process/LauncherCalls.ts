/**
 * What pawl calls of the launcher, in C.
 *
 * Owns the pipes and sockets between the two, and pawl's side of the memory they share. Must not wait, but where that is
 * asked for. The surprise: it runs in pawl's own process, on the thread of its JavaScript.
 */

/**
 * To be put behind the launcher.
 *
 * - `launcher_open(fds, folder)` forks the launcher; gives 0, or an errno below zero. `fds` is then the control
 *   socket, the pipe that tells (32 bytes each, see `told`; of an end the wait status, or 0x10000 and an errno where
 *   what waited at a gate could not become its command), and its process id. The folder is locked for
 *   as long as something may still begin of which there is no record.
 * - `launcher_close(control, pid)` lets it go, and collects it if nothing runs any more.
 * - `launcher_go(gate, reply)` lets a process that waits at a gate become its command; gives its process id, 0 where
 *   it is still being made and will be told, or an errno below zero. `reply` is its start time in clock ticks.
 * - `launcher_drop(gate)` ends it instead; gives its process id, 0 where it may still be made, or an errno below zero
 *   where it never was.
 * - `launcher_wait(ends, told, size, milliseconds)` waits for what is told; gives the number of bytes.
 * - `launcher_start(control, message, length, out, err, record)` asks for the start of a command, or of a process that
 *   waits at a gate where the message names one; gives 1, 0 where the launcher is gone, or an errno below zero. What came
 *   of it is told.
 */
export const launcherCalls = `
int launcher_open(int *fds, const char *folder) {
  int control[2], ends[2], pid, parent = getpid();
  gates = mmap(0, GATES * sizeof *gates, 3, 0x21, -1, 0);
  if (gates == (void *)-1) return -*__errno_location();
  if (socketpair(1, 1 | CLOEXEC, 0, control) != 0) return -*__errno_location();
  if (pipe2(ends, CLOEXEC) != 0) { int problem = *__errno_location(); close(control[0]); close(control[1]); return -problem; }
  sigprocmask(BLOCK, 0, oldMask);
  pid = fork();
  if (pid == 0) launcher(control[1], ends[1], parent, folder);
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
  /* It ends at once where nothing runs any more; in a container there may be nobody else to collect it. */
  close(control); collectSoon(pid);
}
i64 launcher_go(u32 number, u64 *reply) {
  struct gate *gate = gates + number;
  gate->word = GOES;
  wake(&gate->word);
  /* In this order: it may be made at this moment. */
  i64 pid = gate->pid;
  *reply = gate->startTime;
  return pid;
}
int launcher_drop(u32 number) {
  gates[number].word = DROPPED;
  wake(&gates[number].word);
  return gates[number].pid;
}
int launcher_wait(int ends, void *told, u32 size, int milliseconds) { return readSoon(ends, told, size, milliseconds); }
int launcher_start(int control, const char *words, u32 size, int out, int err, int record) {
  struct rights rights; i64 sent;
  u32 gate = ((struct head *)words)->gate;
  if (gate != NO_GATE) { gates[gate].pid = 0; gates[gate].startTime = 0; gates[gate].word = WAITS; }
  rights.length = 28; rights.level = 1; rights.type = 1;
  rights.fds[0] = out; rights.fds[1] = err; rights.fds[2] = record; rights.fds[3] = 0;
  sent = sendRights(control, words, sizeof(struct head), &rights);
  /* Too many descriptors are on their way, or there is no memory: nothing was sent, and it may be tried again. */
  if (sent < 0 && *__errno_location() == 109) return -11;
  if (sent < 0 && *__errno_location() == 105) return -12;
  return sent == sizeof(struct head) && sendAll(control, words + sent, size - sent) == 0;
}
`
