import type { SpanRow } from '../model/span-row.js';
import { bounded, copied } from './text.js';

/**
 * Maximum number of remembered row ids. Past that, all are forgotten; later answers have new ids, and none is reused.
 */
const MAX_IDS = 10_000;

/** A row of stacks split by an attribute. */
interface SplitRow {
  readonly id: number;
  readonly key: string;
  readonly node: number;
  readonly value: string | null;
}

/** Stable ids for rows of stacks split by an attribute. */
export class SplitIds {
  readonly #newId: () => number;
  readonly #byPlace = new Map<string, SplitRow>();
  readonly #byId = new Map<number, SplitRow>();

  constructor(newId: () => number) {
    this.#newId = newId;
  }

  of(key: string, parent: number | undefined, node: number, value: string | null): number {
    const place = JSON.stringify([key, parent, node, value]);
    let row = this.#byPlace.get(place);
    if (row === undefined) {
      if (this.#byPlace.size >= MAX_IDS) this.clear();
      row = { id: this.#newId(), key, node, value: value === null ? null : copied(value) };
      this.#byPlace.set(place, row);
      this.#byId.set(row.id, row);
    }
    return row.id;
  }

  get(id: number): SplitRow | undefined {
    return this.#byId.get(id);
  }

  clear(): void {
    this.#byPlace.clear();
    this.#byId.clear();
  }
}

/** The value of an attribute of each span: its own, else that of the nearest ancestor in the trace that has one. */
export function valuesOf(key: string, spans: readonly SpanRow[], parents: ArrayLike<number>): (string | null)[] {
  const values: (string | null)[] = [];
  for (const [i, span] of spans.entries()) {
    const parent = parents[i]!;
    values.push(valueOf(key, span) ?? (parent >= 0 ? values[parent]! : null));
  }
  return values;
}

const RESOURCE = 'resource.';

function valueOf(key: string, span: SpanRow): string | undefined {
  const value =
    span.attributes[key] ?? (key.startsWith(RESOURCE) ? span.process.resource[key.slice(RESOURCE.length)] : undefined);
  return value === undefined ? undefined : bounded(String(value));
}
