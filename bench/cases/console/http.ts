import type { Measured } from '../../case.js';
import { bouts, BOUT_SECONDS, MIN_ROUNDS } from '../http/bouts.js';
import type { ServiceKind } from '../http/contract.js';
import { ServiceProcess, type Bout } from '../http/service-process.js';

const KINDS: readonly ServiceKind[] = ['console', 'cache'];

const READINGS: Readonly<Record<string, (bout: Bout) => number>> = {
  requests: (bout) => bout.requestsPerSecond,
  p99: (bout) => bout.latencyP99Millis,
  delay: (bout) => bout.delayP99Millis,
};

export async function measure(millis: number): Promise<Measured> {
  const services = KINDS.map((kind) => new ServiceProcess(kind));
  try {
    const rounds = Math.round(millis / 1_000 / BOUT_SECONDS / KINDS.length);
    const [ours, theirs] = await bouts(services, Math.max(rounds, MIN_ROUNDS));
    const samples = Object.entries(READINGS).map(([id, read]) => [
      `console-http-${id}`,
      { ours: ours!.map(read), theirs: theirs!.map(read) },
    ]);
    return { samples: Object.fromEntries(samples) as Measured['samples'] };
  } finally {
    for (const service of services) service.stop();
  }
}
