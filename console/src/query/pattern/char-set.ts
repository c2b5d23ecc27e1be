import { groupBy } from '../../model/group-by.js';

const LAST = 0xffff;
/** In ranges up to this size, the other case of each character is added. */
const MAX_FOLDED = 1_024;

/** A set of UTF-16 units, as sorted ranges that neither touch nor overlap: first, last, first, last, … */
export class CharSet {
  static readonly none = new CharSet([]);
  static readonly any = new CharSet([0, LAST]);

  readonly bounds: readonly number[];

  private constructor(bounds: readonly number[]) {
    this.bounds = bounds;
  }

  static of(code: number): CharSet {
    return new CharSet([code, code]);
  }

  /** @param text first and last character of each range: `azAZ` has the ASCII letters */
  static ranges(text: string): CharSet {
    let set = CharSet.none;
    for (let at = 0; at < text.length; at += 2) {
      set = set.union(new CharSet([text.charCodeAt(at), text.charCodeAt(at + 1)]));
    }
    return set;
  }

  /**
   * The range from the only character of `low` to that of `high`; undefined if either is not a single character, or the
   * order is wrong.
   */
  static range(low: CharSet, high: CharSet): CharSet | undefined {
    const [from, lowEnd] = low.bounds;
    const [to, highEnd] = high.bounds;
    const areSingle = low.bounds.length === 2 && high.bounds.length === 2 && from === lowEnd && to === highEnd;
    return areSingle && from! <= to! ? new CharSet([from!, to!]) : undefined;
  }

  has(code: number): boolean {
    for (let at = 0; at < this.bounds.length; at += 2) {
      if (code <= this.bounds[at + 1]!) return code >= this.bounds[at]!;
    }
    return false;
  }

  union(other: CharSet): CharSet {
    const ranges = [...pairs(this.bounds), ...pairs(other.bounds)].sort(([a], [b]) => a - b);
    const bounds: number[] = [];
    for (const [from, to] of ranges) {
      if (bounds.length > 0 && from <= bounds.at(-1)! + 1) bounds[bounds.length - 1] = Math.max(bounds.at(-1)!, to);
      else bounds.push(from, to);
    }
    return new CharSet(bounds);
  }

  negated(): CharSet {
    const bounds: number[] = [];
    let next = 0;
    for (const [from, to] of pairs(this.bounds)) {
      if (from > next) bounds.push(next, from - 1);
      next = to + 1;
    }
    if (next <= LAST) bounds.push(next, LAST);
    return new CharSet(bounds);
  }

  /** Adds the other cases of each letter. In large ranges, this covers only the letters a to z. */
  inAnyCase(): CharSet {
    const added: number[] = [];
    for (const [from, to] of pairs(this.bounds)) {
      const last = to - from > MAX_FOLDED ? Math.min(to, 127) : to;
      for (let code = from; code <= last; code++) added.push(...otherCases(code));
    }
    if (added.length === 0) return this;
    return this.union(new CharSet(added.sort((a, b) => a - b).flatMap((code) => [code, code])));
  }
}

function* pairs(bounds: readonly number[]): Generator<readonly [number, number]> {
  for (let at = 0; at < bounds.length; at += 2) yield [bounds[at]!, bounds[at + 1]!];
}

/** Characters that match this one in a regular expression with the flag `i`: all that share its upper case. */
function otherCases(code: number): number[] {
  if (code < 128) return /[a-z]/i.test(String.fromCharCode(code)) ? [code ^ 32] : [];
  const upper = upperCase(code);
  lowerCases ??= findLowerCases();
  return [upper, ...(lowerCases.get(upper) ?? [])].filter((other) => other !== code);
}

/** The other characters of each upper case. Found at the first letter outside of ASCII, which takes some 10 ms. */
let lowerCases: ReadonlyMap<number, readonly number[]> | undefined;

function findLowerCases(): Map<number, number[]> {
  const codes = Array.from({ length: LAST + 1 }, (_, code) => code);
  return groupBy(
    codes.filter((code) => upperCase(code) !== code),
    upperCase,
  );
}

/** `Canonicalize` of ECMAScript: the upper case, if that is one unit, and not ASCII for a character outside of ASCII. */
function upperCase(code: number): number {
  const upper = String.fromCharCode(code).toUpperCase();
  return upper.length > 1 || (code >= 128 && upper.charCodeAt(0) < 128) ? code : upper.charCodeAt(0);
}
