import { QueryError, SYMBOLS, type Place } from './syntax.js';

export interface Token extends Place {
  readonly type: 'bare' | 'quoted' | 'symbol' | '(' | ')' | ',' | 'end';
  /** Without quotes and escapes. */
  readonly text: string;
  readonly end: number;
}

const SPACE = /\s/;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', "'": "'", '\\': '\\' };
/** Prefixes of a key that a quoted name may follow: `resource."my key"`. */
export const KEY_PREFIX = /^(?:root\.)*(?:resource\.)?$/;

/**
 * Reads a query token by token. At the start of a term, operators end a bare token (`a=b` is three tokens). Where a
 * value is expected, they are part of it (`url = /find?a=b`). So there is one method for each case.
 */
export class Lexer {
  readonly #text: string;
  #position = 0;
  #peeked: Token | undefined;
  /** Start of the token that reaches the end of the text and could continue; undefined if there is none. */
  touched: number | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  /** The next token, where a term or an operator may stand. */
  peek(): Token {
    this.#peeked ??= this.#read(false);
    return this.#peeked;
  }

  take(): Token {
    const token = this.peek();
    this.#position = token.end;
    this.#peeked = undefined;
    return token;
  }

  /** The next token, where a value is expected. */
  takeValue(): Token {
    const token = this.#read(true);
    this.#position = token.end;
    this.#peeked = undefined;
    return token;
  }

  /** Whether this character follows the token without a space. */
  isFollowedBy(token: Token, character: string): boolean {
    return this.#text[token.end] === character;
  }

  #read(isValue: boolean): Token {
    const text = this.#text;
    let start = this.#position;
    while (start < text.length && SPACE.test(text[start]!)) start++;
    const token = readToken(text, start, isValue);
    const mayGoOn = token === undefined || token.type === 'bare' || token.type === 'quoted';
    if (mayGoOn && (token?.end ?? text.length) === text.length) this.touched = start;
    if (token !== undefined) return token;
    const place = { at: start, length: text.length - start };
    throw new QueryError(`Expected ${text[start]} at the end of the quoted text`, place, true);
  }
}

/** Undefined for a quoted text without a closing quote. */
function readToken(text: string, start: number, isValue: boolean): Token | undefined {
  const first = text[start];
  if (first === undefined) return newToken('end', '', start, start);
  if (first === '(' || first === ')' || first === ',') return newToken(first, first, start, start + 1);
  if (first === '"' || first === "'") return readQuoted(text, start);
  const symbol = symbolAt(text, start);
  if (symbol !== undefined) {
    // Accept `==`, which many people type.
    const length = symbol === '=' && text[start + 1] === '=' ? 2 : symbol.length;
    return newToken('symbol', symbol, start, start + length);
  }
  const end = endOfBare(text, start, isValue);
  return newToken('bare', text.slice(start, end), start, end);
}

function newToken(type: Token['type'], text: string, at: number, end: number): Token {
  return { type, text, at, end, length: end - at };
}

/** The symbolic operator that starts here. */
export function symbolAt(text: string, at: number): string | undefined {
  const pair = text.slice(at, at + 2);
  return SYMBOLS.find((symbol) => symbol === pair) ?? SYMBOLS.find((symbol) => symbol === pair[0]);
}

/** End of the bare token at `start`. */
export function endOfBare(text: string, start: number, isValue: boolean): number {
  for (let at = start; at < text.length; at++) {
    const character = text[at]!;
    if (SPACE.test(character) || character === '(' || character === ')' || character === ',') return at;
    if (!isValue && symbolAt(text, at) !== undefined) return at;
    if ((character === '"' || character === "'") && KEY_PREFIX.test(text.slice(start, at))) return at;
  }
  return text.length;
}

/**
 * The quoted text that starts here; undefined without a closing quote.
 *
 * Escapes other than quotes, `\\`, `\n`, `\r`, `\t` and `\uXXXX` stay as they are, so that `"\d+"` needs no
 * doubling.
 */
export function readQuoted(text: string, start: number): Token | undefined {
  const quote = text[start];
  let content = '';
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at]!;
    if (character === quote) return newToken('quoted', content, start, at + 1);
    if (character !== '\\') {
      content += character;
      continue;
    }
    const hex = /^u([0-9a-f]{4})/i.exec(text.slice(at + 1, at + 6))?.[1];
    const escaped = text[at + 1] ?? '';
    content += hex === undefined ? (ESCAPES[escaped] ?? `\\${escaped}`) : String.fromCharCode(Number.parseInt(hex, 16));
    at += hex === undefined ? 1 : 5;
  }
  return undefined;
}
