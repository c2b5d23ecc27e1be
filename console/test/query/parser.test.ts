import { expect } from 'chai';
import type { Failure } from '../../src/api/schemas.js';
import { Query, queryParser } from '../../src/query/index.js';
import { parse } from '../../src/query/parser.js';
import { print } from '../../src/query/print.js';
import { halfOfDuration } from './rows.js';

const parseQuery = queryParser(halfOfDuration);

/** How the query is understood: as it is printed. */
function understood(text: string): string {
  return print(parse(text)!);
}

function failure(text: string): Failure {
  const result = parseQuery(text);
  if (result instanceof Query) throw new Error(`is valid: ${text}`);
  return result;
}

/** The text that the failure points at. */
function pointedAt(text: string): string {
  const { at, length } = failure(text);
  return text.slice(at, at! + length!);
}

describe('parse()', () => {
  for (const [text, meaning] of [
    ['a b', 'a and b'],
    ['a b or c', 'a and b or c'],
    ['a and (b or c)', 'a and (b or c)'],
    ['not a b', 'not a and b'],
    ['not(a b)', 'not (a and b)'],
    ['NOT a AND b OR c', 'not a and b or c'],
    ['a and(b)', 'a and b'],
    ['status=error', 'status = error'],
    ['status == error', 'status = error'],
    ['duration>=2m', 'duration >= 2m'],
    ['a!=b', 'a != b'],
    ['a!~b', 'a !~ b'],
    ['hello! world', '"hello!" and world'],
    ['url = /find?a=b', 'url = "/find?a=b"'],
    ['a in(x,"y z" , 3)', 'a in (x, "y z", 3)'],
    ['tags HAS x', 'tags has x'],
    ['error has(user.id)', 'error and has(user.id)'],
    ['"and" \'it "is"\'', '"and" and "it \\"is\\""'],
    ['"a\\tb\\u0041\\d"', '"a\\tbA\\\\d"'],
    ['"name" = x', '"name" = x'],
    ['"route" = x', 'route = x'],
    ['root.root.name = x', 'root.name = x'],
    ['root."name" = x', 'root."name" = x'],
    ["root.resource.'a b' = x", 'root.resource."a b" = x'],
    ['COUNT(a) > 3 Child(b)', 'count(a) > 3 and child(b)'],
    ['count(a)>3', 'count(a) > 3'],
    ['a\u00a0b\n\tc', 'a and b and c'],
  ]) {
    it(`understands ${text}`, () => {
      expect(understood(text!)).to.equal(meaning);
    });
  }

  it('takes a text without a term for an empty query', () => {
    for (const text of ['', '  \n']) expect(parseQuery(text)).to.be.instanceOf(Query).and.have.property('empty', true);
  });
});

describe('A failure', () => {
  for (const [text, place, sentence] of [
    ['a and', '', 'Expected a word or a comparison, found the end.'],
    ['or a', 'or', 'Expected a word or a comparison, found "or".'],
    ['a in b', 'b', 'Expected a list such as (a, b) after in, found "b".'],
    ['a in (b', '', 'Expected a "," or a ")", found the end.'],
    ['a in (b,)', ')', 'Expected a value after ,, found ")".'],
    ['(a', '', 'Expected a ")", found the end.'],
    ['a)', ')', 'Expected a "(" before this ")".'],
    ['a, b', ',', 'Expected a word, a comparison, and, or, or the end, found ",".'],
    ['= 5', '=', 'Expected a word or a comparison, found "=".'],
    ['a =', '', 'Expected a value after =, found the end.'],
    ['a =~ b', '~', 'Expected a value; one that starts with an operator needs quotes, found "~".'],
    ['a = f(x)', 'f', 'Expected a space after the value; a value with parentheses needs quotes.'],
    ['name "a', '"a', 'Expected " at the end of the quoted text.'],
    [
      'kid(a)',
      'kid',
      'Expected child, parent, ancestor, descendant, count or has before "("; a text with parentheses needs quotes.',
    ],
    ['in', 'in', 'Expected a word or a comparison; a word such as this one needs quotes, found "in".'],
    ['child()', ')', 'Expected a word or a comparison, found ")".'],
    ['has()', ')', 'Expected a key, found ")".'],
    ['has(a b)', 'b', 'Expected a ")", found "b".'],
    ['count(a)', '', 'Expected =, !=, >, >=, < or <= and a number after count(…), found the end.'],
    ['count(a) > b', 'b', 'Expected a whole number such as 10, found "b".'],
    ['resource. = x', 'resource.', 'Expected the name of a key.'],
    ['root."a" x', 'x', 'Expected an operator after the key: =, !=, >, >=, <, <=, ~, !~, in or has, found "x".'],
    ['x and duration > 250', '250', 'Expected a duration with a unit, such as 250ms, 1.5s, 2m or 80us.'],
    ['duration ~ 2', '~', 'Expected =, !=, >, >=, <, <= or in after duration.'],
    ['status > ok', '>', 'Expected =, !=, ~, !~ or in after status.'],
    ['status in (ok, eror)', 'eror', 'Expected a status: unset, ok or error.'],
    ['kind = "my kind"', '"my kind"', 'Expected a kind: internal, server, client, producer or consumer.'],
    ['severity > 25', '25', 'Expected a severity: trace, debug, info, warn, error, fatal, or a number from 1 to 24.'],
    ['start > now', 'now', 'Expected a time such as 2026-03-01T14:06:31Z, or milliseconds since the Unix epoch.'],
    ['pid = me', 'me', 'Expected a number.'],
    ['log ~ "(a"', '"(a"', 'Expected a ")" after each "(" of the pattern, or \\( for a parenthesis.'],
    ['('.repeat(33) + 'a', '(', 'Expected at most 32 levels of nesting.'],
    ['not '.repeat(33) + 'a', 'not', 'Expected at most 32 levels of nesting.'],
    ['a '.repeat(65), 'a', 'Expected at most 64 words and comparisons.'],
    [`${'k'.repeat(257)} = a`, 'k'.repeat(257), 'Expected a key of at most 256 characters.'],
    [`a in (${'b,'.repeat(256)}b)`, ',', 'Expected at most 256 values in a list.'],
    ['a'.repeat(8_193), 'a', 'Expected a query of at most 8192 characters.'],
  ] as const) {
    it(`points at its place: ${text.slice(0, 40)}`, () => {
      expect(failure(text).error).to.equal(sentence);
      expect(pointedAt(text)).to.equal(place);
    });
  }

  it('points behind the text if something is missing at its end', () => {
    expect(failure('status = ')).to.include({ at: 9, length: 0 });
  });

  it('shows no more than 40 characters of the text', () => {
    expect(failure(`a in ${'b'.repeat(500)}`).error).to.have.length.below(120);
  });
});
