import { builtIn } from './keys.js';
import { KEY_PREFIX, Lexer, type Token } from './lexer.js';
import {
  FUNCTIONS,
  KEYWORDS,
  MAX_DEPTH,
  MAX_KEY_LENGTH,
  MAX_LENGTH,
  MAX_LIST,
  MAX_TERMS,
  NUMBER_OPERATORS,
  OPERATORS,
  QueryError,
  RELATIONS,
  oneOf,
  type Key,
  type Literal,
  type Node,
  type Operator,
  type Place,
} from './syntax.js';

/** A kind of token that may follow at the end of a text, for completion. */
export type Wanted =
  | { readonly what: 'term' | 'connective' | 'key' | 'number' | 'number operator' }
  | { readonly what: 'operator'; readonly key: Key }
  | { readonly what: 'value'; readonly key: Key; readonly operator: Operator };

/** The tree of a query, or undefined if it has no term. @throws QueryError */
export function parse(text: string): Node | undefined {
  return new Parser(text).parse();
}

/** The kinds of tokens that may follow this text, and the start of its last token, if that could continue. */
export function wantedAtEnd(text: string): {
  readonly wanted: readonly Wanted[];
  readonly touched: number | undefined;
} {
  const parser = new Parser(text);
  try {
    parser.parse();
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
  }
  return { wanted: parser.wanted, touched: parser.touched };
}

/** A recursive-descent parser, bounded in length, depth and terms. The grammar is in docs/query.md. */
class Parser {
  readonly #text: string;
  readonly #lexer: Lexer;
  readonly wanted: Wanted[] = [];
  #depth = 0;
  #terms = 0;

  constructor(text: string) {
    this.#text = text;
    this.#lexer = new Lexer(text);
  }

  get touched(): number | undefined {
    return this.#lexer.touched;
  }

  parse(): Node | undefined {
    if (this.#text.length > MAX_LENGTH) {
      const place = { at: MAX_LENGTH, length: this.#text.length - MAX_LENGTH };
      throw new QueryError(`Expected a query of at most ${MAX_LENGTH} characters`, place);
    }
    if (this.#peek({ what: 'term' }).type === 'end') return undefined;
    const node = this.#or();
    const token = this.#peek({ what: 'connective' });
    if (token.type === ')') throw new QueryError('Expected a "(" before this ")"', token);
    if (token.type !== 'end') throw unexpected(token, 'a word, a comparison, and, or, or the end');
    return node;
  }

  #or(): Node {
    const operands = [this.#and()];
    while (isKeyword(this.#peek({ what: 'connective' }), 'or')) {
      this.#lexer.take();
      operands.push(this.#and());
    }
    return operands.length === 1 ? operands[0]! : { type: 'or', operands };
  }

  /** Adjacent terms mean `and`. */
  #and(): Node {
    const operands = [this.#unary()];
    for (;;) {
      const token = this.#peek({ what: 'connective' });
      if (isKeyword(token, 'and')) this.#lexer.take();
      else if (!startsTerm(token)) break;
      operands.push(this.#unary());
    }
    return operands.length === 1 ? operands[0]! : { type: 'and', operands };
  }

  #unary(): Node {
    const token = this.#peek({ what: 'term' });
    if (!isKeyword(token, 'not')) return this.#primary();
    this.#lexer.take();
    return { type: 'not', operand: this.#nested(token, () => this.#unary()) };
  }

  #primary(): Node {
    const token = this.#lexer.peek();
    if (token.type === '(') return this.#parenthesized();
    if (!startsTerm(token)) throw unexpected(token, 'a word or a comparison');
    this.#lexer.take();
    const isCall = token.type === 'bare' && this.#lexer.isFollowedBy(token, '(');
    if (isCall && (!isKeyword(token) || isKeyword(token, 'has'))) return this.#function(token);
    if (isKeyword(token)) throw unexpected(token, 'a word or a comparison; a word such as this one needs quotes');
    return this.#wordOrComparison(token);
  }

  #parenthesized(): Node {
    const opening = this.#lexer.take();
    const node = this.#nested(opening, () => this.#or());
    const closing = this.#peek({ what: 'connective' });
    if (closing.type !== ')') throw unexpected(closing, 'a ")"');
    this.#lexer.take();
    return node;
  }

  #nested(place: Place, parseOperand: () => Node): Node {
    if (++this.#depth > MAX_DEPTH) throw new QueryError(`Expected at most ${MAX_DEPTH} levels of nesting`, place);
    const node = parseOperand();
    this.#depth--;
    return node;
  }

  #function(token: Token): Node {
    const name = token.text.toLowerCase();
    const relation = RELATIONS.find((known) => known === name);
    if (relation !== undefined) return { type: 'relation', relation, operand: this.#parenthesized() };
    if (name === 'count') return this.#count();
    if (name === 'has') return this.#exists();
    throw new QueryError(`Expected ${oneOf(FUNCTIONS)} before "("; a text with parentheses needs quotes`, token);
  }

  #count(): Node {
    const operand = this.#parenthesized();
    const symbol = this.#peek({ what: 'number operator' });
    const operator = NUMBER_OPERATORS.find((known) => symbol.type === 'symbol' && known === symbol.text);
    if (operator === undefined) throw unexpected(symbol, `${oneOf(NUMBER_OPERATORS)} and a number after count(…)`);
    this.#lexer.take();
    this.#want({ what: 'number' }, symbol);
    const value = this.#lexer.takeValue();
    if (value.type !== 'bare' || !/^\d{1,9}$/.test(value.text)) throw unexpected(value, 'a whole number such as 10');
    this.#countTerm(symbol);
    return { type: 'count', operand, operator, number: Number(value.text) };
  }

  #exists(): Node {
    this.#lexer.take();
    const token = this.#peek({ what: 'key' });
    if (!startsTerm(token) || token.type === '(') throw unexpected(token, 'a key');
    this.#lexer.take();
    const key = this.#key(token);
    const closing = this.#lexer.peek();
    if (closing.type !== ')') throw unexpected(closing, 'a ")"');
    this.#lexer.take();
    this.#countTerm(token);
    return { type: 'exists', key };
  }

  #wordOrComparison(token: Token): Node {
    this.#countTerm(token);
    const isPrefix = token.type === 'bare' && KEY_PREFIX.test(token.text);
    const quoted = isPrefix && (this.#lexer.isFollowedBy(token, '"') || this.#lexer.isFollowedBy(token, "'"));
    const key = quoted ? this.#key(token) : undefined;
    const end = this.#lexer.peek();
    if (end.type === 'end') this.#want({ what: 'operator', key: key ?? keyOf(token) }, token);
    const isExists = isKeyword(end, 'has') && this.#lexer.isFollowedBy(end, '(');
    const operator = isExists ? undefined : OPERATORS.find((known) => isOperator(end, known));
    if (operator === undefined) {
      if (key !== undefined) throw unexpected(end, `an operator after the key: ${oneOf(OPERATORS)}`);
      return { type: 'word', text: token.text };
    }
    this.#lexer.take();
    return this.#comparison(key ?? this.#key(token), operator, end);
  }

  #key(token: Token): Key {
    const name =
      token.type === 'bare' && KEY_PREFIX.test(token.text) && this.#lexer.peek().type === 'quoted'
        ? this.#lexer.take()
        : undefined;
    const key = keyOf(token, name);
    if (key.name === '') throw new QueryError('Expected the name of a key', key);
    if (key.name.length > MAX_KEY_LENGTH) {
      throw new QueryError(`Expected a key of at most ${MAX_KEY_LENGTH} characters`, key);
    }
    return key;
  }

  #comparison(key: Key, operator: Operator, symbol: Token): Node {
    const values = operator === 'in' ? this.#list(key) : [this.#value(key, operator, symbol)];
    const operatorPlace = { at: symbol.at, length: symbol.length };
    return { type: 'comparison', key, operator, operatorPlace, values };
  }

  #list(key: Key): Literal[] {
    const opening = this.#lexer.peek();
    if (opening.type !== '(') throw unexpected(opening, 'a list such as (a, b) after in');
    const values: Literal[] = [];
    let separator = this.#lexer.take();
    do {
      if (values.length === MAX_LIST) throw new QueryError(`Expected at most ${MAX_LIST} values in a list`, separator);
      values.push(this.#value(key, 'in', separator));
      separator = this.#lexer.take();
    } while (separator.type === ',');
    if (separator.type !== ')') throw unexpected(separator, 'a "," or a ")"');
    return values;
  }

  #value(key: Key, operator: Operator, before: Token): Literal {
    this.#want({ what: 'value', key, operator }, before);
    const token = this.#lexer.takeValue();
    if (token.type === 'symbol') throw unexpected(token, 'a value; one that starts with an operator needs quotes');
    if (token.type !== 'bare' && token.type !== 'quoted') throw unexpected(token, `a value after ${before.text}`);
    if (this.#lexer.isFollowedBy(token, '(')) {
      throw new QueryError('Expected a space after the value; a value with parentheses needs quotes', token);
    }
    return { text: token.text, at: token.at, length: token.length };
  }

  /** The next token. At the end of the text, notes that `wanted` may follow. */
  #peek(wanted: Wanted): Token {
    const token = this.#lexer.peek();
    if (token.type === 'end') this.wanted.push(wanted);
    return token;
  }

  /** Notes that `wanted` may follow, if the text ends after this token. */
  #want(wanted: Wanted, after: Token): void {
    if (this.#text.slice(after.end).trim() === '') this.wanted.push(wanted);
  }

  #countTerm(place: Place): void {
    if (++this.#terms > MAX_TERMS) throw new QueryError(`Expected at most ${MAX_TERMS} words and comparisons`, place);
  }
}

/** `name` is the quoted part of `resource."my key"`. */
function keyOf(token: Token, name?: Token): Key {
  const place = { at: token.at, length: (name ?? token).end - token.at };
  if (token.type === 'quoted') return { root: false, scope: 'attribute', name: token.text, ...place };
  const root = token.text.startsWith('root.');
  const text = token.text.replace(/^(?:root\.)+/, '');
  if (text.startsWith('resource.')) return { root, scope: 'resource', name: name?.text ?? text.slice(9), ...place };
  const scope = name === undefined && builtIn(text) !== undefined ? 'builtIn' : 'attribute';
  return { root, scope, name: name?.text ?? text, ...place };
}

function isKeyword(token: Token, word?: string): boolean {
  if (token.type !== 'bare') return false;
  const text = token.text.toLowerCase();
  return word === undefined ? KEYWORDS.has(text) : text === word;
}

function isOperator(token: Token, operator: Operator): boolean {
  return token.type === 'symbol' ? token.text === operator : isKeyword(token, operator);
}

function startsTerm(token: Token): boolean {
  if (token.type === 'bare') return !isKeyword(token, 'or');
  return token.type === 'quoted' || token.type === '(';
}

function unexpected(token: Token, expected: string): QueryError {
  return new QueryError(`Expected ${expected}${found(token)}`, token, token.type === 'end');
}

function found(token: Token): string {
  if (token.type === 'end') return ', found the end';
  const shown = token.text.length > 40 ? `${token.text.slice(0, 40)}…` : token.text;
  return `, found ${token.type === 'quoted' ? 'quoted text' : `"${shown}"`}`;
}
