import type { Attributes, Link } from '@opentelemetry/api';
import { isLogEvent, type DeliveredSpan, type OrphanEvent, type ReadableSpan, type TimedEvent } from 'otel-span-cache';
import { Masking, type MaskingRules } from './masking.js';
import { MaskedResource } from './masked-resource.js';

type Resource = ReadableSpan['resource'];

/**
 * Masks secrets in spans and orphans before they leave the main thread: in attributes, events, log bodies, links and
 * resources.
 *
 * Returns the span itself if nothing has to change, at the cost of checking each key; otherwise a view of it. Objects
 * of the SDK are never changed.
 */
export class Redaction {
  readonly #masking: Masking;
  /** The masked resource for each resource. */
  readonly #resources = new WeakMap<Resource, Resource>();
  readonly #pending = new WeakMap<Resource, MaskedResource>();
  /** The resource looked up last, because nearly all spans share one. */
  #last: { readonly resource: Resource; readonly shown: Resource } | undefined;

  constructor(rules: MaskingRules) {
    this.#masking = new Masking(rules);
  }

  /** Undefined for a span that cannot be read. */
  span(span: DeliveredSpan): DeliveredSpan | undefined {
    try {
      const { attributes, events, links, resource, name, status } = span;
      const parts: SpanParts = {
        name: typeof name === 'string' ? this.text(name) : name,
        status: this.#status(status),
        attributes: this.#masking.members(attributes),
        events: this.#list(events, this.#event),
        links: this.#list(links, this.#link),
        resource: this.resource(resource),
      };
      const changes =
        parts.attributes !== attributes ||
        parts.events !== events ||
        parts.links !== links ||
        parts.resource !== resource ||
        parts.name !== name ||
        parts.status !== status;
      return changes ? maskedSpan(span, parts) : span;
    } catch {
      return undefined;
    }
  }

  /** Undefined for an orphan that cannot be read. */
  orphan(orphan: OrphanEvent): OrphanEvent | undefined {
    try {
      return this.#event(orphan) as OrphanEvent;
    } catch {
      return undefined;
    }
  }

  attributes(attributes: Attributes): Attributes {
    return this.#masking.members(attributes);
  }

  /** A text without a key, such as a name: cut if it is long. */
  text(text: string): string {
    return this.#masking.text(text);
  }

  resource(resource: Resource): Resource {
    if (resource === undefined || resource === null) return resource;
    if (this.#last?.resource === resource) return this.#last.shown;
    if (resource.asyncAttributesPending === true) return this.#pendingResource(resource);
    let shown = this.#resources.get(resource);
    if (shown === undefined) {
      const { attributes } = resource;
      const isMasked = this.#masking.members(attributes) !== attributes;
      shown = isMasked ? this.#pendingResource(resource) : resource;
      this.#resources.set(resource, shown);
    }
    this.#last = { resource, shown };
    return shown;
  }

  #pendingResource(resource: Resource): Resource {
    const known = this.#pending.get(resource);
    if (known !== undefined) return known;
    const masked = new MaskedResource(resource, this.#masking);
    this.#pending.set(resource, masked);
    return masked;
  }

  #status(status: DeliveredSpan['status']): DeliveredSpan['status'] {
    const { message } = status;
    if (typeof message !== 'string') return status;
    const shown = this.text(message);
    return shown === message ? status : { ...status, message: shown };
  }

  #list<T>(items: T[], masked: (item: T) => T): T[] {
    let copy: T[] | undefined;
    for (let index = 0; index < items.length; index++) {
      const shown = masked(items[index]!);
      if (shown === items[index]) continue;
      copy ??= [...items];
      copy[index] = shown;
    }
    return copy ?? items;
  }

  readonly #event = (event: TimedEvent): TimedEvent => {
    const { name, attributes } = event;
    const shownName = typeof name === 'string' ? this.text(name) : name;
    const shown = attributes === undefined ? undefined : this.#masking.members(attributes);
    if (!isLogEvent(event)) {
      if (shown === attributes && shownName === name) return event;
      return { ...event, name: shownName, ...(shown && { attributes: shown }) };
    }
    const { body, resource } = event;
    const shownBody = this.#masking.value(body) as typeof body;
    const shownResource = resource === undefined ? undefined : this.resource(resource);
    const isSame = shown === attributes && shownName === name && shownBody === body && shownResource === resource;
    if (isSame) return event;
    return { ...event, name: shownName, attributes: shown!, body: shownBody, resource: shownResource } as TimedEvent;
  };

  readonly #link = (link: Link): Link => {
    if (link.attributes === undefined) return link;
    const attributes = this.#masking.members(link.attributes);
    return attributes === link.attributes ? link : { ...link, attributes };
  };
}

type SpanParts = Pick<DeliveredSpan, 'name' | 'status' | 'attributes' | 'events' | 'links' | 'resource'>;

function maskedSpan(span: DeliveredSpan, parts: SpanParts): DeliveredSpan {
  const { kind, parentSpanContext, startTime, endTime, duration, ended, instrumentationScope, revision } = span;
  const { droppedAttributesCount, droppedEventsCount, droppedLinksCount } = span;
  return {
    ...parts,
    kind,
    spanContext: () => span.spanContext(),
    ...(parentSpanContext !== undefined && { parentSpanContext }),
    startTime,
    endTime,
    duration,
    ended,
    instrumentationScope,
    droppedAttributesCount,
    droppedEventsCount,
    droppedLinksCount,
    ...(revision !== undefined && { revision }),
  };
}
