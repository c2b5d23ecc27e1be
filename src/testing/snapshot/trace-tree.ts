import { createHash } from 'node:crypto';
import { boolean, oneOf, oneOfOrFunction, resolveOptions, type OptionsOf } from '../../support/option.js';
import { printable } from '../../trace/text/printable.js';
import { cutText, textOf, valueText } from '../../model/text-of.js';
import { mapTree, nodesOf, walk } from '../../trace/walk.js';
import type { CapturedEvent, CapturedLink, CapturedNode, CapturedSpan } from '../../trace/captured-span.js';
import { IdNumbers } from './id-numbers.js';
import { spanKey } from '../../model/span-map.js';
import { checkArguments } from '../call-site.js';
import { treesOf, type Spans } from './source.js';
import { stableText, stableValue } from './stable-attributes.js';

const CHILD = '  ';
const DETAIL = '    ';
/** Maximum number of indented levels. Deeper spans are prefixed with their depth: `⋯57 - name`. */
const MAX_DEPTH = 40;
/** Maximum characters of a name or value. Large, so that a snapshot shows differences at the end of long values. */
const MAX_LENGTH = 10_000;
/** Characters of a subtree's text that are compared to sort siblings of the same name. */
const MAX_SORTED = 1_000;

/** Options of `traceTree()`. */
export interface TraceTreeOptions {
  /**
   * The attributes of spans and events to show, sorted by key:
   *
   * - `'stable'`: all, with placeholders for values that change from run to run (ports, ids, durations, threads,
   *   stack traces), recognized by the keys of the semantic conventions
   * - `'all'`: all, with their exact values
   * - `'none'`
   * - a function, which returns the value to show, or undefined to leave the attribute out. Its arguments are the key,
   *   the value that `'stable'` would show, the exact value and the span.
   *
   * Default `'stable'`.
   */
  attributes?:
    | 'stable'
    | 'all'
    | 'none'
    | ((key: string, stable: unknown, value: unknown, span: CapturedSpan) => unknown);
  /**
   * Order of siblings and of traces: by start, or by name and then content. `'name'` is stable even if spans start at the
   * same time. Default `'start'`.
   */
  order?: 'start' | 'name';
  /** Whether to show the events of spans. Default true. */
  events?: boolean;
  /** Whether to number all spans. By default, only spans that links refer to are numbered. */
  ids?: boolean;
}

const OPTIONS: OptionsOf<TraceTreeOptions> = {
  attributes: oneOfOrFunction<Required<TraceTreeOptions>['attributes']>('stable', 'all', 'none'),
  order: oneOf('start', 'name'),
  events: boolean(true),
  ids: boolean(false),
};

/**
 * Writes captured spans as text that is the same in every run, for snapshots.
 *
 * Times and durations are left out, ids are replaced by numbers, and siblings are in the order of their start. Plain
 * indentation shows the tree, so that an added span changes no other line. Beyond 40 levels, the depth is written
 * instead: `⋯57 - charge`. Names and values are cut at 10,000 characters.
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
 * @throws TypeError or RangeError for an invalid option, TypeError for a value without spans
 */
export function traceTree(spans: Spans, options?: TraceTreeOptions): string {
  const settings = checkArguments(traceTree, () => resolveOptions(OPTIONS, options));
  const captured = checkArguments(traceTree, () => treesOf(spans));
  const trees = inOrder(captured, settings);
  const nodes = trees.flatMap(nodesOf);
  const writer = new TreeWriter(settings, new IdNumbers(nodes), idsReferredTo(nodes));
  return trees.map((roots) => writer.write(roots).join('\n')).join('\n\n');
}

class TreeWriter {
  readonly #options: Required<TraceTreeOptions>;
  /** Undefined for the text to sort by, which has no numbers. */
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
    const bodyLine = body === undefined || body === name ? [] : [`${DETAIL}${DETAIL}body: ${this.#value(body)}`];
    return [`${DETAIL}• ${parts.join(' ')}`, ...bodyLine, ...this.#attributeLines(attributes, span, DETAIL + DETAIL)];
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
        if (choice === 'all')
          return [`${indent}${printable(key)}: ${printable(valueText(value, MAX_LENGTH), MAX_LENGTH)}`];
        const shown = choice === 'stable' ? stable : choice(key, stable, value, span);
        return shown === undefined ? [] : [`${indent}${printable(key)}: ${this.#value(shown)}`];
      });
  }

  /** Writes placeholders without quotes. */
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

/** A span with the keys to sort it by. */
interface Sortable<N = CapturedNode> {
  readonly node: N;
  readonly name: string;
  /** The first `MAX_SORTED` characters of the subtree's text. */
  readonly text: string;
  readonly digest: string;
}

function sortable<N extends CapturedNode | undefined>(
  node: N,
  own: string,
  children: readonly Sortable[],
): Sortable<N> {
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

/** Compares by code unit, so that the order does not depend on the locale. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
