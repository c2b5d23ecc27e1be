import type { Attributes, AttributeValue } from '@opentelemetry/api';
import type { ReadableSpan } from 'otel-span-cache';
import type { Masking } from './masking.js';

type Resource = ReadableSpan['resource'];
type RawValue = AttributeValue | undefined | Promise<AttributeValue | undefined>;

/** A resource with its secrets masked. Attributes that are still pending are masked as they arrive. */
export class MaskedResource implements Resource {
  readonly #resource: Resource;
  readonly #masking: Masking;

  constructor(resource: Resource, masking: Masking) {
    this.#resource = resource;
    this.#masking = masking;
  }

  get attributes(): Attributes {
    return this.#masking.members(this.#resource.attributes);
  }

  get asyncAttributesPending(): boolean {
    return this.#resource.asyncAttributesPending === true;
  }

  /** May be undefined. The SDK declares an optional member, which a getter cannot be. */
  get schemaUrl(): string {
    return this.#resource.schemaUrl as string;
  }

  async waitForAsyncAttributes(): Promise<void> {
    await this.#resource.waitForAsyncAttributes?.();
  }

  getRawAttributes(): [string, RawValue][] {
    return this.#resource.getRawAttributes().map(([key, value]) => [key, this.#raw(key, value)]);
  }

  merge(other: Resource | null): Resource {
    return this.#resource.merge(other);
  }

  #raw(key: string, value: RawValue): RawValue {
    if (isPromise(value)) return value.then((settled) => this.#masked(key, settled));
    return this.#masked(key, value);
  }

  #masked(key: string, value: AttributeValue | undefined): AttributeValue | undefined {
    return this.#masking.members({ [key]: value })[key];
  }
}

function isPromise(value: RawValue): value is Promise<AttributeValue | undefined> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';
}
