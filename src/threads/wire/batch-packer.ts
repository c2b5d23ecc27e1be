import type { Attributes, AttributeValue, Link, SpanContext } from '@opentelemetry/api';
import { toAttributeValue } from '../../model/attribute-value.js';
import { isLogEvent, type LogEvent, type OrphanEvent } from '../../model/log-event.js';
import type { DeliveredSpan } from '../../model/merged-span.js';
import type { InstrumentationScope, Resource, TimedEvent } from '../../model/otel.js';
import type { WireBatch, WireResource } from '../protocol.js';
import { Packer } from './packer.js';
import { SentTable } from './sent-table.js';

/** Different objects that are remembered as sent: far more than a service has. */
const MAX_RESOURCES = 64;
const MAX_SCOPES = 1_024;

/**
 * Packs spans and orphans into plain data. `BatchUnpacker` is its mirror: what is written here is read there, in
 * this order.
 */
export class BatchPacker {
  readonly #packer = new Packer();
  readonly #resources: SentTable<Resource, WireResource>;
  readonly #scopes = new SentTable<InstrumentationScope, InstrumentationScope>(MAX_SCOPES, toWireScope);
  #unreadable = { spans: 0, orphans: 0 };

  /** @param settled is called when a resource that was sent incomplete is complete */
  constructor(settled: (id: number, attributes: Attributes) => void) {
    this.#resources = new SentTable(MAX_RESOURCES, (resource: Resource, id) => {
      if (resource.asyncAttributesPending) {
        resource.waitForAsyncAttributes?.().then(
          () => settled(id, plainAttributes(Object.entries(resource.attributes))),
          () => settled(id, availableAttributes(resource)),
        );
      }
      return toWireResource(resource);
    });
  }

  /** How many could not be read, and were left out. */
  get unreadable(): { readonly spans: number; readonly orphans: number } {
    return this.#unreadable;
  }

  pack(spans: readonly DeliveredSpan[], orphans: readonly OrphanEvent[]): WireBatch {
    const forgets = [this.#resources.begin(), this.#scopes.begin()];
    const forget = forgets.includes(true);
    const written = spans.filter((span) => this.#tryTo(() => this.#writeSpan(span))).length;
    const writtenOrphans = orphans.filter((orphan) => this.#tryTo(() => this.#writeOrphan(orphan))).length;
    this.#unreadable = {
      spans: this.#unreadable.spans + spans.length - written,
      orphans: this.#unreadable.orphans + orphans.length - writtenOrphans,
    };
    return {
      ...this.#packer.take(),
      spans: written,
      orphans: writtenOrphans,
      forget,
      resources: this.#resources.takeNews(),
      scopes: this.#scopes.takeNews(),
    };
  }

  /** Returns whether it could be written. What throws half-way is taken back. */
  #tryTo(write: () => void): boolean {
    const { position } = this.#packer;
    try {
      write();
      return true;
    } catch {
      this.#packer.rewind(position);
      return false;
    }
  }

  #writeSpan(span: DeliveredSpan): void {
    const packer = this.#packer;
    const { parentSpanContext: parent, status, events, links } = span;
    packer.string(span.name);
    packer.number(span.kind);
    this.#writeContext(span.spanContext());
    packer.flag(parent !== undefined);
    if (parent !== undefined) this.#writeContext(parent);
    packer.time(span.startTime);
    packer.time(span.endTime);
    packer.time(span.duration);
    packer.flag(span.ended);
    packer.number(status.code);
    packer.string(status.message);
    packer.number(this.#resources.idOf(span.resource));
    packer.number(this.#scopes.idOf(span.instrumentationScope));
    packer.number(span.droppedAttributesCount);
    packer.number(span.droppedEventsCount);
    packer.number(span.droppedLinksCount);
    packer.number(span.revision ?? 0);
    packer.attributes(span.attributes);
    packer.number(events.length);
    for (const event of events) this.#writeEvent(event);
    packer.number(links.length);
    for (const link of links) this.#writeLink(link);
  }

  #writeContext({ traceId, spanId, traceFlags, isRemote, traceState }: SpanContext): void {
    const packer = this.#packer;
    packer.string(traceId);
    packer.string(spanId);
    packer.number(traceFlags);
    packer.value(isRemote);
    packer.string(traceState?.serialize());
  }

  #writeLink({ context, attributes, droppedAttributesCount }: Link): void {
    this.#writeContext(context);
    this.#packer.value(droppedAttributesCount);
    this.#packer.attributes(attributes);
  }

  #writeEvent(event: TimedEvent): void {
    const packer = this.#packer;
    packer.string(event.name);
    packer.time(event.time);
    packer.value(event.droppedAttributesCount);
    packer.attributes(event.attributes);
    packer.flag(isLogEvent(event));
    if (isLogEvent(event)) this.#writeLogEvent(event);
  }

  #writeLogEvent(event: LogEvent): void {
    const { severityNumber, severityText, body, observedTime, instrumentationScope, resource } = event;
    const packer = this.#packer;
    packer.value(severityNumber);
    packer.string(severityText);
    packer.value(body);
    packer.time(observedTime);
    packer.number(this.#scopes.idOf(instrumentationScope));
    packer.number(this.#resources.idOf(resource));
  }

  #writeOrphan(orphan: OrphanEvent): void {
    const { spanContext } = orphan;
    this.#packer.string(orphan.reason);
    this.#packer.flag(spanContext !== undefined);
    if (spanContext !== undefined) this.#writeContext(spanContext);
    this.#writeEvent(orphan);
  }
}

function toWireScope({ name, version, schemaUrl }: InstrumentationScope): InstrumentationScope {
  return {
    name: text(name),
    ...(version === undefined ? undefined : { version: text(version) }),
    ...(schemaUrl === undefined ? undefined : { schemaUrl: text(schemaUrl) }),
  };
}

/** Whatever an application without types has given as a text: it must be such that it can be cloned. */
function text(value: unknown): string {
  return String(value);
}

function toWireResource(resource: Resource): WireResource {
  const pending = resource.asyncAttributesPending === true;
  // The SDK reports an error when `attributes` is read too early.
  const attributes = pending ? availableAttributes(resource) : plainAttributes(Object.entries(resource.attributes));
  return { attributes, schemaUrl: resource.schemaUrl, pending };
}

function availableAttributes(resource: Resource): Attributes {
  const available = resource
    .getRawAttributes()
    .filter((entry): entry is [string, AttributeValue] => entry[1] !== undefined && !isPromise(entry[1]));
  // Of two with the same key, the first counts.
  return plainAttributes(available.toReversed());
}

/** Those of a resource are not checked by the SDK, and must be such that they can be cloned. */
function plainAttributes(entries: readonly [string, unknown][]): Attributes {
  return Object.fromEntries(entries.map(([key, value]) => [key, toAttributeValue(value)]));
}

function isPromise(value: unknown): boolean {
  return typeof (value as PromiseLike<unknown> | null)?.then === 'function';
}
