import { createTraceState, type Attributes, type AttributeValue, type Link, type SpanContext } from '@opentelemetry/api';
import type { LogEvent, OrphanEvent, OrphanReason } from '../../model/log-event.js';
import type { DeliveredSpan } from '../../model/merged-span.js';
import type { InstrumentationScope, TimedEvent } from '../../model/otel.js';
import type { WireBatch } from '../protocol.js';
import { ReceivedResource } from './received-resource.js';
import { Unpacker } from './unpacker.js';

const NO_RESOURCE = new ReceivedResource({}, undefined, false);
const NO_SCOPE: InstrumentationScope = Object.freeze({ name: '' });

/**
 * Makes spans and orphans again of what a `BatchPacker` has packed, each marked with its thread. All spans with
 * one resource or scope there have one here: exporters group by it.
 */
export class BatchUnpacker {
  readonly #marks: readonly [string, AttributeValue][];
  readonly #resources = new Map<number, ReceivedResource>();
  readonly #scopes = new Map<number, InstrumentationScope>();

  /** @param marks attributes that every span and orphan gets, unless it has them */
  constructor(marks: readonly [string, AttributeValue][]) {
    this.#marks = marks;
  }

  /** Leaves out what cannot be read: the batch tells how many there should be. */
  unpack(batch: WireBatch): { spans: DeliveredSpan[]; orphans: OrphanEvent[] } {
    if (batch.forget) this.#forget();
    for (const { id, value } of batch.resources) {
      this.#resources.set(id, new ReceivedResource(value.attributes, value.schemaUrl, value.pending));
    }
    for (const { id, value } of batch.scopes) this.#scopes.set(id, value);
    const unpacker = new Unpacker(batch);
    return {
      spans: unpacker.items(batch.spans, () => this.#readSpan(unpacker)),
      orphans: unpacker.items(batch.orphans, () => this.#readOrphan(unpacker)),
    };
  }

  /** The attributes that were missing are there. */
  settle(id: number, attributes: Attributes): void {
    this.#resources.get(id)?.settle(attributes);
  }

  /** Nothing more comes. Who waits for the attributes of a resource does so no longer. */
  end(): void {
    this.#forget();
  }

  #forget(): void {
    for (const resource of this.#resources.values()) resource.settle();
    this.#resources.clear();
    this.#scopes.clear();
  }

  #readSpan(unpacker: Unpacker): DeliveredSpan {
    const name = unpacker.string();
    const kind = unpacker.number();
    const context = readContext(unpacker);
    const parent = unpacker.flag() ? { parentSpanContext: readContext(unpacker) } : undefined;
    const startTime = unpacker.time();
    const endTime = unpacker.time();
    const duration = unpacker.time();
    const ended = unpacker.flag();
    const code = unpacker.number();
    const message = unpacker.optionalString();
    const resource = this.#resources.get(unpacker.number()) ?? NO_RESOURCE;
    const instrumentationScope = this.#readScope(unpacker);
    const revision = unpacker.number();
    const attributes = this.#mark(unpacker.attributes());
    const droppedAttributesCount = unpacker.number();
    const events = unpacker.list(() => this.#readEvent(unpacker));
    const droppedEventsCount = unpacker.number();
    const links = unpacker.list(() => readLink(unpacker));
    const droppedLinksCount = unpacker.number();
    return {
      name,
      kind,
      spanContext: () => context,
      ...parent,
      startTime,
      endTime,
      status: message === undefined ? { code } : { code, message },
      attributes,
      links,
      events,
      duration,
      ended,
      resource,
      instrumentationScope,
      droppedAttributesCount,
      droppedEventsCount,
      droppedLinksCount,
      ...(revision === 0 ? undefined : { revision }),
    };
  }

  #readScope(unpacker: Unpacker): InstrumentationScope {
    return this.#scopes.get(unpacker.number()) ?? NO_SCOPE;
  }

  #mark(attributes: Attributes): Attributes {
    for (const [key, mark] of this.#marks) {
      if (!Object.hasOwn(attributes, key)) attributes[key] = mark;
    }
    return attributes;
  }

  #readEvent(unpacker: Unpacker): TimedEvent {
    const name = unpacker.string();
    const time = unpacker.time();
    const event: TimedEvent = { name, time };
    readAttributes(unpacker, event);
    return unpacker.flag() ? this.#readLogEvent(unpacker, event) : event;
  }

  #readLogEvent(unpacker: Unpacker, event: TimedEvent): LogEvent {
    return {
      attributes: {},
      droppedAttributesCount: 0,
      ...event,
      severityNumber: unpacker.value() as number | undefined,
      severityText: unpacker.optionalString(),
      body: unpacker.value() as LogEvent['body'],
      observedTime: unpacker.time(),
      instrumentationScope: this.#readScope(unpacker),
      resource: this.#resources.get(unpacker.number()),
    };
  }

  #readOrphan(unpacker: Unpacker): OrphanEvent {
    const reason = unpacker.string() as OrphanReason;
    const spanContext = unpacker.flag() ? readContext(unpacker) : undefined;
    const event = this.#readEvent(unpacker) as LogEvent;
    return { ...event, attributes: this.#mark(event.attributes), spanContext, reason };
  }
}

function readContext(unpacker: Unpacker): SpanContext {
  const traceId = unpacker.string();
  const spanId = unpacker.string();
  const traceFlags = unpacker.number();
  const isRemote = unpacker.value();
  const traceState = unpacker.optionalString();
  return {
    traceId,
    spanId,
    traceFlags,
    ...(typeof isRemote === 'boolean' ? { isRemote } : undefined),
    ...(traceState === undefined ? undefined : { traceState: createTraceState(traceState) }),
  };
}

function readLink(unpacker: Unpacker): Link {
  const link: Link = { context: readContext(unpacker) };
  readAttributes(unpacker, link);
  return link;
}

/** Neither the attributes nor their number need be there. */
function readAttributes(unpacker: Unpacker, owner: Pick<Link, 'attributes' | 'droppedAttributesCount'>): void {
  const attributes = unpacker.optionalAttributes();
  const dropped = unpacker.value();
  if (attributes !== undefined) owner.attributes = attributes;
  if (typeof dropped === 'number') owner.droppedAttributesCount = dropped;
}
