import type { OtlpKeyValue, OtlpValue } from './messages.js';

/** Attributes as an object. Of equal keys the last one counts. */
export function readAttributes(attributes: readonly OtlpKeyValue[] = []): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key = '', value }) => [key, readValue(value)]));
}

/**
 * A value as JavaScript has it: what the application set, if it is JavaScript. An integer that a number cannot
 * hold stays whole, as its decimal text.
 */
export function readValue(value: OtlpValue = {}): unknown {
  const { stringValue, boolValue, intValue, doubleValue, arrayValue, kvlistValue, bytesValue } = value;
  if (arrayValue !== undefined) return (arrayValue.values ?? []).map(readValue);
  if (kvlistValue !== undefined) return readAttributes(kvlistValue.values);
  if (intValue !== undefined) return readInteger(intValue);
  return stringValue ?? boolValue ?? doubleValue ?? bytesValue ?? null;
}

function readInteger(value: bigint): number | string {
  const number = Number(value);
  return BigInt(number) === value ? number : value.toString();
}
