import { expectation, type Option } from './option.js';

/** Parses a text as a value of the option's type; returns the text itself if that fails. */
function readAs(option: Option<unknown>, text: string): unknown {
  return readings(text).find((value) => option.type(value)) ?? text;
}

/**
 * The value of an environment variable, or undefined for the default. Follows the rules of the SDK's own variables:
 * empty means unset; an invalid value logs a warning and the default applies.
 */
export function readVariable<T>(
  variable: string,
  text: string | undefined,
  option: Option<T>,
  warn: (message: string) => void,
): T | undefined {
  if (!text?.trim()) return undefined;
  const value = readAs(option, text.trim());
  if (option.type(value) && option.inRange(value)) return value as T;
  warn(`${expectation(variable, option.expectedText ?? option.expected, value)}; the default is used`);
  return undefined;
}

function readings(text: string): unknown[] {
  const values: unknown[] = [];
  if (/^(?:true|1)$/i.test(text)) values.push(true);
  if (/^(?:false|0)$/i.test(text)) values.push(false);
  if (!Number.isNaN(Number(text))) values.push(Number(text));
  if (text.startsWith('{')) values.push(parsed(text));
  return [...values, text];
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
