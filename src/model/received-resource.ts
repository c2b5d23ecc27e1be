import type { Attributes, AttributeValue } from '@opentelemetry/api';
import type { Resource } from './otel.js';

/** The resource of another thread or process. Its attributes are pending if they were pending when it was sent. */
export class ReceivedResource implements Resource {
  attributes: Attributes;
  readonly schemaUrl?: string;
  #pending: Pending | undefined;

  constructor(attributes: Attributes, schemaUrl: string | undefined, pending: boolean) {
    this.attributes = attributes;
    if (schemaUrl !== undefined) this.schemaUrl = schemaUrl;
    if (pending) this.#pending = newPending();
  }

  get asyncAttributesPending(): boolean {
    return this.#pending !== undefined;
  }

  async waitForAsyncAttributes(): Promise<void> {
    await this.#pending?.settled;
  }

  /** Ends the wait for pending attributes, with the complete ones or, if none arrive, with the current ones. */
  settle(attributes: Attributes = this.attributes): void {
    this.attributes = attributes;
    this.#pending?.settle();
    this.#pending = undefined;
  }

  /** Values of `other` take precedence, see "Merge" in the section "Resource SDK" of the specification. */
  merge(other: Resource | null): Resource {
    if (other === null) return this;
    const attributes = { ...this.attributes, ...other.attributes };
    return new ReceivedResource(attributes, mergedSchemaUrl(this.schemaUrl, other.schemaUrl), false);
  }

  getRawAttributes(): [string, AttributeValue | undefined][] {
    return Object.entries(this.attributes);
  }
}

interface Pending {
  readonly settled: Promise<void>;
  readonly settle: () => void;
}

function newPending(): Pending {
  let settle: () => void;
  const settled = new Promise<void>((resolve) => (settle = resolve));
  return { settled, settle: () => settle() };
}

/** Undefined if the two URLs differ. */
function mergedSchemaUrl(own: string | undefined, other: string | undefined): string | undefined {
  if (!own) return other;
  return !other || own === other ? own : undefined;
}
