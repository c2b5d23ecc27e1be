import type { ElementBudget } from './payload-limits.js';

const QUOTE = 0x22;
const COMMA = 0x2c;
const BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const BRACE = 0x7b;

/**
 * Pays for each value of a JSON text, before the parser makes an object of it: for each array, object and comma. Reads
 * bytes, since no byte of a longer UTF-8 sequence equals one of ASCII. What is not JSON is left to the parser.
 *
 * @throws TooManyElements
 */
export function spendJsonElements(text: Uint8Array, budget: ElementBudget): void {
  for (let i = 0; i < text.length; i++) {
    const byte = text[i];
    if (byte === QUOTE) i = endOfString(text, i + 1);
    else if (byte === COMMA || byte === BRACKET || byte === BRACE) budget.spend(1);
  }
}

/** Where the closing quote is, or the end of the text. */
function endOfString(text: Uint8Array, start: number): number {
  let i = start;
  while (i < text.length && text[i] !== QUOTE) i += text[i] === BACKSLASH ? 2 : 1;
  return i;
}
