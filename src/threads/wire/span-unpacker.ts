import type { Attributes, AttributeValue } from '@opentelemetry/api';
import type { ReceivedBatch } from '../../cache/intake/received-batch.js';
import { checkPackedBatch } from './packed-batch.js';
import { ReceivedTexts } from './received-texts.js';
import { ReceivedObjects } from './shared-objects.js';
import { readOrphan, readSpan } from './spans.js';
import { WireReader } from './wire-reader.js';

/** Converts the batches of a `SpanPacker` to spans and orphans, for `receive()`. */
export class SpanUnpacker {
  readonly #marks: readonly [string, AttributeValue][];
  readonly #texts = new ReceivedTexts();
  readonly #objects = new ReceivedObjects();

  /** @param marks attributes to add to each span and orphan that lacks them, such as its process or thread */
  constructor(marks: Attributes = {}) {
    this.#marks = Object.entries(marks).filter((entry): entry is [string, AttributeValue] => entry[1] !== undefined);
  }

  /**
   * Returns the batch, with the items that could not be read counted as dropped.
   *
   * @throws TypeError if the value is not a batch in the format of this version; the unpacker is then unchanged
   */
  unpack(packed: unknown): Required<ReceivedBatch> {
    const batch = checkPackedBatch(packed);
    if (batch.restart) {
      this.#texts.restart();
      this.#objects.restart();
    }
    this.#texts.add(batch.known, batch.added, batch.once);
    this.#objects.add(batch.objects, this.#texts);
    const reader = new WireReader(batch.items, this.#texts);
    const spans = reader.items(batch.spans, this.#readSpan);
    const orphans = reader.items(batch.orphans, this.#readOrphan);
    return {
      spans,
      orphans,
      dropped: batch.dropped + batch.spans - spans.length,
      droppedOrphans: batch.droppedOrphans + batch.orphans - orphans.length,
    };
  }

  /** Stops waiting for pending attributes. Call it after the last batch. Idempotent. */
  end(): void {
    this.#objects.restart();
  }

  readonly #readSpan = (reader: WireReader) => {
    const span = readSpan(reader, this.#objects);
    this.#mark(span.attributes);
    return span;
  };

  readonly #readOrphan = (reader: WireReader) => {
    const orphan = readOrphan(reader, this.#objects);
    this.#mark(orphan.attributes);
    return orphan;
  };

  #mark(attributes: Attributes): void {
    for (const [key, mark] of this.#marks) {
      if (!Object.hasOwn(attributes, key)) attributes[key] = mark;
    }
  }
}
