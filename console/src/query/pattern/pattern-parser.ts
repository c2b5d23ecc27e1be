import { CharSet } from './char-set.js';

/*
 * The part of regular expressions that can be matched in linear time:
 *
 *   abc  .  [a-z]  [^a-z]  \d \w \s \D \W \S  ^  $  (…)  (?:…)  a|b  *  +  ?  {n}  {n,}  {n,m}
 */

export type Pattern =
  | { readonly type: 'set'; readonly set: CharSet }
  | { readonly type: 'start' }
  | { readonly type: 'end' }
  | { readonly type: 'sequence'; readonly parts: readonly Pattern[] }
  | { readonly type: 'choice'; readonly parts: readonly Pattern[] }
  | { readonly type: 'repeat'; readonly part: Pattern; readonly min: number; readonly max: number };

/** An invalid pattern. The message is one sentence that states the expectation. */
export class PatternError extends Error {}

const MAX_DEPTH = 32;
const MAX_REPEAT = 100;
const SPECIAL = /[\\^$.*+?()[\]{}|]/;

const DIGIT = CharSet.ranges('09');
const LETTER = CharSet.ranges('09AZ__az');
const SPACE = CharSet.ranges(
  '\t\r  \u00a0\u00a0\u1680\u1680\u2000\u200a\u2028\u2029\u202f\u202f\u205f\u205f\u3000\u3000\ufeff\ufeff',
);
const CLASSES: Readonly<Record<string, CharSet>> = {
  d: DIGIT,
  D: DIGIT.negated(),
  w: LETTER,
  W: LETTER.negated(),
  s: SPACE,
  S: SPACE.negated(),
};
const CONTROLS: Readonly<Record<string, CharSet>> = {
  n: CharSet.of(10),
  r: CharSet.of(13),
  t: CharSet.of(9),
};

/** Whether the text has no special characters, so that it only matches itself. */
export function isPlain(text: string): boolean {
  return !SPECIAL.test(text);
}

/** @throws PatternError */
export function parsePattern(text: string): Pattern {
  return new PatternParser(text).parse();
}

class PatternParser {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): Pattern {
    const pattern = this.#choice();
    if (this.#at < this.#text.length) throw new PatternError('Expected a "(" before each ")" of the pattern');
    return pattern;
  }

  #choice(): Pattern {
    const parts = [this.#sequence()];
    while (this.#skip('|')) parts.push(this.#sequence());
    return parts.length === 1 ? parts[0]! : { type: 'choice', parts };
  }

  #sequence(): Pattern {
    const parts: Pattern[] = [];
    while (this.#at < this.#text.length && this.#text[this.#at] !== '|' && this.#text[this.#at] !== ')') {
      parts.push(this.#repeated());
    }
    return parts.length === 1 ? parts[0]! : { type: 'sequence', parts };
  }

  #repeated(): Pattern {
    const isPlace = '^$'.includes(this.#text[this.#at]!);
    const part = this.#atom();
    const bounds = this.#bounds();
    if (bounds === undefined) return part;
    // A lazy quantifier only affects the length of a match, not whether there is one.
    this.#skip('?');
    if (isPlace || this.#bounds() !== undefined) {
      throw new PatternError('Expected a character or a group before each of * + ? { in the pattern');
    }
    return { type: 'repeat', part, ...bounds };
  }

  #bounds(): { min: number; max: number } | undefined {
    if (this.#skip('*')) return { min: 0, max: Infinity };
    if (this.#skip('+')) return { min: 1, max: Infinity };
    if (this.#skip('?')) return { min: 0, max: 1 };
    if (this.#text[this.#at] !== '{') return undefined;
    const [all, least, comma, most] = /^\{(\d{1,4})(?:(,)(\d{0,4}))?\}/.exec(this.#text.slice(this.#at)) ?? [];
    const min = Number(least);
    const max = comma === undefined ? min : most === '' ? Infinity : Number(most);
    if (all === undefined || min > max || min > MAX_REPEAT || (max > MAX_REPEAT && max !== Infinity)) {
      throw new PatternError(
        `Expected {n}, {n,} or {n,m} with at most ${MAX_REPEAT}, or \\{ for a brace in the pattern`,
      );
    }
    this.#at += all.length;
    return { min, max };
  }

  #atom(): Pattern {
    const character = this.#text[this.#at++]!;
    switch (character) {
      case '(':
        return this.#group();
      case '[':
        return { type: 'set', set: this.#class() };
      case '.':
        return { type: 'set', set: CharSet.any };
      case '^':
        return { type: 'start' };
      case '$':
        return { type: 'end' };
      case '\\':
        return { type: 'set', set: this.#escape().inAnyCase() };
      case '*':
      case '+':
      case '?':
      case '{':
        throw new PatternError('Expected a character or a group before each of * + ? { in the pattern');
      default:
        return { type: 'set', set: CharSet.of(character.charCodeAt(0)).inAnyCase() };
    }
  }

  #group(): Pattern {
    if (this.#text[this.#at] === '?' && !this.#skip('?:')) {
      throw new PatternError('Expected a pattern without look-around, names and flags; only (…) and (?:…) group');
    }
    if (++this.#depth > MAX_DEPTH) throw new PatternError(`Expected at most ${MAX_DEPTH} groups inside each other`);
    const pattern = this.#choice();
    if (!this.#skip(')'))
      throw new PatternError('Expected a ")" after each "(" of the pattern, or \\( for a parenthesis');
    this.#depth--;
    return pattern;
  }

  #class(): CharSet {
    const isNegated = this.#skip('^');
    let set = CharSet.none;
    while (this.#text[this.#at] !== ']') {
      const low = this.#member();
      const isRange = this.#text[this.#at] === '-' && (this.#text[this.#at + 1] ?? ']') !== ']';
      if (!isRange) {
        set = set.union(low);
        continue;
      }
      this.#at++;
      const range = CharSet.range(low, this.#member());
      if (range === undefined) throw new PatternError('Expected a range such as a-z in the brackets of the pattern');
      set = set.union(range);
    }
    this.#at++;
    const folded = set.inAnyCase();
    return isNegated ? folded.negated() : folded;
  }

  #member(): CharSet {
    const character = this.#text[this.#at++];
    if (character === undefined)
      throw new PatternError('Expected a "]" after each "[" of the pattern, or \\[ for a bracket');
    if (character === '\\') return this.#escape();
    const code = character.charCodeAt(0);
    if (code >= 0xd800 && code <= 0xdfff) {
      throw new PatternError('Expected characters up to U+FFFF in the brackets of the pattern');
    }
    return CharSet.of(code);
  }

  #escape(): CharSet {
    const rest = this.#text.slice(this.#at);
    const hex = /^(?:u([0-9a-f]{4})|x([0-9a-f]{2}))/i.exec(rest);
    if (hex !== null) {
      this.#at += hex[0].length;
      return CharSet.of(Number.parseInt(hex[0].slice(1), 16));
    }
    const letter = rest[0];
    const known = letter === undefined ? undefined : (CLASSES[letter] ?? CONTROLS[letter]);
    if (known === undefined && (letter === undefined || /[a-z\d]/i.test(letter))) {
      throw new PatternError(
        'Expected one of \\d \\w \\s \\D \\W \\S \\n \\r \\t \\xXX \\uXXXX after each \\ of the pattern',
      );
    }
    this.#at++;
    return known ?? CharSet.of(letter!.charCodeAt(0));
  }

  #skip(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }
}
