import type { StackRow } from '../../src/api/schemas.js';
import { childrenOf } from '../screens/stacks-tree.js';
import { Flame } from './flame.js';

/** Upper bound of the error rate for each tone; the last tone has none. */
const RATES = [0, 0.01, 0.05, 0.2] as const;

/** A flame graph of call paths, with the row of each box. */
export interface StacksFlame {
  readonly flame: Flame;
  readonly rows: readonly StackRow[];
}

interface Place {
  readonly row: StackRow;
  readonly parent: number;
  readonly depth: number;
  readonly left: number;
  /** Factor applied to its width: parts that ran concurrently are narrowed to fit into their parent. */
  readonly scale: number;
}

/**
 * Converts call paths to boxes. The width is the total time, the tone the share of failed calls. Siblings are sorted by
 * name, so that boxes keep their places while times change.
 */
export function stacksFlame(rows: readonly StackRow[]): StacksFlame {
  const children = childrenOf(rows);
  for (const siblings of children.values()) siblings.sort(byName);
  const places = placesOf(children);
  const count = places.length;
  const boxes = {
    left: new Float64Array(count),
    right: new Float64Array(count),
    row: new Uint32Array(count),
    parent: new Int32Array(count),
    tone: new Uint8Array(count),
  };
  for (const [index, { row, parent, depth, left, scale }] of places.entries()) {
    boxes.left[index] = left;
    boxes.right[index] = left + row.total * scale;
    boxes.row[index] = depth;
    boxes.parent[index] = parent;
    boxes.tone[index] = toneOf(row);
  }
  return { flame: new Flame(boxes, totalOf(children.get(null) ?? [])), rows: places.map(({ row }) => row) };
}

function byName(a: StackRow, b: StackRow): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return a.id - b.id;
}

/** Iterative, because a path can be as long as there are rows. */
function placesOf(children: ReadonlyMap<number | null, readonly StackRow[]>): Place[] {
  const places: Place[] = [];
  const waiting = besideEachOther(children.get(null) ?? [], { parent: -1, depth: 0, left: 0, scale: 1 }).reverse();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const parent = places.push(next) - 1;
    const { row, depth, left, scale } = next;
    const parts = children.get(row.id) ?? [];
    const total = totalOf(parts);
    const fitted = total > row.total ? (scale * row.total) / total : scale;
    waiting.push(...besideEachOther(parts, { parent, depth: depth + 1, left, scale: fitted }).reverse());
  }
  return places;
}

function besideEachOther(rows: readonly StackRow[], { left, ...place }: Omit<Place, 'row'>): Place[] {
  let edge = left;
  return rows.map((row) => {
    const placed = { row, ...place, left: edge };
    edge += row.total * place.scale;
    return placed;
  });
}

function totalOf(rows: readonly StackRow[]): number {
  return rows.reduce((sum, { total }) => sum + total, 0);
}

function toneOf({ calls, errors }: StackRow): number {
  const rate = calls === 0 ? 0 : errors / calls;
  const tone = RATES.findIndex((bound) => rate <= bound);
  return tone < 0 ? RATES.length : tone;
}
