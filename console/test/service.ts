import type { Logger } from '@opentelemetry/api-logs';
import type { Tracer } from '@opentelemetry/api';
import { resourceFromAttributes, type Resource } from '@opentelemetry/resources';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { SpanCache, type SpanCacheOptions } from 'otel-span-cache';

/** A service with the real SDK and a cache. */
export interface TestService {
  readonly cache: SpanCache;
  readonly tracer: Tracer;
  readonly logger: Logger;
  shutdown(): Promise<void>;
}

export function testService({
  resource = resourceFromAttributes({ 'service.name': 'shop' }),
  ...options
}: SpanCacheOptions & { resource?: Resource } = {}): TestService {
  const cache = new SpanCache(options);
  const tracing = new BasicTracerProvider({ resource, spanProcessors: [cache.spanProcessor] });
  const logging = new LoggerProvider({ resource, processors: [cache.logRecordProcessor] });
  return {
    cache,
    tracer: tracing.getTracer('shop'),
    logger: logging.getLogger('shop'),
    async shutdown() {
      await Promise.all([tracing.shutdown(), logging.shutdown()]);
    },
  };
}
