import { createHash } from 'node:crypto';
import { boolean, oneOf, oneOfOrFunction, resolveOptions, type OptionsOf } from '../../support/option.js';
import { printable } from '../../trace/text/printable.js';
import { cutText, textOf, valueText } from '../../model/text-of.js';
import { mapTree, nodesOf, walk } from '../../trace/walk.js';
import type { CapturedEvent, CapturedLink, CapturedNode, CapturedSpan } from '../../trace/captured-span.js';
import { IdNumbers } from './id-numbers.js';
import { spanKey } from '../../model/span-map.js';
import { treesOf, type Spans } from './source.js';
import { stableText, stableValue } from './stable-attributes.js';

const CHILD = '  ';
const DETAIL = '    ';
/** Levels that are indented; deeper spans stand below each other, with their depth: `⋯57 - name`. */
const MAX_DEPTH = 40;
/** Characters of one name or value: a snapshot is to show a difference also far behind. */
const MAX_LENGTH = 10_000;
/** Characters of a span's text, with what is below it, that siblings of one name are sorted by. */
const MAX_SORTED = 1_000;

/** How `traceTree()` shows a trace. */
export interface TraceTreeOptions {
  /**
   * Which attributes of spans and events are shown, in the order of their keys:
   *
   * - `'stable'`: all, with a placeholder where the value changes from run to run (ports, ids, durations,
   *   threads, stack traces), as told by the keys of the semantic conventions
   * - `'all'` as they are, or `'none'`
   * - what a function returns: the value to show, or undefined to leave the attribute out; it gets the key,
   *   the value as `'stable'` shows it, the value itself and the span
   *
   * Default `'stable'`.
   */
  attributes?: 'stable' | 'all' | 'none' | ((key: string, stable: unknown, value: unknown, span: CapturedSpan) => unknown);
  /**
   * How spans of one parent, and traces, follow each other: as they started, or by their names and by what
   * is in them, which is the same in each run also where spans start together. Default `'start'`.
   */
  order?: 'start' | 'name';
  /** Whether to show the events of spans. Default true. */
  events?: boolean;
  /** Whether each span is shown with its number, and not only those that others refer to. Default false. */
  ids?: boolean;
}

const OPTIONS: OptionsOf<TraceTreeOptions> = {
  attributes: oneOfOrFunction<Required<TraceTreeOptions>['attributes']>('stable', 'all', 'none'),
  order: oneOf('start', 'name'),
  events: boolean(true),
  ids: boolean(false),
};

/**
 * Captured spans as text that is the same in each run, for snapshots.
 *
 * Without times and durations; ids are numbers, in the order of the spans; siblings in the order they
 * started. Drawn by indentation alone, so that a span more or less changes no other line. From the 41st level on, the
 * depth is written instead: `⋯57 - charge`. Texts longer than 10,000 characters are cut.
 *
 * ```
 * - POST /checkout  [server]  [error: card declined]
 *     http.route: /checkout
 *     • retrying
 *         attempt: 1
 *   - charge  [client]
 *       server.port: <port>
 * ```
 *
 * @throws TypeError or RangeError for a wrong option, TypeError for what has no spans
 */
export function traceTree(spans: Spans, options?: TraceTreeOptions): string {
  const settings = resolveOptions(OPTIONS, options);
  const trees = inOrder(treesOf(spans), settings);
  const nodes = trees.flatMap(nodesOf);
  const writer = new TreeWriter(settings, new IdNumbers(nodes), idsReferredTo(nodes));
  return trees.map((roots) => writer.write(roots).join('\n')).join('\n\n');
}

class TreeWriter {
  readonly #options: Required<TraceTreeOptions>;
  /** Undefined for text without numbers, to sort by. */
  readonly #ids: IdNumbers | undefined;
  readonly #referredTo: ReadonlySet<string>;

  constructor(options: Required<TraceTreeOptions>, ids?: IdNumbers, referredTo: ReadonlySet<string> = new Set()) {
    this.#options = options;
    this.#ids = ids;
    this.#referredTo = referredTo;
  }

  write(roots: readonly CapturedNode[]): string[] {
    const lines: string[] = [];
    walk(roots, (node, depth) => {
      const indent = CHILD.repeat(Math.min(depth, MAX_DEPTH));
      const [title, ...details] = this.writeSpan(node, depth === 0);
      lines.push(`${indent}${depth > MAX_DEPTH ? `⋯${depth} ` : ''}${title}`);
      for (const line of details) lines.push(indent + line);
    });
    return lines;
  }

  writeSpan(node: CapturedNode, isRoot: boolean): string[] {
    const parts = [`- ${this.#text(node.name)}`, ...this.#tagsOf(node, isRoot).map((tag) => `[${tag}]`)];
    return [
      parts.join('  '),
      ...this.#attributeLines(node.attributes, node, DETAIL),
      ...(this.#options.events ? node.events.flatMap((event) => this.#eventLines(event, node)) : []),
      ...node.links.flatMap((link) => this.#linkLines(link, node)),
    ];
  }

  #tagsOf(span: CapturedSpan, isRoot: boolean): string[] {
    const { kind, status, statusMessage, parentSpanId, parentIsRemote, ended } = span;
    const { ids } = this.#options;
    return [
      ...(this.#ids && (ids || this.#referredTo.has(spanKey(span))) ? [this.#ids.spanName(span)] : []),
      ...(kind === 'internal' ? [] : [kind]),
      ...(status === 'unset' ? [] : [statusMessage === '' ? status : `${status}: ${this.#text(statusMessage)}`]),
      ...(parentIsRemote ? ['remote parent'] : isRoot && parentSpanId !== undefined ? ['parent missing'] : []),
      ...(ended ? [] : ['open']),
    ];
  }

  #eventLines({ name, severity, body, attributes }: CapturedEvent, span: CapturedSpan): string[] {
    const parts = [severity, this.#text(name)].filter((part) => part !== undefined);
    const said = body === undefined || body === name ? [] : [`${DETAIL}${DETAIL}body: ${this.#value(body)}`];
    return [`${DETAIL}• ${parts.join(' ')}`, ...said, ...this.#attributeLines(attributes, span, DETAIL + DETAIL)];
  }

  #linkLines(link: CapturedLink, span: CapturedSpan): string[] {
    const target = this.#ids ? this.#ids.spanName(link) : '';
    return [`${DETAIL}→ ${target}`, ...this.#attributeLines(link.attributes, span, DETAIL + DETAIL)];
  }

  #attributeLines(attributes: object, span: CapturedSpan, indent: string): string[] {
    const { attributes: choice } = this.#options;
    if (choice === 'none') return [];
    return Object.entries(attributes)
      .toSorted(([a], [b]) => compare(a, b))
      .flatMap(([key, value]: [string, unknown]) => {
        const stable = stableValue(key, value);
        if (choice === 'all') return [`${indent}${printable(key)}: ${printable(valueText(value, MAX_LENGTH), MAX_LENGTH)}`];
        const shown = choice === 'stable' ? stable : choice(key, stable, value, span);
        return shown === undefined ? [] : [`${indent}${printable(key)}: ${this.#value(shown)}`];
      });
  }

  /** A placeholder is no value that needs quotes. */
  #value(value: unknown): string {
    if (typeof value === 'string' && /^<[\w ]+>$/.test(value)) return value;
    return this.#text(valueText(value, MAX_LENGTH));
  }

  #text(value: unknown): string {
    const text = textOf(value, MAX_LENGTH);
    const stable = this.#options.attributes === 'all' ? text : stableText(text);
    return printable(this.#ids ? this.#ids.replaceIn(stable) : stable, MAX_LENGTH);
  }
}

function inOrder(trees: readonly CapturedNode[][], options: Required<TraceTreeOptions>): CapturedNode[][] {
  if (options.order === 'start') return trees.toSorted((a, b) => startOf(a) - startOf(b));
  const writer = new TreeWriter(options);
  return trees
    .map((tree) => {
      return mapTree(tree, (node, below: Sortable[]): Sortable => {
        const children = below.sort(byContent);
        const copy = { ...node, children: children.map((child) => child.node) };
        return sortable(copy, writer.writeSpan(copy, false).join('\n'), children);
      }).sort(byContent);
    })
    .map((roots) => ({ roots, whole: sortable(undefined, '', roots) }))
    .sort((a, b) => byContent(a.whole, b.whole))
    .map(({ roots }) => roots.map(({ node }) => node));
}

/** A span with what its place among its siblings depends on. */
interface Sortable<N = CapturedNode> {
  readonly node: N;
  readonly name: string;
  /** The start of its text and of the texts below it. */
  readonly text: string;
  readonly digest: string;
}

function sortable<N extends CapturedNode | undefined>(node: N, own: string, children: readonly Sortable[]): Sortable<N> {
  let text = cutText(own, MAX_SORTED);
  const hash = createHash('sha256').update(own);
  for (const child of children) {
    if (text.length < MAX_SORTED) text = cutText(`${text}\n${child.text}`, MAX_SORTED);
    hash.update(child.digest);
  }
  return { node, name: node?.name ?? '', text, digest: hash.digest('base64') };
}

function byContent(a: Sortable<unknown>, b: Sortable<unknown>): number {
  return compare(a.name, b.name) || compare(a.text, b.text) || compare(a.digest, b.digest);
}

function startOf(roots: readonly CapturedNode[]): number {
  return roots.reduce((start, { startTime }) => Math.min(start, startTime), Infinity);
}

function idsReferredTo(nodes: readonly CapturedNode[]): Set<string> {
  return new Set(nodes.flatMap(({ links }) => links.map(spanKey)));
}

/** By code unit: the same on every machine, whatever its language. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
