import type { SpanCache } from '../cache/span-cache.js';
import type { SpanReceiver, SpanRelay } from './contract.js';

interface Connections {
  readonly receiver: WeakMap<SpanCache, SpanReceiver>;
  readonly relay: WeakMap<SpanCache, SpanRelay>;
}

/** The number is that of `Connections`' shape. */
const KEY = Symbol.for('otel-span-cache/threads 1');

/** Global as a cache can be: `otel-span-cache/register` may have connected it with another copy of this package. */
const holder = globalThis as { [KEY]?: Connections };

/**
 * The receiver or relay that a cache has in this thread, or a new one: a second relay would send every span twice.
 * One that is closed is replaced.
 */
export function onlyConnection<Role extends keyof Connections, Made extends SpanReceiver | SpanRelay>(
  role: Role,
  cache: SpanCache,
  connect: () => Made & { readonly role: Role },
): Made {
  holder[KEY] ??= { receiver: new WeakMap(), relay: new WeakMap() };
  const connections = holder[KEY][role] as WeakMap<SpanCache, SpanReceiver | SpanRelay>;
  const there = connections.get(cache);
  if (there !== undefined && !there.closed) return there as Made;
  const made = connect();
  connections.set(cache, made);
  return made;
}
