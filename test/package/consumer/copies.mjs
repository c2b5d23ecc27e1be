import { createRequire } from 'node:module';
import { traceTesting } from 'otel-span-cache/testing';
import { onDemand, receive } from 'otel-span-cache/threads';

/* An ES module that gives a cache of the CommonJS build to functions of the other one. Prints the result. */

const { SpanCache } = createRequire(import.meta.url)('otel-span-cache');
const cache = new SpanCache();
const wanted = [];

onDemand(cache, ({ spans }) => wanted.push(spans));
const subscription = cache.subscribe();
receive(cache, { dropped: 2 });
const tracing = traceTesting({ cache });
await tracing.shutdown();

console.log(JSON.stringify({ wanted, lost: cache.stats().spans.dropped.relay, closed: subscription.closed }));
