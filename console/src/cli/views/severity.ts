import type { Style } from '../../text/styled.js';

/** Each covers four severity numbers, from 1 on (logs data model, "Severity fields"). */
const NAMES = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;
const STYLES: readonly Style[] = ['dim', 'dim', 'green', 'yellow', 'red', 'boldRed'];

export function severityText(number: number | null, text: string | null): string {
  return text || (NAMES[Math.ceil((number ?? 0) / 4) - 1] ?? 'LOG');
}

export function severityStyle(number: number | null): Style {
  return STYLES[Math.ceil((number ?? 0) / 4) - 1] ?? 'plain';
}
