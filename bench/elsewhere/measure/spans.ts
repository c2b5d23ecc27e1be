import { setTimeout as delay } from 'node:timers/promises';
import { medianOf } from '../../measure/statistics.js';
import type { Client, Console } from '../consoles/console.js';
import type { Encoding } from '../load/encoding.js';
import { Sender } from '../load/sender.js';
import { open } from '../process/ask.js';
import { cpuMillis, residentMegabytes } from '../process/proc.js';
import { withConsole } from '../process/running.js';
import type { Cell } from '../results.js';
import { eachConsole, inTurn, type Measure } from './measure.js';

const HALF = 50_000;
const MORE = 20_000;

const READINGS = 10;
const READING_MILLIS = 500;

interface Sample {
  readonly idle: number;
  readonly full: number;
  readonly kept: number;
  readonly slow: number;
  /** CPU time per span in microseconds, by the encoding. */
  readonly cpu: Partial<Record<Encoding, number>>;
}

export const measureSpans: Measure = async (setting) => {
  const { consoles, node } = setting;
  const samples = await inTurn(setting, async (console) => {
    const alone = await alonePart(console, node);
    return { ...alone, slow: (await withSlowClient(console, node)) - alone.half };
  });
  const median = async (valueOf: (sample: Sample) => number | undefined, missing: string) =>
    eachConsole(consoles, ({ id }): Cell => {
      const values = samples[id].map(valueOf).filter((value) => value !== undefined);
      return values.length === 0 ? missing : medianOf(values);
    });
  return {
    'cpu-protobuf': await median(({ cpu }) => cpu['otlp-protobuf'], 'takes none'),
    'cpu-json': await median(({ cpu }) => cpu['otlp-json'] ?? cpu.sentry, 'takes none'),
    'idle-memory': await median(({ idle }) => idle, ''),
    memory: await median(({ full }) => full, ''),
    kept: await median(({ kept }) => kept, ''),
    'slow-client': await median(({ slow }) => slow, ''),
  };
};

/** Encoding of most spans, and the further ones. */
function encodingsOf({ receivers }: Client): [Encoding, ...Encoding[]] {
  return Object.keys(receivers) as [Encoding, ...Encoding[]];
}

async function alonePart(console: Console, node: string): Promise<Omit<Sample, 'slow'> & { readonly half: number }> {
  return withConsole(console, node, async ({ client, pid }) => {
    const [first, ...others] = encodingsOf(client);
    const cpu: Sample['cpu'] = {};
    const idle = await atRest(pid);
    const before = cpuMillis(pid);
    await sendAll(client, first, HALF);
    const half = await atRest(pid);
    await sendAll(client, first, HALF);
    const full = await atRest(pid);
    cpu[first] = ((cpuMillis(pid) - before) * 1_000) / (2 * HALF);
    const kept = await client.kept();
    for (const encoding of others) {
      const start = cpuMillis(pid);
      await sendAll(client, encoding, MORE);
      await atRest(pid);
      cpu[encoding] = ((cpuMillis(pid) - start) * 1_000) / MORE;
    }
    return { idle, half, full, kept, cpu };
  });
}

/** Memory after half of the spans were sent while a client did not read. */
async function withSlowClient(console: Console, node: string): Promise<number> {
  return withConsole(console, node, async ({ client, pid }) => {
    const unread = await open(client.stream);
    await sendAll(client, encodingsOf(client)[0], HALF);
    const megabytes = await atRest(pid);
    unread.destroy();
    return megabytes;
  });
}

/** @throws Error if the console refuses some, or does not show that it has received all */
async function sendAll(client: Client, encoding: Encoding, spans: number): Promise<void> {
  const sender = new Sender(client.receivers[encoding]!, encoding);
  const counter = await client.count();
  const { refused } = await sender.send(spans);
  sender.close();
  if (Object.keys(refused).length > 0) throw new Error(`spans were refused: ${JSON.stringify(refused)}`);
  for (let wait = 0; (await counter.received()) < spans; wait++) {
    if (wait > READINGS) throw new Error(`of ${spans} spans, ${await counter.received()} are shown`);
    await delay(READING_MILLIS);
  }
  counter.close();
}

async function atRest(pid: number): Promise<number> {
  let least = Infinity;
  for (let reading = 0; reading < READINGS; reading++) {
    await delay(READING_MILLIS);
    least = Math.min(least, residentMegabytes(pid));
  }
  return least;
}
