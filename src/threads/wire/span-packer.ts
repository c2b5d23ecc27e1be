import type { ReceivedBatch } from '../../cache/intake/received-batch.js';
import type { OrphanEvent } from '../../model/log-event.js';
import type { DeliveredSpan } from '../../model/merged-span.js';
import { ofType, resolveOptions, type OptionsOf } from '../../support/option.js';
import { WIRE_VERSION, type PackedBatch } from './packed-batch.js';
import { SentTexts } from './sent-texts.js';
import { SentObjects } from './shared-objects.js';
import { writeOrphan, writeSpan } from './spans.js';
import { WireWriter } from './wire-writer.js';

/** How a `SpanPacker` works. */
export interface SpanPackerOptions {
  /**
   * Called when a resource's attributes that were pending when it was packed have arrived. They are sent with the
   * next batch; pack an empty one if none follows soon. Default: none.
   */
  onSettled?: () => void;
}

const OPTIONS: OptionsOf<SpanPackerOptions> = {
  onSettled: ofType(
    'a function',
    (value) => typeof value === 'function',
    () => {},
  ),
};

/**
 * Packs batches of spans and orphans into plain data, for a `SpanUnpacker` in another thread or process.
 *
 * Repeated names, keys and values are sent once. Keeps at most 4,096 texts of at most 64 characters.
 */
export class SpanPacker {
  readonly #texts = new SentTexts();
  readonly #objects: SentObjects;
  readonly #writer = new WireWriter(this.#texts);
  #restart = true;
  #unreadable = { spans: 0, orphans: 0 };

  /** @throws TypeError for an invalid option */
  constructor(options?: SpanPackerOptions) {
    const { onSettled } = resolveOptions(OPTIONS, options);
    this.#objects = new SentObjects(this.#texts, onSettled);
  }

  /** Spans and orphans left out so far because they could not be read. `pack()` adds them to the losses of a batch. */
  get unreadable(): { readonly spans: number; readonly orphans: number } {
    return this.#unreadable;
  }

  /** Makes the next batch independent of earlier ones: for a new receiver, or after a lost batch. */
  restart(): void {
    this.#restart = true;
  }

  /** Never throws. Items that cannot be read are left out and counted as dropped. */
  pack({ spans = [], orphans = [], dropped = 0, droppedOrphans = 0 }: ReceivedBatch): PackedBatch {
    const restart = this.#restart || this.#texts.full || this.#objects.full;
    this.#restart = false;
    if (restart) {
      this.#texts.restart();
      this.#objects.restart();
    }
    const writtenSpans = this.#write(spans, this.#writeSpan);
    const writtenOrphans = this.#write(orphans, this.#writeOrphan);
    const unreadable = { spans: spans.length - writtenSpans, orphans: orphans.length - writtenOrphans };
    this.#unreadable = {
      spans: this.#unreadable.spans + unreadable.spans,
      orphans: this.#unreadable.orphans + unreadable.orphans,
    };
    const objects = this.#objects.take();
    return {
      version: WIRE_VERSION,
      spans: writtenSpans,
      orphans: writtenOrphans,
      dropped: dropped + unreadable.spans,
      droppedOrphans: droppedOrphans + unreadable.orphans,
      restart,
      ...this.#texts.take(),
      objects,
      items: this.#writer.take(),
    };
  }

  /** Returns the number of items written. */
  #write<T>(items: readonly T[], write: (writer: WireWriter, item: T) => void): number {
    let written = 0;
    for (const item of items) if (this.#writer.item(write, item)) written++;
    return written;
  }

  readonly #writeSpan = (writer: WireWriter, span: DeliveredSpan): void => writeSpan(writer, span, this.#objects);

  readonly #writeOrphan = (writer: WireWriter, orphan: OrphanEvent): void => writeOrphan(writer, orphan, this.#objects);
}
