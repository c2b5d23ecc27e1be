import type { Attributes, AttributeValue, Link, SpanContext } from '@opentelemetry/api';
import { toAttributeValue } from '../../model/attribute-value.js';
import { isLogEvent, type LogEvent, type OrphanEvent } from '../../model/log-event.js';
import type { DeliveredSpan } from '../../model/merged-span.js';
import type { InstrumentationScope, Resource, TimedEvent } from '../../model/otel.js';
import { textOf } from '../../model/text-of.js';
import type { WireBatch, WireResource } from '../protocol.js';
import { Packer } from './packer.js';
import { SentTable } from './sent-table.js';

/** Different objects that are remembered as sent: far more than a service has. */
const MAX_RESOURCES = 64;
const MAX_SCOPES = 1_024;

/**
 * Packs spans and orphans into plain data. `BatchUnpacker` is its mirror: what is written here is read there, in
 * this order.
 *
 * Damage stays with the item: what cannot be read of a span costs that event, link or attribute, or that span.
 */
export class BatchPacker {
  readonly #packer = new Packer();
  readonly #resources: SentTable<Resource, WireResource>;
  readonly #scopes = new SentTable<InstrumentationScope, InstrumentationScope>(MAX_SCOPES, toWireScope);
  #unreadable = { spans: 0, orphans: 0 };

  /** @param settled is called when a resource that was sent incomplete is complete */
  constructor(settled: (id: number, attributes: Attributes) => void) {
    this.#resources = new SentTable(MAX_RESOURCES, (resource: Resource, id) => {
      const wire = toWireResource(resource);
      if (wire.pending) void settledAttributes(resource, wire).then((attributes) => settled(id, attributes));
      return wire;
    });
  }

  /** How many could not be read, and were left out. */
  get unreadable(): { readonly spans: number; readonly orphans: number } {
    return this.#unreadable;
  }

  pack(spans: readonly DeliveredSpan[], orphans: readonly OrphanEvent[]): WireBatch {
    const forgets = [this.#resources.begin(), this.#scopes.begin()];
    const forget = forgets.includes(true);
    const written = this.#pack(spans, this.#writeSpan);
    const writtenOrphans = this.#pack(orphans, this.#writeOrphan);
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

  /** Returns how many could be written. */
  #pack<T>(items: readonly T[], write: (item: T) => void): number {
    let written = 0;
    for (const item of items) {
      if (this.#packer.item(write, item)) written++;
    }
    return written;
  }

  /**
   * Throws for a span whose ids, times or lists cannot be read. An event, a link or an attribute that cannot be read
   * is left out, and counts as dropped.
   */
  readonly #writeSpan = (span: DeliveredSpan): void => {
    const packer = this.#packer;
    const { parentSpanContext: parent, status, events, links } = span;
    packer.string(span.name);
    packer.count(span.kind);
    this.#writeContext(span.spanContext());
    packer.flag(parent !== undefined);
    if (parent !== undefined) this.#writeContext(parent);
    packer.time(span.startTime);
    packer.time(span.endTime);
    packer.time(span.duration);
    packer.flag(span.ended);
    packer.count(status.code);
    packer.optionalString(status.message);
    packer.number(this.#resources.idOf(span.resource));
    packer.number(this.#scopes.idOf(span.instrumentationScope));
    packer.count(span.revision);
    packer.number(packer.attributes(span.attributes) + countOf(span.droppedAttributesCount));
    packer.number(packer.list(events, this.#writeEvent) + countOf(span.droppedEventsCount));
    packer.number(packer.list(links, this.#writeLink) + countOf(span.droppedLinksCount));
  };

  #writeContext({ traceId, spanId, traceFlags, isRemote, traceState }: SpanContext): void {
    const packer = this.#packer;
    packer.id(traceId);
    packer.id(spanId);
    packer.count(traceFlags);
    packer.value(typeof isRemote === 'boolean' ? isRemote : undefined);
    packer.optionalString(traceState?.serialize());
  }

  /** Throws for a link without ids. */
  readonly #writeLink = ({ context, attributes, droppedAttributesCount }: Link): void => {
    this.#writeContext(context);
    this.#writeAttributes(attributes, droppedAttributesCount);
  };

  /** Throws for an event without a time. */
  readonly #writeEvent = (event: TimedEvent): void => {
    const packer = this.#packer;
    packer.string(event.name);
    packer.time(event.time);
    this.#writeAttributes(event.attributes, event.droppedAttributesCount);
    packer.flag(isLogEvent(event));
    if (isLogEvent(event)) this.#writeLogEvent(event);
  };

  /** Neither the attributes nor their number need be there. */
  #writeAttributes(attributes: Attributes | undefined, dropped: number | undefined): void {
    const lost = this.#packer.attributes(attributes);
    this.#packer.value(lost === 0 && dropped === undefined ? undefined : lost + countOf(dropped));
  }

  #writeLogEvent(event: LogEvent): void {
    const packer = this.#packer;
    packer.value(event.severityNumber);
    packer.optionalString(event.severityText);
    packer.value(event.body);
    packer.time(event.observedTime);
    packer.number(this.#scopes.idOf(event.instrumentationScope));
    packer.number(this.#resources.idOf(event.resource));
  }

  readonly #writeOrphan = (orphan: OrphanEvent): void => {
    const { spanContext } = orphan;
    this.#packer.string(orphan.reason);
    this.#packer.flag(spanContext !== undefined);
    if (spanContext !== undefined) this.#writeContext(spanContext);
    this.#writeEvent(orphan);
  };
}

/** What an application without types has set to something else counts as 0. */
function countOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

function toWireScope({ name, version, schemaUrl }: InstrumentationScope): InstrumentationScope {
  return {
    name: textOf(name),
    ...(version === undefined ? undefined : { version: textOf(version) }),
    ...(schemaUrl === undefined ? undefined : { schemaUrl: textOf(schemaUrl) }),
  };
}

function toWireResource(resource: Resource): WireResource {
  const pending = resource.asyncAttributesPending === true;
  // The SDK reports an error when `attributes` is read too early.
  const attributes = pending ? availableAttributes(resource) : plainAttributes(Object.entries(resource.attributes));
  const { schemaUrl } = resource;
  return { attributes, schemaUrl: schemaUrl === undefined ? undefined : textOf(schemaUrl), pending };
}

/** All attributes, once none is missing. Where they cannot be read then, those that can be, or were sent. */
async function settledAttributes(resource: Resource, sent: WireResource): Promise<Attributes> {
  try {
    await resource.waitForAsyncAttributes?.();
    return plainAttributes(Object.entries(resource.attributes));
  } catch {
    return attempt(() => availableAttributes(resource)) ?? sent.attributes;
  }
}

function availableAttributes(resource: Resource): Attributes {
  const available = resource
    .getRawAttributes()
    .filter((entry): entry is [string, AttributeValue] => entry[1] !== undefined && !isPromise(entry[1]));
  // Of two with the same key, the first counts.
  return plainAttributes(available.toReversed());
}

/** The SDK does not check the values of a resource. They must be such that they can be cloned. */
function plainAttributes(entries: readonly [string, unknown][]): Attributes {
  return Object.fromEntries(entries.map(([key, value]) => [key, attempt(() => toAttributeValue(value)) ?? textOf(value)]));
}

function isPromise(value: unknown): boolean {
  return typeof (value as PromiseLike<unknown> | null)?.then === 'function';
}

/** What a function returns, or undefined if it throws. */
function attempt<T>(code: () => T): T | undefined {
  try {
    return code();
  } catch {
    return undefined;
  }
}
