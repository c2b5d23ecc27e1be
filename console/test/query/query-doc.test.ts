import { expect } from 'chai';
import { DocPage, namesIn } from '../../../test/doc-page.js';
import type { SpanRow } from '../../src/model/span-row.js';
import { Query, queryParser } from '../../src/query/index.js';
import { KEYS } from '../../src/query/keys.js';
import { Matcher } from '../../src/query/pattern/matcher.js';
import {
  MAX_DEPTH,
  MAX_KEY_LENGTH,
  MAX_LENGTH,
  MAX_LIST,
  MAX_TERMS,
  OPERATORS,
  RELATIONS,
} from '../../src/query/syntax.js';
import { halfOfDuration, logEvent, spanRow, traceRow } from './rows.js';

const PAGE = new DocPage('console/docs/query.md');
const parse = queryParser(halfOfDuration);

/** The trace that the page shows. */
function shownTrace() {
  const root = spanRow({
    name: 'POST /orders',
    kind: 1,
    duration: 209,
    status: 2,
    attributes: { 'http.route': '/orders', 'http.response.status_code': 402 },
  });
  const below = (parent: SpanRow, name: string, fields: Partial<SpanRow>) =>
    spanRow({ name, parentSpanId: parent.spanId, ...fields });
  const charge = below(root, 'charge card', {
    duration: 65,
    status: 2,
    attributes: { 'user.id': '42' },
    events: [logEvent('timeout after 50 ms', 17)],
  });
  const database = (text: string) => ({ 'db.system.name': 'postgresql', 'db.query.text': text });
  return traceRow(
    root,
    below(root, 'check stock', {
      duration: 12,
      attributes: { tags: ['fast', 'cached'] },
      events: [logEvent('stock reserved', 9)],
    }),
    below(root, 'pg.query SELECT', { kind: 2, duration: 24, attributes: database('SELECT * FROM orders') }),
    below(root, 'pg.query INSERT', { kind: 2, duration: 18, attributes: database('INSERT INTO orders') }),
    charge,
    below(charge, 'POST /charges', {
      kind: 2,
      duration: 60,
      status: 2,
      attributes: { 'http.response.status_code': 504 },
    }),
  );
}

function tablesWith(header: string): string[][] {
  return PAGE.text
    .split(header)
    .slice(1)
    .flatMap((text) => /^\n\|[ -|]+\n((?:\|.*\n)+)/.exec(text)![1]!.trim().split('\n'))
    .map((row) =>
      row
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

function parsed(text: string): Query {
  const query = parse(text);
  if (!(query instanceof Query)) throw new Error(`${text}: ${query.error}`);
  return query;
}

describe('console/docs/query.md', () => {
  const examples = tablesWith('| Query | Spans it finds |').map(([query, spans]) => [query!.slice(1, -1), spans!]);

  it('has examples', () => {
    expect(examples).to.have.length.above(30);
  });

  for (const [text, spans] of examples as [string, string][]) {
    it(`says what this finds: ${text}`, () => {
      const trace = shownTrace();
      const query = parsed(text);

      const found = trace.spans.filter((span) => query.matchesSpan(span, trace)).map(({ name }) => name);

      expect(found.join(', ') || 'none').to.equal(spans);
      expect(query.matchesTrace(trace)).to.equal(spans !== 'none');
    });
  }

  it('has the keys that there are, each with a valid example', () => {
    const rows = tablesWith('| Key | Value | Example |');

    expect(namesIn(rows)).to.deep.equal([...Object.keys(KEYS), 'resource.…', 'root.…']);
    for (const [, , example] of rows) parsed(example!.slice(1, -1));
  });

  it('has the operators and functions that there are, each with a valid example', () => {
    const operators = tablesWith('| Operator | Meaning | Example |');
    const functions = tablesWith('| Function | Holds for a span if | Example |');

    expect(namesIn(operators)).to.have.members([...OPERATORS]);
    expect(namesIn(functions)).to.deep.equal([...RELATIONS.map((name) => `${name}(…)`), 'count(…) > n']);
    for (const [, , example] of [...operators, ...functions]) parsed(example!.slice(1, -1));
  });

  it('names parts of patterns that the matcher supports', () => {
    const names = namesIn(tablesWith('| In a pattern | Meaning |')).map((name) => name.replaceAll('\\|', '|'));

    expect(names).to.include.members(['.', '\\d', 'a{2,5}', '(?:a)', 'a|b']);
    for (const name of names) expect(() => new Matcher(name), name).not.to.throw();
  });

  it('has the limits that there are', () => {
    const written = tablesWith('| Limit | |').map(([, limit]) => Number(limit!.replace(',', '')));

    expect(written).to.deep.equal([MAX_LENGTH, MAX_TERMS, MAX_DEPTH, MAX_LIST, MAX_KEY_LENGTH]);
  });

  it('has no query in its text that is not valid', () => {
    const inText = [...PAGE.text.matchAll(/`([^`\n]*(?: [=~] )[^`\n]*)`/g)].map(([, text]) => text!);

    expect(inText).to.have.length.above(40);
    for (const text of inText) if (!text.includes('…')) parsed(text);
  });
});
