import { eastAsianWidth } from 'get-east-asian-width';

const LAST_CODE_POINT = 0x10ffff;

/** The source of `src/trace/text/wide-characters.ts`, from the Unicode data of `get-east-asian-width`. */
export function wideCharactersSource(): string {
  return `/* Written by \`npm run wide-characters\` from Unicode's data: change nothing here by hand. */

/**
 * Characters that take two columns of a terminal: wide and full-width ones (Unicode Standard Annex 11), and those
 * shown as emoji. First and last code point of each stretch, in ascending order.
 */
export const WIDE_CHARACTERS: readonly (readonly [first: number, last: number])[] = [
${lines(stretches().map(([first, last]) => `[${hex(first)}, ${hex(last)}],`))}];
`;
}

/** The texts, five on a line. */
function lines(texts: readonly string[]): string {
  let source = '';
  for (let from = 0; from < texts.length; from += 5) source += `  ${texts.slice(from, from + 5).join(' ')}\n`;
  return source;
}

function stretches(): [number, number][] {
  const found: [number, number][] = [];
  for (let codePoint = 0; codePoint <= LAST_CODE_POINT; codePoint++) {
    if (!isWide(codePoint)) continue;
    const last = found.at(-1);
    if (last?.[1] === codePoint - 1) last[1] = codePoint;
    else found.push([codePoint, codePoint]);
  }
  return found;
}

/** Regional indicators are narrow by their width class, and make flags two columns wide. */
export function isWide(codePoint: number): boolean {
  return eastAsianWidth(codePoint) === 2 || /^\p{Regional_Indicator}$/u.test(String.fromCodePoint(codePoint));
}

function hex(codePoint: number): string {
  return `0x${codePoint.toString(16)}`;
}
