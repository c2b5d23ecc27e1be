import { textOf, valueText } from '../../model/text-of.js';

/** Characters of one value. */
const MAX_LENGTH = 1_000;

/**
 * An attribute's value, compactly: `17`, `card_declined`, `"two words"`, `[a, b]`, `{id=17, tags=[a]}`. At most
 * `maxLength` long. Never throws.
 */
export function formatValue(value: unknown, maxLength = MAX_LENGTH): string {
  return valueText(value, maxLength);
}

/** The texts of those of the values that say something. */
export function textsOf(values: readonly unknown[], maxLength: number): string[] {
  return values
    .filter((value) => value !== undefined && value !== null && value !== '')
    .map((value) => textOf(value, maxLength));
}
