import type { Completion } from '../api/schemas.js';
import type { ValueIndexContract } from '../engine/contract.js';
import { compile } from './compile.js';
import { builtIn, KEYS } from './keys.js';
import { endOfBare, readQuoted, symbolAt } from './lexer.js';
import { parse, wantedAtEnd, type Wanted } from './parser.js';
import { quoteIfNeeded } from './print.js';
import { FUNCTIONS, NUMBER_OPERATORS, OPERATORS, QueryError, type Key, type Node } from './syntax.js';
import { OPERATORS_OF } from './value-tests.js';

type Item = Completion['items'][number];

const MAX_ITEMS = 50;
/** Maximum number of candidates to try, each of which is parsed as part of the query. */
const MAX_TRIED = 200;
const DURATIONS = ['1ms', '10ms', '100ms', '1s', '10s'];

/**
 * Texts that fit at a position of a query, likely ones first. An item replaces the text from `from` to `to`.
 *
 * An item is offered only if the resulting query parses, or would parse with more text at its end. If the query has an
 * error elsewhere, only the text up to the item is parsed.
 */
export function complete(text: string, at: number, values: ValueIndexContract): Completion {
  const place = tokenAt(text, Math.min(at, text.length));
  const items: Item[] = [];
  const fits = fitter(text, place);
  let tried = 0;
  for (const item of candidates(place, values)) {
    if (items.length === MAX_ITEMS || tried++ === MAX_TRIED) break;
    if (fits(item.text)) items.push(item);
  }
  return { from: place.from, to: place.to, items };
}

interface TokenAt {
  readonly from: number;
  readonly to: number;
  /** The part of the token before the cursor, without quotes, in lower case. */
  readonly typed: string;
  readonly wanted: readonly Wanted[];
}

/** The token in which, or after which, the cursor is, and the kinds of tokens allowed there. */
function tokenAt(text: string, at: number): TokenAt {
  const before = text.slice(0, at);
  const { wanted, touched } = wantedAtEnd(before);
  if (touched === undefined) return { from: at, to: endOfToken(text, at, wanted), typed: '', wanted };
  const atStart = wantedAtEnd(before.slice(0, touched)).wanted;
  const typed = before.slice(touched).replace(/^["']|["']$/g, '');
  return { from: touched, to: endOfToken(text, touched, atStart), typed: typed.toLowerCase(), wanted: atStart };
}

function endOfToken(text: string, start: number, wanted: readonly Wanted[]): number {
  if (text[start] === '"' || text[start] === "'") return readQuoted(text, start)?.end ?? text.length;
  const symbol = symbolAt(text, start);
  const mayBeOperator = wanted.some(({ what }) => what === 'operator' || what === 'number operator');
  if (symbol !== undefined && mayBeOperator) return start + symbol.length;
  return endOfBare(
    text,
    start,
    wanted.some(({ what }) => what === 'value'),
  );
}

/** Whether an item fits into the query. */
function fitter(text: string, { from, to }: TokenAt): (item: string) => boolean {
  const [before, after] = [text.slice(0, from), text.slice(to)];
  const wasValid = resultOf(text, from, from) === 'valid';
  return (item) => {
    const end = from + item.length;
    const result = resultOf(before + item + after, from, end);
    if (result === 'valid' || (result === 'ends early' && after.trim() === '')) return true;
    return !wasValid && resultOf(before + item, from, end) !== 'invalid';
  };
}

/** Whether the text parses, and the comparisons that overlap a part of it have values that fit their keys. */
function resultOf(text: string, from: number, to: number): 'valid' | 'ends early' | 'invalid' {
  try {
    const node = parse(text);
    if (node !== undefined) checkComparisons(node, from, to);
    return 'valid';
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    return error.endsEarly ? 'ends early' : 'invalid';
  }
}

/** @throws QueryError */
function checkComparisons(node: Node, from: number, to: number): void {
  if ('operands' in node) for (const operand of node.operands) checkComparisons(operand, from, to);
  if ('operand' in node) checkComparisons(node.operand, from, to);
  if (node.type !== 'comparison') return;
  const last = node.values.at(-1)!;
  if (node.key.at <= to && from <= last.at + last.length) compile(node);
}

function* candidates({ typed, wanted }: TokenAt, values: ValueIndexContract): Generator<Item> {
  const offered = new Set<string>();
  const isBehindTerm = wanted.some(({ what }) => what === 'connective');
  // Another term may follow a term. Until it is being typed, leave out its many keys, which would hide the operators.
  const all = isBehindTerm && typed !== '' ? [...wanted, { what: 'term' } as const] : wanted;
  for (const each of all) {
    for (const item of ranked(itemsFor(each, values), typed)) {
      if (!offered.has(item.text)) yield item;
      offered.add(item.text);
    }
  }
}

/** Items that contain the typed text: matches at the start first, then by frequency. */
function ranked(items: Iterable<Item>, typed: string): Item[] {
  return [...items]
    .map((item) => ({ item, place: item.text.replace(/^"/, '').toLowerCase().indexOf(typed) }))
    .filter(({ place }) => place >= 0)
    .sort((a, b) => Math.sign(a.place) - Math.sign(b.place) || (b.item.count ?? 0) - (a.item.count ?? 0))
    .map(({ item }) => item);
}

function itemsFor(wanted: Wanted, values: ValueIndexContract): Iterable<Item> {
  if (wanted.what === 'value') return valueItems(wanted.key, values);
  if (wanted.what === 'operator') return operatorItems(wanted.key);
  return ITEMS[wanted.what](values);
}

const ITEMS = {
  connective: () => itemsOf(['and', 'or'], 'operator'),
  number: () => [],
  'number operator': () => itemsOf(NUMBER_OPERATORS, 'operator'),
  key: keyItems,
  *term(values) {
    yield* keyItems(values);
    yield* itemsOf(['not'], 'operator');
    const calls = FUNCTIONS.map((name) => `${name}(`);
    yield* itemsOf(calls, 'function');
  },
} as const satisfies Record<string, (values: ValueIndexContract) => Iterable<Item>>;

function* keyItems(values: ValueIndexContract): Generator<Item> {
  const names = Object.keys(KEYS);
  yield* itemsOf(names, 'key');
  for (const { text, count } of values.keys()) yield { text, kind: 'key', count };
  yield* itemsOf(
    names.map((name) => `root.${name}`),
    'key',
  );
}

function operatorItems({ scope, name }: Key): Iterable<Item> {
  const known = scope === 'builtIn' ? builtIn(name) : undefined;
  return itemsOf(known === undefined ? OPERATORS : OPERATORS_OF[known.type], 'operator');
}

function* valueItems({ scope, name }: Key, values: ValueIndexContract): Generator<Item> {
  const known = scope === 'builtIn' ? builtIn(name) : undefined;
  if (known?.type === 'duration') yield* itemsOf(DURATIONS, 'value');
  const counts = new Map((known?.choices ?? []).map((choice) => [choice, 0]));
  for (const { text, count } of values.valuesOf(scope, name)) counts.set(text, count);
  for (const [text, count] of counts) yield { text: quoteIfNeeded(text), kind: 'value', count };
}

function* itemsOf(texts: Iterable<string>, kind: Item['kind']): Generator<Item> {
  for (const text of texts) yield { text, kind, count: null };
}
