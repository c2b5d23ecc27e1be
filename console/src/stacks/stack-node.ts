import { Examples } from './examples.js';
import { Tally } from './tally.js';

/** A call path: the calls of one name, kind and scope under one parent. */
export class StackNode {
  readonly id: number;
  readonly parent: StackNode | undefined;
  readonly depth: number;
  readonly name: string;
  readonly kind: number;
  readonly scope: string;
  /** The first child of each name. Undefined before the first child. */
  children: Map<string, StackNode> | undefined;
  /** The next node with the same parent and the same name. */
  namesake: StackNode | undefined;
  /** All calls since the last clear, late ones included, except those in `live`. */
  readonly totals = new Tally();
  /** Calls of the current time slot. */
  readonly live = new Tally();
  readonly examples = new Examples();
  /** Arrival of the last trace with an N+1 of this node; NaN before the first. */
  repeatedAt = NaN;
  /**
   * The last part of a trace with this node: its number, its number of calls to other systems here, and its arrival.
   */
  part = 0;
  callsInPart = 0;
  usedAt = 0;

  constructor(id: number, parent: StackNode | undefined, name: string, kind: number, scope: string) {
    this.id = id;
    this.parent = parent;
    this.depth = parent === undefined ? 0 : parent.depth + 1;
    this.name = name;
    this.kind = kind;
    this.scope = scope;
  }

  get calls(): number {
    return this.totals.calls + this.live.calls;
  }
}

const KINDS = ['internal', 'server', 'client', 'producer', 'consumer'] as const;

export function kindText(kind: number): string {
  return KINDS[kind] ?? 'internal';
}
