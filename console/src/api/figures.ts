import type { HostControl } from '../engine/contract.js';
import type { EngineParts } from './engine-parts.js';
import type { Coverage, Losses, ProcessInfo } from './schemas.js';

/** The coverage of an answer about spans: how many were received, are kept, and were lost. */
export function coverageOf(engine: EngineParts, host: HostControl): Coverage {
  const { spans, since, evicted } = engine.history.stats();
  return {
    received: engine.received(),
    retained: spans,
    retainedSince: since ?? null,
    evicted,
    evictedLogs: engine.logs.stats().evicted,
    lost: lossesOf(host),
  };
}

function lossesOf(host: HostControl): Losses {
  const { feed, worker, unreadable, joined, refused, logs } = host.losses();
  const stats = host.cacheStats();
  const cache = droppedByCache(stats, 'spans');
  const total = sumOf(cache) + feed + worker + unreadable + joined + refused.requestSpans;
  return {
    cache,
    feed,
    worker,
    unreadable,
    joined,
    refused,
    logs: logs + sumOf(droppedByCache(stats, 'events')),
    total,
  };
}

/** Drop reasons of the cache that count as losses. Most others are on purpose, or the span arrived another way. */
const LOSSES = ['queue_full', 'event_limit', 'invalid', 'relay'];

/** Losses in `stats().spans.dropped` or `stats().events.dropped`, by reason. */
function droppedByCache(
  stats: Readonly<Record<string, unknown>> | undefined,
  what: 'spans' | 'events',
): Record<string, number> {
  const dropped = recordOf(recordOf(stats?.[what])['dropped']);
  return Object.fromEntries(
    LOSSES.map((reason) => [reason, dropped[reason]]).filter(
      (entry): entry is [string, number] => isCount(entry[1]) && entry[1] > 0,
    ),
  );
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

export function processesOf(host: HostControl): ProcessInfo[] {
  return host.processes().map(({ id, origin, service, pid, state, received, lost }) => ({
    id,
    origin,
    service,
    pid: pid ?? null,
    state,
    received,
    lost,
  }));
}
