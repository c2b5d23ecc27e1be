import fc from 'fast-check';
import { codePoint } from '../../../test/code-point.js';

/** Valid queries of all shapes. */
export const VALID = [
  '',
  'timeout',
  '"stock reserved" or 504',
  'status = error',
  'status=error kind!=client',
  'http.route = /orders and http.response.status_code >= 500',
  'duration > 200ms and not (self <= 1.5s or duration in (80us, 2m))',
  'severity >= warn log ~ "after \\d+ ms"',
  'name !~ ^pg or scope has app',
  'resource.service.name = shop root.name = "GET /orders/:id" root.duration > 1h',
  'resource.\'odd key\' = x "name" = y',
  'has(db.system.name) and db.query.text ~ "^SELECT .* id = [0-9]{1,5}"',
  'child(status = error) or parent(name = x) or ancestor(kind = server) or descendant(log ~ reserved)',
  'count(db.system.name = postgresql and child(a)) > 10',
  'trace = 0af7651916cd43dd8448eb211c80319c start >= 2026-03-01T14:06:31Z thread = 3 pid != 1',
  'NOT a AND b OR not not c',
];

const PIECES = [
  'and',
  'or',
  'not',
  'in',
  'has',
  'child(',
  'parent(',
  'ancestor(',
  'descendant(',
  'count(',
  'has(',
  '(',
  ')',
  ',',
  '=',
  '!=',
  '>',
  '>=',
  '<',
  '<=',
  '~',
  '!~',
  '==',
  '!',
  '"',
  "'",
  '\\',
  '\\u00',
  ' ',
  '\n',
  '\u00a0',
  '\0',
  'name',
  'kind',
  'status',
  'duration',
  'self',
  'start',
  'severity',
  'log',
  'pid',
  'trace',
  'root.',
  'resource.',
  'http.route',
  '/orders',
  'error',
  'server',
  '200',
  '250ms',
  '1.5s',
  '-1',
  '1e999',
  '2026-03-01',
  'constructor',
  '(a|b)*',
  '.*.*x',
  '[a-',
  '(?=',
  'a{99}',
  '\ud800',
  '😀',
  '__proto__',
  'x'.repeat(300),
];

/** Valid queries with pieces put in, taken out and swapped. */
const mutated = fc
  .tuple(
    fc.constantFrom(...VALID),
    fc.array(fc.tuple(fc.nat(), fc.nat(12), fc.constantFrom('', ...PIECES)), { minLength: 1, maxLength: 4 }),
  )
  .map(([text, changes]) =>
    changes.reduce((changed, [place, length, piece]) => {
      const at = place % (changed.length + 1);
      return changed.slice(0, at) + piece + changed.slice(at + length);
    }, text),
  );

/** Texts that may be a query, and mostly are not quite. */
export const anyText = fc.oneof(
  mutated,
  fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }).map((pieces) => pieces.join('')),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((pieces) => pieces.join(' ')),
  fc.string({ unit: codePoint, maxLength: 40 }),
);
