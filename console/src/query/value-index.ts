import type { AttributeValue } from '@opentelemetry/api';
import type { Counted, KeyScope, ValueIndexContract } from '../engine/contract.js';
import type { SeenProcess, SpanRow } from '../model/span-row.js';
import { KINDS, STATUSES } from './keys.js';
import { SEVERITY_NAMES } from './literals.js';
import { keyText } from './print.js';
import { MAX_KEY_LENGTH } from './syntax.js';

type Scalar = string | number | boolean;

const MAX_KEYS = 1_000;
const MAX_VALUES = 5_000;
const MAX_BYTES = 8 * 2 ** 20;
/** Maximum length of a value. Longer ones are statements and messages, which nobody completes. */
const MAX_VALUE_LENGTH = 200;
const MAX_PROCESSES = 1_000;
/** Number of occurrences without room after which the values seen only once are dropped. */
const ROOM_AFTER = 5_000;
/** Estimated size of an entry of a map with its counter, without its text. */
const ENTRY_BYTES = 72;

/**
 * Keys and values seen in spans, with the number of their occurrences, for completion.
 *
 * Bounded in keys, values per key, bytes and length of a value. An occurrence without room counts as folded. After many
 * of these, values seen only once are dropped, so that the index follows changes of the service.
 */
export class ValueIndex implements ValueIndexContract {
  /** By the span's own key. Built-in keys have a separate map, because an attribute may be called `name`. */
  readonly #attributes = new Map<string, Values>();
  readonly #builtIn = new Map<string, Values>();
  readonly #processes = new Map<SeenProcess, Counter>();
  #bytes = 0;
  #folded = 0;
  #withoutRoom = 0;
  /** Whether the keys of attributes are complete: none was refused or dropped. */
  #hasAllKeys = true;

  add(span: SpanRow): void {
    this.#count(this.#builtIn, 'name', span.name);
    this.#count(this.#builtIn, 'scope', span.scope);
    this.#count(this.#builtIn, 'kind', KINDS[span.kind]);
    this.#count(this.#builtIn, 'status', STATUSES[span.status]);
    if (span.thread !== undefined) this.#count(this.#builtIn, 'thread', span.thread);
    this.#addAttributes(span.attributes);
    for (const { log, attributes } of span.events) {
      const severity = log?.severityNumber;
      if (severity !== undefined) this.#count(this.#builtIn, 'severity', SEVERITY_NAMES[Math.ceil(severity / 4) - 1]);
      this.#addAttributes(attributes);
    }
    const known = this.#processes.get(span.process);
    if (known !== undefined) known.count++;
    else if (this.#processes.size < MAX_PROCESSES) this.#processes.set(span.process, { count: 1 });
    else this.#folded++;
  }

  clear(): void {
    this.#attributes.clear();
    this.#builtIn.clear();
    this.#processes.clear();
    this.#bytes = 0;
    this.#folded = 0;
    this.#withoutRoom = 0;
    this.#hasAllKeys = true;
  }

  stats() {
    const all = [...this.#attributes.values(), ...this.#builtIn.values()];
    return {
      keys: all.length,
      maxKeys: MAX_KEYS,
      values: all.reduce((total, { counts }) => total + counts.size, 0),
      maxValuesPerKey: MAX_VALUES,
      bytes: this.#bytes,
      maxBytes: MAX_BYTES,
      folded: this.#folded,
    };
  }

  /** Attribute keys as written in queries, each with its number of occurrences, in no particular order. */
  *keys(): Generator<Counted> {
    for (const [key, { count }] of this.#attributes) yield { text: keyText('attribute', key), count };
    for (const key of this.#resourceKeys()) {
      yield { text: keyText('resource', key), count: sum(this.#ofProcesses(({ resource }) => resource[key])) };
    }
  }

  /** Values of a key, each with its number of occurrences, in no particular order. */
  valuesOf(scope: KeyScope, name: string): Iterable<Counted> {
    if (scope === 'resource') return texts(this.#ofProcesses(({ resource }) => resource[name]));
    if (scope === 'builtIn' && name === 'service') return texts(this.#ofProcesses(({ service }) => service));
    if (scope === 'builtIn' && name === 'pid') return texts(this.#ofProcesses(({ pid }) => pid));
    const values = (scope === 'builtIn' ? this.#builtIn : this.#attributes).get(name);
    return texts(values?.counts ?? new Map<Scalar, Counter>());
  }

  /** Whether any span, or any resource, may have had the attribute. False is certain. */
  mayHave(scope: 'attribute' | 'resource', name: string): boolean {
    if (scope === 'resource') return this.#processes.size >= MAX_PROCESSES || this.#resourceKeys().has(name);
    return !this.#hasAllKeys || this.#attributes.has(name);
  }

  #addAttributes(attributes: Readonly<Record<string, AttributeValue | undefined>>): void {
    for (const key in attributes) {
      const value = attributes[key];
      if (Array.isArray(value)) for (const element of value.slice(0, 16)) this.#count(this.#attributes, key, element);
      else this.#count(this.#attributes, key, value);
    }
  }

  #count(keys: Map<string, Values>, key: string, value: AttributeValue | null | undefined): void {
    if (value === undefined || value === null || typeof value === 'object') return;
    const values = keys.get(key) ?? this.#newKey(keys, key);
    if (values === undefined) return;
    values.count++;
    const counter = values.counts.get(value);
    if (counter !== undefined) counter.count++;
    else this.#newValue(values, value);
  }

  #newKey(keys: Map<string, Values>, key: string): Values | undefined {
    const bytes = bytesOf(key);
    const isLong = key.length > MAX_KEY_LENGTH;
    if (isLong || key === '' || keys.size >= MAX_KEYS || this.#bytes + bytes > MAX_BYTES) {
      this.#hasAllKeys = false;
      this.#fold(!isLong);
      return undefined;
    }
    const values = { count: 0, counts: new Map<Scalar, Counter>() };
    keys.set(key, values);
    this.#bytes += bytes;
    return values;
  }

  #newValue({ counts }: Values, value: Scalar): void {
    const bytes = bytesOf(value);
    const isLong = typeof value === 'string' && value.length > MAX_VALUE_LENGTH;
    if (!isLong && counts.size < MAX_VALUES && this.#bytes + bytes <= MAX_BYTES) {
      counts.set(value, { count: 1 });
      this.#bytes += bytes;
      return;
    }
    this.#fold(!isLong);
  }

  #fold(couldHaveRoom: boolean): void {
    this.#folded++;
    if (!couldHaveRoom || ++this.#withoutRoom < ROOM_AFTER) return;
    this.#withoutRoom = 0;
    for (const keys of [this.#attributes, this.#builtIn]) {
      for (const [key, values] of keys) this.#makeRoom(keys, key, values);
    }
  }

  /** Drops a key's values that were seen only once, and the key itself if it was seen only once. */
  #makeRoom(keys: Map<string, Values>, key: string, { count, counts }: Values): void {
    for (const [value, occurrences] of counts) {
      if (occurrences.count > 1) continue;
      counts.delete(value);
      this.#bytes -= bytesOf(value);
      this.#folded++;
    }
    if (count > 1) return;
    this.#hasAllKeys = false;
    keys.delete(key);
    this.#bytes -= bytesOf(key);
  }

  #resourceKeys(): Set<string> {
    return new Set([...this.#processes.keys()].flatMap(({ resource }) => Object.keys(resource)));
  }

  #ofProcesses(read: (process: SeenProcess) => AttributeValue | undefined): Map<Scalar, Counter> {
    const counts = new Map<Scalar, Counter>();
    for (const [process, spans] of this.#processes) {
      const value = read(process);
      for (const each of Array.isArray(value) ? value : [value]) {
        if (each !== undefined && each !== null)
          counts.set(each, { count: (counts.get(each)?.count ?? 0) + spans.count });
      }
    }
    return counts;
  }
}

/** An object, so that incrementing needs no second lookup in the map. */
interface Counter {
  count: number;
}

interface Values {
  /** Occurrences of the key. */
  count: number;
  readonly counts: Map<Scalar, Counter>;
}

function bytesOf(value: Scalar): number {
  return ENTRY_BYTES + (typeof value === 'string' ? 2 * value.length : 8);
}

function sum(counts: ReadonlyMap<Scalar, Counter>): number {
  return [...counts.values()].reduce((total, { count }) => total + count, 0);
}

function* texts(counts: ReadonlyMap<Scalar, Counter>): Generator<Counted> {
  for (const [value, { count }] of counts) {
    const text = String(value);
    if (text.length <= MAX_VALUE_LENGTH) yield { text, count };
  }
}
