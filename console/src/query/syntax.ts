/* The tree of a parsed query. Positions are offsets into its text. */

export interface Place {
  readonly at: number;
  readonly length: number;
}

const ORDER_OPERATORS = ['>', '>=', '<', '<='] as const;
export const NUMBER_OPERATORS = ['=', '!=', ...ORDER_OPERATORS] as const;
export const SYMBOLS = [...NUMBER_OPERATORS, '~', '!~'] as const;
export const OPERATORS = [...SYMBOLS, 'in', 'has'] as const;
export const RELATIONS = ['child', 'parent', 'ancestor', 'descendant'] as const;
export const FUNCTIONS = [...RELATIONS, 'count', 'has'] as const;
export const KEYWORDS: ReadonlySet<string> = new Set(['and', 'or', 'not', 'in', 'has']);

export type NumberOperator = (typeof NUMBER_OPERATORS)[number];
export type Operator = (typeof OPERATORS)[number];
export type Relation = (typeof RELATIONS)[number];

export interface Key extends Place {
  /** Whether the key belongs to the root of the trace: `root.name`. */
  readonly root: boolean;
  readonly scope: 'builtIn' | 'attribute' | 'resource';
  readonly name: string;
}

export interface Literal extends Place {
  readonly text: string;
}

export type Node =
  | { readonly type: 'and'; readonly operands: readonly Node[] }
  | { readonly type: 'or'; readonly operands: readonly Node[] }
  | { readonly type: 'not'; readonly operand: Node }
  | { readonly type: 'word'; readonly text: string }
  | {
      readonly type: 'comparison';
      readonly key: Key;
      readonly operator: Operator;
      readonly operatorPlace: Place;
      /** One value, or the list after `in`. */
      readonly values: readonly Literal[];
    }
  | { readonly type: 'exists'; readonly key: Key }
  | { readonly type: 'relation'; readonly relation: Relation; readonly operand: Node }
  | { readonly type: 'count'; readonly operand: Node; readonly operator: NumberOperator; readonly number: number };

/** All keys of a query, in their order. */
export function* keysOf(node: Node): Generator<Key> {
  if ('key' in node) yield node.key;
  if ('operand' in node) yield* keysOf(node.operand);
  if ('operands' in node) for (const operand of node.operands) yield* keysOf(operand);
}

/** Longest query, in UTF-16 units. The API has the same bound. */
export const MAX_LENGTH = 8_192;
/** Maximum nesting of parentheses, functions and `not`. */
export const MAX_DEPTH = 32;
/** Maximum number of words and comparisons in one query. */
export const MAX_TERMS = 64;
/** Maximum number of values in one `in` list. */
export const MAX_LIST = 256;
/** Maximum length of a key. */
export const MAX_KEY_LENGTH = 256;

/**
 * A mistake in a query: one sentence that states the expectation, and its position. Internal to `query/`: callers get a
 * `Failure`.
 */
export class QueryError extends Error {
  readonly place: Place;
  /** Whether more text could still make the query valid. */
  readonly endsEarly: boolean;

  constructor(message: string, place: Place, endsEarly = false) {
    super(message);
    this.place = { at: place.at, length: place.length };
    this.endsEarly = endsEarly;
  }
}

/** `=, != or >`: choices as a sentence has them. */
export function oneOf(choices: readonly string[]): string {
  return choices.length < 2 ? choices.join('') : `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`;
}
