import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/* Reads Linux's `/proc`: a process is measured from outside, so that all are measured alike, their threads included. */

/** Linux counts CPU time in hundredths of a second. */
const MILLIS_PER_TICK = 10;

/** CPU time of a process, that of the kernel for it included, in milliseconds. */
export function cpuMillis(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // Behind the name of the program, which may have blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * MILLIS_PER_TICK;
}

export function residentMegabytes(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!;
  return (Number(kilobytes) * 1_024) / 1e6;
}

export interface Listening {
  readonly port: number;
  readonly scope: 'loopback' | 'all addresses';
}

/** The TCP ports on which a process listens, without repetitions. */
export function listening(pid: number): Listening[] {
  const inodes = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => /^socket:\[(\d+)\]$/.exec(linkOf(pid, fd))?.[1] ?? []),
  );
  const found = new Map<string, Listening>();
  for (const table of ['tcp', 'tcp6']) {
    for (const line of readFileSync(`/proc/${pid}/net/${table}`, 'utf8').trim().split('\n').slice(1)) {
      const socket = listeningSocket(line);
      if (socket !== undefined && inodes.has(socket.inode)) found.set(`${socket.port} ${socket.scope}`, socket);
    }
  }
  return [...found.values()].map(({ port, scope }) => ({ port, scope }));
}

const LISTEN = '0A';

/** @param line of `/proc/net/tcp`: `0: 0100007F:1F90 00000000:0000 0A …` */
function listeningSocket(line: string): (Listening & { readonly inode: string }) | undefined {
  const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
  if (state !== LISTEN) return undefined;
  const [address, port] = local!.split(':') as [string, string];
  return { port: Number.parseInt(port, 16), scope: /^0+$/.test(address) ? 'all addresses' : 'loopback', inode: inode! };
}

function linkOf(pid: number, fd: string): string {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`);
  } catch {
    // Closed since the folder was read.
    return '';
  }
}
