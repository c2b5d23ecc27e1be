export const MIN_BITS = 128;

/** Minimum number of different characters. A random token practically always has more. */
const FEW_CHARACTERS = 8;

/** Alphabets of random texts, smallest first, with the bits per character. */
const ALPHABETS: readonly (readonly [alphabet: RegExp, bits: number])[] = [
  [/^\d+$/, Math.log2(10)],
  [/^[\da-f]+$/i, 4],
  [/^[\da-z]+$/, Math.log2(36)],
  [/^[\w-]+$/, Math.log2(62)],
];

/** The required form of a token, for error messages. */
export const TOKEN_FORM = `a random text of letters, digits, - and _ with at least ${MIN_BITS} bits, such as 32 hexadecimal digits`;

/**
 * Whether a text has enough bits, assuming that its characters were drawn from the smallest alphabet that contains
 * them.
 */
export function isStrongToken(token: string): boolean {
  const [, bits = 0] = ALPHABETS.find(([alphabet]) => alphabet.test(token)) ?? [];
  return new Set(token).size >= FEW_CHARACTERS && token.length * bits >= MIN_BITS;
}
