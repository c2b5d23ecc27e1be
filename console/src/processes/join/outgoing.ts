import type { DeliveredSpan, OrphanEvent } from 'otel-span-cache';
import { packedToBytes, SpanPacker } from 'otel-span-cache/threads';
import type { Redaction } from '../../host/redaction.js';
import { MAX_BATCH_BYTES } from './join-protocol.js';

/** Maximum number of spans and orphans in one batch. */
const FULL = 1_024;

/** Spans and orphans that the process or the console lost, or that could not be read. */
export interface Losses {
  readonly spans: number;
  readonly orphans: number;
}

/** A batch on its way. */
export interface Batch {
  readonly sequence: number;
  /** Spans in it. */
  readonly spans: number;
  readonly bytes: Uint8Array;
}

interface Current extends Batch {
  readonly items: Items;
  readonly orphans: number;
  /** Losses that it reports, in addition to items that could not be packed. */
  readonly losses: Losses;
}

interface Items {
  readonly spans: readonly DeliveredSpan[];
  readonly orphans: readonly OrphanEvent[];
}

/**
 * The masked spans waiting to be sent, and the batch on its way, which is packed when its turn comes and kept until the
 * console has accepted it.
 */
export class Outgoing {
  readonly #redaction: Redaction;
  readonly #packer: SpanPacker;
  #spans: DeliveredSpan[] = [];
  #orphans: OrphanEvent[] = [];
  #current: Current | undefined;
  #sequence = 0;
  #sent = 0;
  #lost: Losses = { spans: 0, orphans: 0 };
  #unreported: Losses = { spans: 0, orphans: 0 };

  /** @param onSettled called when an empty batch should be sent */
  constructor(redaction: Redaction, onSettled: () => void) {
    this.#redaction = redaction;
    this.#packer = new SpanPacker({ onSettled });
  }

  /** Number of spans that the console has accepted. */
  get sent(): number {
    return this.#sent;
  }

  get lost(): Losses {
    return this.#lost;
  }

  /** Number of spans waiting or on their way. */
  get waiting(): number {
    return this.#spans.length + (this.#current?.items.spans.length ?? 0);
  }

  /** Whether any spans or losses are waiting to be sent. */
  get hasNews(): boolean {
    const { spans, orphans } = this.#unreported;
    return this.#current !== undefined || this.#spans.length + this.#orphans.length + spans + orphans > 0;
  }

  add(spans: readonly DeliveredSpan[], orphans: readonly OrphanEvent[], dropped: number): void {
    let [lostSpans, lostOrphans] = [dropped, 0];
    for (const span of spans) {
      const shown = this.#redaction.span(span);
      if (shown === undefined) lostSpans++;
      else this.#spans.push(shown);
    }
    for (const orphan of orphans) {
      const shown = this.#redaction.orphan(orphan);
      if (shown === undefined) lostOrphans++;
      else this.#orphans.push(shown);
    }
    this.#lose({ spans: lostSpans, orphans: lostOrphans });
  }

  /** The batch on its way, else the next one, which is empty if nothing is waiting. */
  batch(): Batch {
    if (this.#current === undefined)
      this.#pack({ spans: this.#spans.splice(0, FULL), orphans: this.#orphans.splice(0, FULL) });
    return this.#current!;
  }

  /** Call it when the console has accepted the batch. */
  taken(): void {
    const { items, spans, orphans, losses } = this.#current!;
    this.#sent += spans;
    this.#unreported = minus(this.#unreported, losses);
    // The batch itself reports the items that could not be packed.
    this.#lost = plus(this.#lost, { spans: items.spans.length - spans, orphans: items.orphans.length - orphans });
    this.#current = undefined;
  }

  /** Call it when the console cannot read the batch without earlier ones. */
  repack(): void {
    const { items } = this.#current!;
    this.#packer.restart();
    this.#pack(items);
  }

  /** Call it when the console will never accept the batch. */
  giveUp(): void {
    const { items } = this.#current!;
    this.#packer.restart();
    this.#current = undefined;
    this.#lose({ spans: items.spans.length, orphans: items.orphans.length });
  }

  /** Call it when nothing can be sent any more. */
  giveUpAll(): void {
    if (this.#current !== undefined) this.giveUp();
    this.#lose({ spans: this.#spans.length, orphans: this.#orphans.length });
    this.#spans = [];
    this.#orphans = [];
  }

  /** Packs items into the next batch, or fewer of them if they are too large for one batch. */
  #pack(items: Items): void {
    const losses = this.#unreported;
    const packed = this.#packer.pack({ ...items, dropped: losses.spans, droppedOrphans: losses.orphans });
    const bytes = packedToBytes(packed);
    if (bytes.length > MAX_BATCH_BYTES) {
      this.#packer.restart();
      this.#pack(this.#fewer(items));
      return;
    }
    const { spans, orphans } = packed;
    this.#current = { sequence: ++this.#sequence, spans, orphans, bytes, items, losses };
  }

  /** Puts half of the items back. A single item that is too large is lost. */
  #fewer({ spans, orphans }: Items): Items {
    if (spans.length > 0 && orphans.length > 0) {
      this.#orphans = [...orphans, ...this.#orphans];
      return { spans, orphans: [] };
    }
    if (spans.length + orphans.length === 1) {
      this.#lose({ spans: spans.length, orphans: orphans.length });
      return { spans: [], orphans: [] };
    }
    const [ofSpans, ofOrphans] = [Math.floor(spans.length / 2), Math.floor(orphans.length / 2)];
    this.#spans = [...spans.slice(ofSpans), ...this.#spans];
    this.#orphans = [...orphans.slice(ofOrphans), ...this.#orphans];
    return { spans: spans.slice(0, ofSpans), orphans: orphans.slice(0, ofOrphans) };
  }

  #lose(losses: Losses): void {
    this.#lost = plus(this.#lost, losses);
    this.#unreported = plus(this.#unreported, losses);
  }
}

function plus(one: Losses, other: Losses): Losses {
  return { spans: one.spans + other.spans, orphans: one.orphans + other.orphans };
}

function minus(one: Losses, other: Losses): Losses {
  return { spans: one.spans - other.spans, orphans: one.orphans - other.orphans };
}
