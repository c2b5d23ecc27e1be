import type { LogRow } from '../model/span-row.js';

const LOG_BYTES = 400;
const ENTRY_BYTES = 36;

/** Estimated bytes of a log record that belongs to no span. */
export function estimatedLogBytes({ event }: LogRow): number {
  const { name, attributes, log } = event;
  let bytes = LOG_BYTES + name.length;
  if (log !== undefined && log.body !== name) bytes += log.body.length;
  for (const key in attributes) bytes += ENTRY_BYTES + valueBytes(attributes[key]);
  return bytes;
}

function valueBytes(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (!Array.isArray(value)) return 0;
  return value.reduce<number>((sum, item) => sum + (typeof item === 'string' ? item.length + 16 : 8), 16);
}
