import type { BenchCase, Row, Samples } from '../case.js';
import { bouts, BOUT_SECONDS, MIN_ROUNDS } from './http/bouts.js';
import type { ServiceKind } from './http/contract.js';
import { ServiceProcess, type Bout } from './http/service-process.js';

const KINDS: readonly ServiceKind[] = ['cache', 'bare', 'batch', 'array'];

const RIVALS = { bare: 'the SDK without a span processor', batch: '`BatchSpanProcessor` and a no-op exporter' };

interface Reading extends Pick<Row, 'what' | 'unit' | 'bar'> {
  readonly id: string;
  readonly short: string;
  readonly read: (bout: Bout) => number;
}

/** The figures of a period of load. A bar of 0.99 for a figure to maximize equals 1.01 for a figure to minimize. */
const READINGS: readonly Reading[] = [
  {
    id: 'requests',
    what: 'HTTP service at full load, requests per second',
    short: 'requests per second',
    unit: '1/s',
    bar: { limit: 0.99, atLeast: true, withinSpread: true },
    read: (bout) => bout.requestsPerSecond,
  },
  {
    id: 'p99',
    what: 'the same, p99 of the response time',
    short: 'p99 of the response time',
    unit: 'ms',
    bar: { limit: 1.01, withinSpread: true },
    read: (bout) => bout.latencyP99Millis,
  },
  {
    id: 'delay',
    what: 'the same, p99 of the event-loop delay',
    short: 'p99 of the event-loop delay',
    unit: 'ms',
    bar: { limit: 1, withinSpread: true },
    read: (bout) => bout.delayP99Millis,
  },
  {
    id: 'cpu',
    what: 'the same, CPU time of the process per request',
    short: 'CPU time per request',
    unit: 'µs',
    read: (bout) => bout.cpuMicrosPerRequest,
  },
];

export const http: BenchCase = {
  name: 'http',
  rows: Object.entries(RIVALS).flatMap(([rival, against]) =>
    READINGS.map(({ id, what, short, unit, bar }) => ({
      id: `http-${id}-${rival}`,
      what,
      against,
      unit,
      ...(bar && { bar }),
      byHand: `spans are pushed to an array: ${short}`,
    })),
  ),
  guarded: false,
  processes: 3,
  timeShare: 32,
  async measure(millis) {
    const services = KINDS.map((kind) => new ServiceProcess(kind));
    try {
      const rounds = Math.round(millis / 1_000 / BOUT_SECONDS / KINDS.length);
      const [cache, bare, batch, array] = await bouts(services, Math.max(rounds, MIN_ROUNDS));
      const rivals = { bare: bare!, batch: batch! };
      const samples: Record<string, Samples> = {};
      for (const [rival, theirs] of Object.entries(rivals)) {
        for (const { id, read } of READINGS) {
          samples[`http-${id}-${rival}`] = {
            ours: cache!.map(read),
            theirs: theirs.map(read),
            byHand: array!.map(read),
          };
        }
      }
      return { samples };
    } finally {
      for (const service of services) service.stop();
    }
  },
};
