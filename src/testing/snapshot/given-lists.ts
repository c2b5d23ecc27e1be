import { isBatch, isStore } from '../../trace/traces-in.js';
import type { SpanSource } from './source.js';

/** The lists that runs gave out. An empty one does not say whose it was, and only the run knows why it is empty. */
const givenBy = new WeakMap<object, SpanSource>();

/** Freezes a list of a run's spans or traces, and remembers whose it is. */
export function givenOut<T>(list: T[], run: SpanSource): readonly T[] {
  givenBy.set(list, run);
  return Object.freeze(list);
}

const EMPTY_STORE =
  'the store is empty. Spans reach it if the provider that has its span processor is registered before they start, and the\n' +
  'store is made before they end. reset() forgets them.';

/** The run that something is, or is a list of. A store and a batch stand for a run as far as they can say what they lack. */
export function runOf(spans: unknown): SpanSource | undefined {
  if (typeof spans !== 'object' || spans === null) return undefined;
  if (isBatch(spans)) return { spans: [], droppedSpansCount: spans.dropped, limitReached: 'the limit of the subscription' };
  if (isStore(spans)) return { spans: [], explainNoSpans: () => EMPTY_STORE };
  return givenBy.get(spans) ?? ('spans' in spans ? (spans as SpanSource) : undefined);
}
