import { builtIn } from './keys.js';
import { KEYWORDS, type Key, type Node } from './syntax.js';

/** Matches texts that need no quotes in any position. */
const BARE = /^[\p{L}\p{N}_./:@$#%&*+?;|{}[\]^-]+$/u;
// oxlint-disable-next-line no-control-regex -- control characters have to be escaped
const ESCAPED = /["\\\u0000-\u001f\u007f-\u009f\u2028\u2029]|\p{Cs}/gu;
const SHORT: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The query as text, which parses to the same tree. */
export function print(node: Node): string {
  if (node.type === 'and' || node.type === 'or') {
    return node.operands.map((operand) => printOperand(operand, node.type)).join(` ${node.type} `);
  }
  if (node.type === 'not') return `not ${printOperand(node.operand, 'not')}`;
  if (node.type === 'word') return quoteIfNeeded(node.text);
  if (node.type === 'exists') return `has(${printKey(node.key)})`;
  if (node.type === 'relation') return `${node.relation}(${print(node.operand)})`;
  if (node.type === 'count') return `count(${print(node.operand)}) ${node.operator} ${node.number}`;
  const values = node.values.map(({ text }) => quoteIfNeeded(text)).join(', ');
  return `${printKey(node.key)} ${node.operator} ${node.operator === 'in' ? `(${values})` : values}`;
}

/** `and` binds more tightly than `or`, and `not` more tightly than both. */
function printOperand(node: Node, inside: 'and' | 'or' | 'not'): string {
  const needsNone = node.type !== 'or' && (node.type !== 'and' || inside === 'or');
  return needsNone ? print(node) : `(${print(node)})`;
}

function printKey({ root, scope, name }: Key): string {
  return (root ? 'root.' : '') + keyText(scope, name);
}

/**
 * The key as written in a query. An attribute with the name of a built-in key, or with special characters, needs
 * quotes.
 */
export function keyText(scope: Key['scope'], name: string): string {
  if (scope === 'builtIn') return name;
  if (scope === 'resource') return `resource.${quoteIfNeeded(name)}`;
  return builtIn(name) !== undefined || /^(?:root|resource)\./.test(name) ? quote(name) : quoteIfNeeded(name);
}

export function quoteIfNeeded(text: string): string {
  return BARE.test(text) && !KEYWORDS.has(text.toLowerCase()) ? text : quote(text);
}

function quote(text: string): string {
  return `"${text.replace(ESCAPED, escape)}"`;
}

function escape(character: string): string {
  return SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
