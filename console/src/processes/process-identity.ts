import { readFileSync, readlinkSync } from 'node:fs';

/** Index of the start time among the fields of `/proc/<pid>/stat` after the command (proc_pid_stat(5)). */
const START_FIELD = 19;

/**
 * Identifies the pid space of this process: the boot of the machine and the pid namespace. Machines and containers may
 * share a home directory, and a pid from another machine or container means nothing in this one. Empty on systems that do not provide it.
 */
export function pidSpace(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return '';
  }
}

/** Start of a process in clock ticks since boot, as text; undefined on systems that do not provide it. */
export function startOfProcess(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[START_FIELD];
  } catch {
    return undefined;
  }
}

/** Whether a process of any user has this pid. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
