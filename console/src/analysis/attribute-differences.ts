import type { Slow } from '../api/schemas.js';
import type { SpanRow } from '../model/span-row.js';

const MAX_KEYS = 500;
/** Maximum number of texts, and of numbers, counted per key. Further values are ignored. */
const MAX_VALUES = 1_000;
const MAX_VALUE = 256;

/** If a key has more different numbers than this, they are counted by octave. */
const MAX_NUMBERS = 20;

const MAX_DIFFERENCES = 30;

const STATUSES = ['unset', 'ok', 'error'];

type Difference = Slow['differences'][number];
type Side = 0 | 1;
type Counts = [slow: number, normal: number];

/** Counts of each value of one key, on both sides. */
class ValuesOfKey {
  readonly #texts = new Map<string, Counts>();
  readonly #numbers = new Map<number, Counts>();

  count(value: unknown, side: Side, by = 1): void {
    if (typeof value === 'number') add(this.#numbers, value, side, by);
    else add(this.#texts, typeof value === 'string' ? value.slice(0, MAX_VALUE) : JSON.stringify(value), side, by);
  }

  /** Values with their counts. If there are many numbers, they are counted by octave. */
  *counts(): Iterable<readonly [value: string, counts: Counts]> {
    yield* this.#texts;
    if (this.#numbers.size <= MAX_NUMBERS) {
      for (const [number, counts] of this.#numbers) yield [String(number), counts];
    } else yield* this.#byOctave();
  }

  #byOctave(): Map<string, Counts> {
    const octaves = new Map<string, Counts>();
    for (const [number, [slow, normal]] of this.#numbers) {
      const octave = octaveOf(number);
      add(octaves, octave, 0, slow);
      add(octaves, octave, 1, normal);
    }
    return octaves;
  }
}

/**
 * The attribute values that occur much more often on one side than on the other, largest difference first.
 *
 * The score is the difference of the shares minus two standard errors, so that a rare value does not win by chance.
 * Name, scope, status and service of the spans, and the resources of their processes, count as attributes, too.
 */
export function attributeDifferences(slow: readonly SpanRow[], normal: readonly SpanRow[]): Difference[] {
  const keys = new Map<string, ValuesOfKey>();
  countAll(keys, slow, 0);
  countAll(keys, normal, 1);
  const differences: Difference[] = [];
  for (const [key, values] of keys) {
    for (const [value, counts] of values.counts()) {
      const score = scoreOf(counts, slow.length, normal.length);
      if (score > 0)
        differences.push({ key, value: value.slice(0, MAX_VALUE), slow: counts[0], normal: counts[1], score });
    }
  }
  return differences.sort((a, b) => b.score - a.score).slice(0, MAX_DIFFERENCES);
}

function countAll(keys: Map<string, ValuesOfKey>, spans: readonly SpanRow[], side: Side): void {
  const [names, scopes, statuses] = ['name', 'scope', 'status'].map((key) => valuesOf(keys, key));
  const processes = new Map<SpanRow['process'], number>();
  for (const { attributes, name, scope, status, process } of spans) {
    for (const key in attributes) valuesOf(keys, key)?.count(attributes[key], side);
    names?.count(name, side);
    scopes?.count(scope, side);
    statuses?.count(STATUSES[status], side);
    processes.set(process, (processes.get(process) ?? 0) + 1);
  }
  for (const [{ service, resource }, spansOfProcess] of processes) {
    valuesOf(keys, 'service')?.count(service, side, spansOfProcess);
    for (const key in resource) valuesOf(keys, `resource.${key}`)?.count(resource[key], side, spansOfProcess);
  }
}

function valuesOf(keys: Map<string, ValuesOfKey>, key: string): ValuesOfKey | undefined {
  let values = keys.get(key);
  if (values === undefined && keys.size < MAX_KEYS) keys.set(key, (values = new ValuesOfKey()));
  return values;
}

function add<K>(counts: Map<K, Counts>, value: K, side: Side, by: number): void {
  let found = counts.get(value);
  if (found === undefined) {
    if (counts.size >= MAX_VALUES) return;
    counts.set(value, (found = [0, 0]));
  }
  found[side] += by;
}

/** Shares are computed as if each side had two more spans, one with the value and one without. */
function scoreOf([slow, normal]: Counts, allSlow: number, allNormal: number): number {
  const a = (slow + 1) / (allSlow + 2);
  const b = (normal + 1) / (allNormal + 2);
  const error = Math.sqrt((a * (1 - a)) / (allSlow + 2) + (b * (1 - b)) / (allNormal + 2));
  return Math.max(0, Math.abs(a - b) - 2 * error);
}

/** `1024–2048` for 1,500. */
function octaveOf(number: number): string {
  if (number === 0) return '0';
  const low = 2 ** Math.floor(Math.log2(Math.abs(number)));
  return number > 0 ? `${low}–${low * 2}` : `-${low * 2}–-${low}`;
}
