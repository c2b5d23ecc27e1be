import type { LogRow } from '../model/span-row.js';
import { estimatedLogBytes } from './log-size.js';

/** Log records that belong to no span, bounded in number and in estimated bytes, the oldest evicted first. */
export class OrphanLogs {
  readonly #max: number;
  readonly #maxBytes: number;
  /** In order of arrival; positions before `#head` are empty. */
  #logs: (LogRow | undefined)[] = [];
  #sizes: number[] = [];
  #head = 0;
  #bytes = 0;
  #evicted = 0;
  #newestFirst: readonly LogRow[] | undefined;

  constructor(max: number, maxBytes: number) {
    this.#max = max;
    this.#maxBytes = maxBytes;
  }

  get size(): number {
    return this.#logs.length - this.#head;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get evicted(): number {
    return this.#evicted;
  }

  add(log: LogRow): void {
    const bytes = estimatedLogBytes(log);
    this.#logs.push(log);
    this.#sizes.push(bytes);
    this.#bytes += bytes;
    this.#newestFirst = undefined;
    while (this.size > this.#max || this.#bytes > this.#maxBytes) this.#evict();
  }

  clear(): void {
    this.#logs = [];
    this.#sizes = [];
    this.#head = 0;
    this.#bytes = 0;
    this.#newestFirst = undefined;
  }

  /**
   * An immutable list, sorted once until the next record arrives. Sorting is fast, because records arrive nearly in
   * order.
   */
  newestFirst(): readonly LogRow[] {
    this.#newestFirst ??= (this.#logs.slice(this.#head) as LogRow[]).reverse().sort((a, b) => b.time - a.time);
    return this.#newestFirst;
  }

  #evict(): void {
    this.#bytes -= this.#sizes[this.#head]!;
    this.#logs[this.#head++] = undefined;
    this.#evicted++;
    if (this.#head < 1_024 || this.#head * 2 < this.#logs.length) return;
    this.#logs = this.#logs.slice(this.#head);
    this.#sizes = this.#sizes.slice(this.#head);
    this.#head = 0;
  }
}
