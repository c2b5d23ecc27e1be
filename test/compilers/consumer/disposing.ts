import type { SpanCache } from 'otel-span-cache';
import { receiveSpans } from 'otel-span-cache/threads';
import { traceTesting } from 'otel-span-cache/testing';
import { remoteScope } from 'otel-span-cache/testing/remote';

/* Code that each compiler with `using` accepts, without a `lib` for it. */

export async function checkout(cache: SpanCache): Promise<number> {
  using store = cache.store();
  using receiver = receiveSpans(cache);
  await using handle = cache.addExporter({ export: () => {}, shutdown: () => Promise.resolve() });
  await using tracing = traceTesting({ cache });
  using scope = tracing.openScope();
  await using remote = await remoteScope();
  await handle.forceFlush();
  return store.getFinishedSpans().length + receiver.stats().threads.length + scope.spans.length + remote.spans.length;
}
