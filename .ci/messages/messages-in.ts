import { parseSync } from 'oxc-parser';

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [member: string]: unknown;
}

/** Type-level wrappers around an expression. Every other node whose type begins with `TS` contains no message. */
const WRAPPERS: ReadonlySet<string> = new Set(['TSAsExpression', 'TSSatisfiesExpression', 'TSNonNullExpression']);

const SKIPPED: ReadonlySet<string> = new Set(['ImportDeclaration', 'ExportAllDeclaration', 'ImportExpression']);

/** Functions whose texts are names for other code, not for a user. */
const NAMING: ReadonlySet<string> = new Set(['Symbol', 'Symbol.for', 'perProcess', 'createContextKey']);

/** Longest source text of a placeholder that is shown whole. */
const MAX_PLACEHOLDER = 24;

/**
 * Returns the texts in a TypeScript source that a user may read, in the order of the source.
 *
 * A message is a string or template literal in which a blank separates two words. Literals joined by `+` are one
 * message, and an interpolated expression is shown as `‹expression›`. Imports, types, directives, keys of symbols and
 * lists of attribute keys are left out.
 *
 * @throws SyntaxError if the source cannot be parsed
 */
export function messagesIn(source: string): string[] {
  const { program, errors } = parseSync('source.ts', source);
  const [error] = errors;
  if (error !== undefined) throw new SyntaxError(error.message);
  const messages: string[] = [];
  visit(program as unknown as Node);
  return messages;

  function visit(node: Node): void {
    if (SKIPPED.has(node.type) || isDirective(node) || namesSomething(node)) return;
    if (node.type.startsWith('TS') && !WRAPPERS.has(node.type)) return;
    const text = textOf(node);
    if (text === undefined) {
      for (const child of childrenOf(node)) visit(child);
      return;
    }
    if (isMessage(text)) messages.push(text);
    for (const expression of expressionsIn(node)) visit(expression);
  }

  /** The text of a literal, or of a concatenation that has one; undefined for any other node. */
  function textOf(node: Node): string | undefined {
    if (node.type === 'Literal') return typeof node['value'] === 'string' ? node['value'] : undefined;
    if (node.type === 'TemplateLiteral') {
      const [first, ...others] = node['quasis'] as { value: { cooked: string } }[];
      const expressions = node['expressions'] as Node[];
      return first!.value.cooked + others.map((quasi, i) => placeholder(expressions[i]!) + quasi.value.cooked).join('');
    }
    if (!isSum(node)) return undefined;
    const [left, right] = [node['left'] as Node, node['right'] as Node];
    const [leftText, rightText] = [textOf(left), textOf(right)];
    if (leftText === undefined && rightText === undefined) return undefined;
    return (leftText ?? placeholder(left)) + (rightText ?? placeholder(right));
  }

  function placeholder({ start, end }: Node): string {
    const expression = source.slice(start, end).replaceAll(/\s+/g, ' ');
    return `‹${expression.length > MAX_PLACEHOLDER ? `${expression.slice(0, MAX_PLACEHOLDER)}…` : expression}›`;
  }

  function namesSomething(node: Node): boolean {
    if (node.type !== 'CallExpression') return false;
    const callee = node['callee'] as Node;
    return NAMING.has(source.slice(callee.start, callee.end)) || isSplit(callee);
  }
}

/** Whether a blank separates two words, at least one of which is neither a placeholder nor a key. */
function isMessage(text: string): boolean {
  const words = text.replaceAll(/‹[^›]*›/g, '0').split(/\s+/);
  const isSentence = words.length > 1 && /[\p{L}\d)\]'"`,;:.%…] +[\p{L}\d(['"`]/u.test(words.join(' '));
  return isSentence && words.some((word) => /\p{L}{2}/u.test(word) && !isKey(word));
}

/** `http.route` or `traceId`, as in the lists that `split()` takes apart. */
function isKey(word: string): boolean {
  return /^[a-z]+(?:[._][a-z\d]|[A-Z])[\w.]*$/.test(word);
}

/** Expressions inside of a literal or a concatenation, which may hold further messages. */
function expressionsIn(node: Node): Node[] {
  if (node.type === 'TemplateLiteral') return node['expressions'] as Node[];
  if (!isSum(node)) return node.type === 'Literal' ? [] : [node];
  return [node['left'] as Node, node['right'] as Node].flatMap(expressionsIn);
}

function isSum(node: Node): boolean {
  return node.type === 'BinaryExpression' && node['operator'] === '+';
}

function isDirective(node: Node): boolean {
  return node.type === 'ExpressionStatement' && typeof node['directive'] === 'string';
}

/** `'a b c'.split`, in parentheses or not. */
function isSplit(callee: Node): boolean {
  if (callee.type !== 'MemberExpression' || (callee['property'] as Node)['name'] !== 'split') return false;
  let object = callee['object'] as Node;
  while (object.type === 'ParenthesizedExpression') object = object['expression'] as Node;
  return object.type === 'Literal' || isSum(object);
}

function childrenOf(node: Node): Node[] {
  return Object.values(node)
    .flat()
    .filter((value): value is Node => typeof (value as Node | null)?.type === 'string');
}
