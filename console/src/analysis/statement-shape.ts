import type { SpanRow } from '../model/span-row.js';

/** Maximum characters read of a statement. */
const MAX_STATEMENT = 4_096;

/** The statement that a span sent to a database, or undefined. */
export function statementOf({ attributes }: SpanRow): string | undefined {
  const statement = attributes['db.query.text'] ?? attributes['db.statement'];
  return typeof statement === 'string' && statement !== '' ? statement : undefined;
}

/** A statement without its literals and parameters, so that statements that differ only in values are equal. */
export function shapeOfStatement(statement: string): string {
  return statement
    .slice(0, MAX_STATEMENT)
    .replaceAll(/'(?:[^']|'')*'?/g, '?')
    .replaceAll(/(?<![\w$])\$\d+|(?<![\w.$])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?\b|\b0x[\da-f]+\b/gi, '?')
    .replaceAll(/\?(?:\s*,\s*\?)+/g, '?')
    .replaceAll(/\(\?\)(?:\s*,\s*\(\?\))+/g, '(?)')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** The target of a request, without ids and query. Undefined if the span is not a request. */
export function requestShapeOf({ attributes }: SpanRow): string | undefined {
  const target = attributes['url.template'] ?? attributes['url.full'] ?? attributes['http.url'];
  if (typeof target !== 'string') return undefined;
  return target
    .slice(0, MAX_STATEMENT)
    .replace(/[?#].*$/s, '')
    .replaceAll(/\/(?!v\d+\/)(?:[\da-f-]{16,}|[\w-]*\d[\w-]*)(?=\/|$)/gi, '/?');
}
