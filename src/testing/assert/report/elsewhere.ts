import { firstTexts } from '../../first-texts.js';
import { nodesOf } from '../../../trace/walk.js';
import { runOf } from '../../snapshot/given-lists.js';
import { spanKey } from '../../../model/span-map.js';
import { treesOf } from '../../snapshot/source.js';
import { Matching } from '../comparison/matching.js';
import type { Expectation } from '../pattern/expectation.js';
import { titleOf } from './describe.js';

/** Number of spans named. */
const MAX_NAMED = 5;

/** Spans that match and may belong to a run that does not have them. */
export interface Elsewhere {
  readonly count: number;
  /** A line for each of the first. */
  readonly lines: readonly string[];
}

/**
 * @param spans what the test looked at
 * @param onlyRoots whether a span counts only without a parent there
 */
export function matchesElsewhere(spans: unknown, expectation: Expectation, onlyRoots = false): Elsewhere {
  const elsewhere = runOf(spans)?.spansElsewhere?.() ?? [];
  const places = new Map(elsewhere.map(({ span, place }) => [spanKey(span), place]));
  const roots = treesOf(elsewhere.map(({ span }) => span)).flat();
  const matching = new Matching();
  const found = (onlyRoots ? roots : nodesOf(roots)).filter((node) => matching.matches(node, expectation));
  const lines = firstTexts(found, MAX_NAMED, (node) => `${titleOf(node)} matches, and is ${places.get(spanKey(node))}`);
  return { count: found.length, lines };
}
