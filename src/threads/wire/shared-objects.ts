import type { Attributes, AttributeValue } from '@opentelemetry/api';
import { toAttributes } from '../../model/attribute-value.js';
import type { InstrumentationScope, Resource } from '../../model/otel.js';
import { textOf } from '../../model/text-of.js';
import { isPromiseLike } from '../../support/promise-of.js';
import { ReceivedResource } from '../../model/received-resource.js';
import type { ReceivedTexts } from './received-texts.js';
import type { SentTexts } from './sent-texts.js';
import { readAttributes, writeAttributes } from './values.js';
import { WireReader } from './wire-reader.js';
import { WireWriter } from './wire-writer.js';

/* Resources and scopes, which many spans share. Each is sent once, then referred to by number. */

/** Far more than a service has. Past that, the tables are cleared for the next batch. */
const MAX_RESOURCES = 64;
const MAX_SCOPES = 1_024;

/** Marks a missing object. Indexes start at 1. */
const NONE = 0;

/** Types of records. */
const RECORD = { resource: 1, pendingResource: 2, settledResource: 3, scope: 4 } as const;

const NO_RESOURCE = new ReceivedResource({}, undefined, false);
const NO_SCOPE: InstrumentationScope = Object.freeze({ name: '' });

/** The sending side. */
export class SentObjects {
  readonly #writer: WireWriter;
  readonly #onSettled: () => void;
  readonly #resources = new Map<Resource, number>();
  readonly #scopes = new Map<InstrumentationScope, number>();
  /** Changes when the tables are cleared, after which indexes refer to other objects. */
  #epoch = 0;

  /** @param onSettled called when pending attributes of a sent resource have arrived and can be sent */
  constructor(texts: SentTexts, onSettled: () => void) {
    this.#writer = new WireWriter(texts);
    this.#onSettled = onSettled;
  }

  get full(): boolean {
    return this.#resources.size >= MAX_RESOURCES || this.#scopes.size >= MAX_SCOPES;
  }

  /** Forgets the tables. The receiver must forget them too. */
  restart(): void {
    this.#resources.clear();
    this.#scopes.clear();
    this.#epoch++;
  }

  /** @throws the errors of the resource's getters */
  resource(resource: Resource | undefined): number {
    if (resource === undefined || resource === null) return NONE;
    return this.#resources.get(resource) ?? this.#addResource(resource);
  }

  /** @throws the errors of the scope's getters */
  scope(scope: InstrumentationScope | undefined): number {
    if (scope === undefined || scope === null) return NONE;
    return this.#scopes.get(scope) ?? this.#addScope(scope);
  }

  /** Returns the records that the receiver needs for the current batch, and starts the next. */
  take(): Uint8Array {
    return this.#writer.take();
  }

  #addScope(scope: InstrumentationScope): number {
    const { name, version, schemaUrl } = scope;
    const place = this.#scopes.size + 1;
    this.#writer.byte(RECORD.scope);
    this.#writer.uint(place);
    this.#writer.text(textOf(name));
    this.#writeOptionalText(version);
    this.#writeOptionalText(schemaUrl);
    this.#scopes.set(scope, place);
    return place;
  }

  #addResource(resource: Resource): number {
    const pending = resource.asyncAttributesPending === true;
    // The SDK reports an error if `attributes` is read while some are pending, and does not check their values.
    const attributes = pending ? availableAttributes(resource) : toAttributes(Object.entries(resource.attributes));
    const { schemaUrl } = resource;
    const place = this.#resources.size + 1;
    this.#writer.byte(pending ? RECORD.pendingResource : RECORD.resource);
    this.#writer.uint(place);
    writeAttributes(this.#writer, attributes);
    this.#writeOptionalText(schemaUrl);
    this.#resources.set(resource, place);
    if (pending) void this.#sendWhenSettled(resource, place, attributes);
    return place;
  }

  async #sendWhenSettled(resource: Resource, place: number, sent: Attributes): Promise<void> {
    const epoch = this.#epoch;
    const attributes = await settledAttributes(resource, sent);
    if (epoch !== this.#epoch) return;
    this.#writer.byte(RECORD.settledResource);
    this.#writer.uint(place);
    writeAttributes(this.#writer, attributes);
    this.#onSettled();
  }

  #writeOptionalText(text: unknown): void {
    this.#writer.byte(text === undefined ? 0 : 1);
    if (text !== undefined) this.#writer.text(textOf(text));
  }
}

/** The receiving side. All spans of one resource or scope get the same object, because exporters group by identity. */
export class ReceivedObjects {
  readonly #resources = new Map<number, ReceivedResource>();
  readonly #scopes = new Map<number, InstrumentationScope>();

  /** Resources whose attributes are still pending keep their current attributes. */
  restart(): void {
    for (const resource of this.#resources.values()) resource.settle();
    this.#resources.clear();
    this.#scopes.clear();
  }

  /** Reads the records of a batch. Records after one that cannot be read are ignored. */
  add(records: Uint8Array, texts: ReceivedTexts): void {
    const reader = new WireReader(records, texts);
    try {
      while (!reader.done) this.#addRecord(reader);
    } catch {
      // Their spans get an empty resource and scope.
    }
  }

  resource(place: number): ReceivedResource {
    return this.#resources.get(place) ?? NO_RESOURCE;
  }

  scope(place: number): InstrumentationScope {
    return this.#scopes.get(place) ?? NO_SCOPE;
  }

  #addRecord(reader: WireReader): void {
    const type = reader.byte();
    const place = reader.uint();
    switch (type) {
      case RECORD.resource:
      case RECORD.pendingResource: {
        const attributes = readAttributes(reader);
        const resource = new ReceivedResource(attributes, readOptionalText(reader), type === RECORD.pendingResource);
        this.#resources.set(place, resource);
        break;
      }
      case RECORD.settledResource: {
        // Read even if the resource was in a lost batch, so that the next record is found.
        const attributes = readAttributes(reader);
        this.#resources.get(place)?.settle(attributes);
        break;
      }
      case RECORD.scope:
        this.#scopes.set(place, readScope(reader));
        break;
      default:
        throw new TypeError('a record must be of a known type');
    }
  }
}

function readScope(reader: WireReader): InstrumentationScope {
  const name = reader.text();
  const version = readOptionalText(reader);
  const schemaUrl = readOptionalText(reader);
  return {
    name,
    ...(version === undefined ? undefined : { version }),
    ...(schemaUrl === undefined ? undefined : { schemaUrl }),
  };
}

function readOptionalText(reader: WireReader): string | undefined {
  return reader.byte() === 0 ? undefined : reader.text();
}

/** All attributes, once none is pending. If they cannot be read, the available ones, else the ones sent before. */
async function settledAttributes(resource: Resource, sent: Attributes): Promise<Attributes> {
  try {
    await resource.waitForAsyncAttributes?.();
    return toAttributes(Object.entries(resource.attributes));
  } catch {
    try {
      return availableAttributes(resource);
    } catch {
      return sent;
    }
  }
}

function availableAttributes(resource: Resource): Attributes {
  const available = resource
    .getRawAttributes()
    .filter((entry): entry is [string, AttributeValue] => entry[1] !== undefined && !isPromiseLike(entry[1]));
  // Reversed, because the first of two attributes with the same key counts.
  return toAttributes(available.toReversed());
}
