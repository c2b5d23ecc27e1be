import { parentIdOf, type SpanNode, type Trace } from './trace.js';

/** A span in its place on the page, or the gap where one is missing. */
export interface OutlineEntry {
  /** Undefined for the gap above spans whose parent is missing. */
  readonly node: SpanNode | undefined;
  /** Of a gap: the id of the missing span. */
  readonly missingId: string | undefined;
  /** What stands before its first line: `│  ├─ `. */
  readonly branch: string;
  /** What stands before its further lines: `│  │  │ `. */
  readonly rails: string;
}

interface Item {
  readonly node: SpanNode | undefined;
  readonly missingId: string | undefined;
  readonly children: readonly SpanNode[];
}

interface Place {
  readonly item: Item;
  readonly depth: number;
  readonly isLast: boolean;
  /** The rails of the ancestors. */
  readonly rails: string;
}

const RAIL = '│  ';
const BLANK = '   ';

/** Levels that are indented, however wide the page is: a chain of spans gives text by its length, not by its square. */
const MAX_DEPTH = 40;

/**
 * The trace as a list from top to bottom, with the lines that draw the tree.
 *
 * The tree is indented by at most 40 levels in `maxIndent` columns; spans deeper than that stand below each other and
 * are marked with their depth.
 */
export function outline(trace: Trace, maxIndent: number): OutlineEntry[] {
  const maxDepth = Math.min(MAX_DEPTH, Math.floor(maxIndent / RAIL.length));
  const entries: OutlineEntry[] = [];
  const waiting: Place[] = topLevel(trace)
    .map((item) => ({ item, depth: 0, isLast: true, rails: '' }))
    .toReversed();
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    const { item, depth, isLast, rails } = place;
    const below = depth === 0 ? '' : rails + (isLast ? BLANK : RAIL);
    const deep = depth > maxDepth ? `⋯${depth} ` : '';
    entries.push({
      node: item.node,
      missingId: item.missingId,
      branch: depth === 0 ? '' : rails + deep + (isLast ? '└─ ' : '├─ '),
      rails: below + (item.children.length > 0 ? '│ ' : '  '),
    });
    for (let index = item.children.length - 1; index >= 0; index--) {
      waiting.push({
        item: itemOf(item.children[index] as SpanNode),
        depth: depth + 1,
        isLast: index === item.children.length - 1,
        rails: depth > maxDepth ? rails : below,
      });
    }
  }
  return entries;
}

/** The roots, those of one missing parent together under a gap. */
function topLevel(trace: Trace): Item[] {
  const items: Item[] = [];
  const gaps = new Map<string, SpanNode[]>();
  for (const root of trace.roots) {
    const parentId = root.parentMissing ? parentIdOf(root.span) : undefined;
    const gap = parentId === undefined ? undefined : gaps.get(parentId);
    if (parentId === undefined) {
      items.push(itemOf(root));
    } else if (gap === undefined) {
      const children = [root];
      gaps.set(parentId, children);
      items.push({ node: undefined, missingId: parentId, children });
    } else {
      gap.push(root);
    }
  }
  return items;
}

function itemOf(node: SpanNode): Item {
  return { node, missingId: undefined, children: node.children };
}
