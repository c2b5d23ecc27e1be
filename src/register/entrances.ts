import type { Context } from '@opentelemetry/api';
import type {
  LogRecordProcessor,
  ReadableLogRecord,
  ReadableSpan,
  Sampler,
  SamplingResult,
  SpanProcessor,
} from '../model/otel.js';
import { defaultSampler } from '../cache/sampling/default-sampler.js';

/*
 * The cache's sampler and processors, to be had before there is a cache: the SDK takes them when it is made, while
 * the cache takes a meter provider that is there only once the SDK has started.
 */

export class SamplerEntrance implements Sampler {
  to: Sampler | undefined;

  shouldSample(...span: Parameters<Sampler['shouldSample']>): SamplingResult {
    return (this.to ?? defaultSampler()).shouldSample(...span);
  }

  toString(): string {
    return String(this.to ?? defaultSampler());
  }
}

export class SpanEntrance implements SpanProcessor {
  to: SpanProcessor | undefined;

  onStart(span: unknown, parentContext: Context): void {
    this.to?.onStart(span, parentContext);
  }

  onEnd(span: ReadableSpan): void {
    this.to?.onEnd(span);
  }

  async forceFlush(): Promise<void> {
    await this.to?.forceFlush();
  }

  async shutdown(): Promise<void> {
    await this.to?.shutdown();
  }
}

export class LogRecordEntrance implements LogRecordProcessor {
  to: LogRecordProcessor | undefined;

  onEmit(logRecord: ReadableLogRecord, context?: Context): void {
    this.to?.onEmit(logRecord, context);
  }

  enabled(options: Parameters<NonNullable<LogRecordProcessor['enabled']>>[0]): boolean {
    return this.to?.enabled?.(options) ?? false;
  }

  async forceFlush(): Promise<void> {
    await this.to?.forceFlush();
  }

  async shutdown(): Promise<void> {
    await this.to?.shutdown();
  }
}
