import { spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { cleanEnvironment } from '../../../test/environment.js';
import type { Client, Console, Ports } from '../consoles/console.js';
import { installedIn } from '../packages.js';
import { ask } from './ask.js';
import { cpuMillis } from './proc.js';
import { nothingOutside, type Outside } from './outside.js';

const POLL_MILLIS = 5;
const START_MILLIS = 60_000;

/** A console that answers. */
export interface Running {
  readonly client: Client;
  readonly pid: number;
  /** From the start of the process to the first answer with the page. */
  readonly startMillis: number;
  readonly startCpuMillis: number;
  readonly outside: Outside;
  stop(): Promise<void>;
}

/**
 * Starts a console with its defaults but for the ports, and waits until its page is served.
 *
 * @throws Error with what it printed, if it ends or does not answer within a minute
 */
async function start(console: Console, node: string): Promise<Running> {
  const ports = await freePorts();
  const outside = await nothingOutside();
  const folder = mkdtempSync(join(tmpdir(), 'otel-span-cache-elsewhere-'));
  const began = performance.now();
  const program = join(installedIn(console.id), console.program);
  const child = spawn(node, [program, ...console.args(ports)], {
    cwd: folder,
    env: { ...cleanEnvironment(), ...outside.env, HOME: folder, TMPDIR: folder, XDG_RUNTIME_DIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  async function stop(): Promise<void> {
    if (!isOver(child)) child.kill('SIGKILL');
    await ended;
    outside.close();
    rmSync(folder, { recursive: true, force: true });
  }
  try {
    const printed = printedBy(child);
    await served(`http://127.0.0.1:${ports.page}/`, child, printed);
    const [startMillis, startCpuMillis] = [performance.now() - began, cpuMillis(child.pid!)];
    const client = await connected(() => console.connect(ports, printed()), child, printed);
    return { client, pid: child.pid!, startMillis, startCpuMillis, outside, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Starts a console, uses it and stops it. */
export async function withConsole<T>(console: Console, node: string, use: (running: Running) => Promise<T>) {
  const running = await start(console, node);
  try {
    return await use(running);
  } finally {
    await running.stop();
  }
}

/** The end of what a program prints, so that a talkative one costs no memory. */
function printedBy({ stdout, stderr }: ChildProcess): () => string {
  let printed = '';
  for (const output of [stdout!, stderr!]) {
    output.on('data', (text) => {
      if (printed.length < 100_000) printed += String(text);
    });
  }
  return () => printed;
}

async function served(url: string, child: ChildProcess, printed: () => string): Promise<void> {
  await connected(
    async () => {
      try {
        const { status } = await ask({ method: 'GET', url });
        return status === 200 || undefined;
      } catch {
        return undefined;
      }
    },
    child,
    printed,
  );
}

async function connected<T>(
  look: () => T | undefined | Promise<T | undefined>,
  child: ChildProcess,
  printed: () => string,
): Promise<T> {
  const until = performance.now() + START_MILLIS;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (isOver(child) || performance.now() > until) throw new Error(`it did not start:\n${printed()}`);
    await delay(POLL_MILLIS);
  }
}

function isOver({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** Another program may take one before it is used, which is unlikely. */
async function freePorts(): Promise<Ports> {
  const page = await freePort();
  const otlp = await freePort();
  return { page, otlp, grpc: await freePort() };
}

/**
 * A port below 32,768, where the ports of outgoing connections begin on Linux. The clients of this benchmark open so
 * many connections that they would take a port from there before the console listens on it.
 */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 32_768);
    const server = createServer();
    try {
      await once(server.listen(port, '127.0.0.1'), 'listening');
    } catch {
      continue;
    }
    server.close();
    await once(server, 'close');
    return port;
  }
}
