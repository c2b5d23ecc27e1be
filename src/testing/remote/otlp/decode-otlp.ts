import type { Attributes, HrTime } from '@opentelemetry/api';
import { toLogEvent, toOrphan, type OrphanEvent } from '../../../model/log-event.js';
import type { DeliveredSpan } from '../../../model/merged-span.js';
import type { InstrumentationScope, Resource } from '../../../model/otel.js';
import { ReceivedResource } from '../../../model/received-resource.js';
import { expectation, positiveInteger, resolveOptions, type OptionsOf } from '../../../support/option.js';
import { encodingOf, type Encoding } from './encodings.js';
import { ElementBudget, MalformedPayload, TooManyElements } from './payload-limits.js';
import { hrTime, readAttributes, readLog, readSpan } from './read-request.js';
import {
  LOGS_REQUEST,
  TRACE_REQUEST,
  type LogsRequest,
  type OtlpLogRecord,
  type OtlpSpan,
  type Resource as OtlpResource,
  type Scope,
  type TraceRequest,
} from './schema.js';

/** The signal of an OTLP request: the last part of its path, `/v1/traces` or `/v1/logs`. */
export type OtlpSignal = 'traces' | 'logs';

/** Limits of `decodeOtlp()`. */
export interface DecodeOtlpOptions {
  /**
   * Maximum number of fields, list items, spans and log records of a body, which bounds their memory once decoded. A
   * positive integer. Default 1,000,000.
   */
  maxElements?: number;
}

/** The content of an OTLP request, in its order. */
export interface DecodedOtlp {
  readonly spans: readonly DeliveredSpan[];
  /**
   * Log records as events, with the reason `remote_parent` if they belong to a span, else `no_span`. Their `resource` is
   * set.
   */
  readonly orphans: readonly OrphanEvent[];
  /** Number of spans or log records that were left out, because an id is missing or malformed. */
  readonly rejected: number;
  /** Why the first of them was left out. */
  readonly rejection: string | undefined;
}

const OPTIONS: OptionsOf<DecodeOtlpOptions> = { maxElements: positiveInteger(1_000_000) };

/**
 * Decodes the body of an OTLP/HTTP request, decompressed, as JSON or protobuf, for `receive()` or for tools of your own.
 * A malformed span or log record is left out and counted; the others are decoded.
 *
 * ```ts
 * const { spans } = decodeOtlp('traces', request.headers['content-type'], body);
 * ```
 *
 * @param contentType `application/json` or `application/x-protobuf`; parameters are ignored
 * @returns undefined for any other content type
 * @throws TypeError for an invalid argument or a malformed body
 * @throws RangeError for a body with more than `maxElements`
 */
export function decodeOtlp(
  signal: OtlpSignal,
  contentType: string | undefined,
  body: Uint8Array,
  options?: DecodeOtlpOptions,
): DecodedOtlp | undefined {
  if (!['traces', 'logs'].includes(signal)) throw new TypeError(expectation('signal', "'traces' or 'logs'", signal));
  if (!(body instanceof Uint8Array)) throw new TypeError(expectation('body', 'a Uint8Array', body));
  const { maxElements } = resolveOptions(OPTIONS, options);
  const encoding = encodingOf(contentType);
  return encoding && (signal === 'traces' ? decodeTraces : decodeLogs)(encoding, body, new ElementBudget(maxElements));
}

function decodeTraces(encoding: Encoding, body: Uint8Array, budget: ElementBudget): DecodedOtlp {
  const { resourceSpans = [] } = decoded(() => encoding.decode(TRACE_REQUEST, body, budget)) as TraceRequest;
  const list = new ReadList<DeliveredSpan>();
  for (const { resource: sent, scopeSpans = [] } of resourceSpans) {
    const resource = resourceOf(sent);
    for (const { scope: sentScope, spans = [] } of scopeSpans) {
      const scope = scopeOf(sentScope);
      for (const span of spans) list.read(() => deliveredSpan(span, resource, scope));
    }
  }
  return { spans: list.items, orphans: [], rejected: list.rejected, rejection: list.rejection };
}

function decodeLogs(encoding: Encoding, body: Uint8Array, budget: ElementBudget): DecodedOtlp {
  const { resourceLogs = [] } = decoded(() => encoding.decode(LOGS_REQUEST, body, budget)) as LogsRequest;
  const list = new ReadList<OrphanEvent>();
  for (const { resource: sent, scopeLogs = [] } of resourceLogs) {
    const resource = resourceOf(sent);
    for (const { scope: sentScope, logRecords = [] } of scopeLogs) {
      const scope = scopeOf(sentScope);
      for (const record of logRecords) list.read(() => orphan(record, resource, scope));
    }
  }
  return { spans: [], orphans: list.items, rejected: list.rejected, rejection: list.rejection };
}

/** Items read one by one. An item that cannot be read is left out and counted. */
class ReadList<T> {
  readonly items: T[] = [];
  rejected = 0;
  rejection: string | undefined;

  read(item: () => T): void {
    try {
      this.items.push(item());
    } catch (error) {
      this.rejected++;
      this.rejection ??= (error as Error).message;
    }
  }
}

/** Converts errors of the decoders to the documented ones. */
function decoded(decode: () => object): object {
  try {
    return decode();
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof TooManyElements) throw new RangeError(message, { cause: error });
    if (error instanceof MalformedPayload) throw new TypeError(message, { cause: error });
    throw new TypeError(`the body is not JSON: ${message}`, { cause: error });
  }
}

function resourceOf(sent: OtlpResource = {}): Resource {
  return new ReceivedResource(readAttributes(sent.attributes) as Attributes, undefined, false);
}

function scopeOf({ name = '', version }: Scope = {}): InstrumentationScope {
  return version ? { name, version } : { name };
}

function deliveredSpan(span: OtlpSpan, resource: Resource, scope: InstrumentationScope): DeliveredSpan {
  const { droppedAttributesCount = 0, droppedEventsCount = 0, droppedLinksCount = 0 } = span;
  const endTime: HrTime = hrTime(span.endTimeUnixNano ?? 0n);
  return {
    ...(readSpan(span, undefined) as DeliveredSpan),
    endTime,
    ended: true,
    resource,
    instrumentationScope: scope,
    droppedAttributesCount,
    droppedEventsCount,
    droppedLinksCount,
  };
}

function orphan(record: OtlpLogRecord, resource: Resource, scope: InstrumentationScope): OrphanEvent {
  const log = readLog(record, undefined);
  const event = toLogEvent({ ...log, instrumentationScope: scope, resource });
  return toOrphan(event, log.spanContext, log.spanContext === undefined ? 'no_span' : 'remote_parent');
}
