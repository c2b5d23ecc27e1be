import type { SpanCache } from '../cache/span-cache.js';
import { perProcess } from '../support/per-process.js';
import type { SpanReceiver, SpanRelay } from './contract.js';

/** Shared by all copies of this package: `otel-span-cache/register` may have connected a cache with another one. */
const connections = perProcess('threads 1', () => ({
  receiver: new WeakMap<SpanCache, SpanReceiver>(),
  relay: new WeakMap<SpanCache, SpanRelay>(),
}));

/**
 * The receiver or relay that a cache has in this thread, or a new one: a second relay would send every span twice.
 * One that is closed is replaced.
 */
export function onlyConnection<Role extends keyof typeof connections, Made extends SpanReceiver | SpanRelay>(
  role: Role,
  cache: SpanCache,
  connect: () => Made & { readonly role: Role },
): Made {
  const ofRole = connections[role] as WeakMap<SpanCache, SpanReceiver | SpanRelay>;
  const there = ofRole.get(cache);
  if (there !== undefined && !there.closed) return there as Made;
  const made = connect();
  ofRole.set(cache, made);
  return made;
}
