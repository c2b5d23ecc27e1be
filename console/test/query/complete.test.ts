import { expect } from 'chai';
import { complete, Query, queryParser, ValueIndex } from '../../src/query/index.js';
import { bigTrace, halfOfDuration, spanRow } from './rows.js';
import { VALID } from './queries.js';

const parse = queryParser(halfOfDuration);

function indexed(): ValueIndex {
  const values = new ValueIndex();
  for (const span of bigTrace(100).spans) values.add(span);
  values.add(spanRow({ attributes: { 'odd key': 'a b', name: 'x', 'http.route': '/a(b)' } }));
  return values;
}

const values = indexed();

/** Items at the `|` of the text. */
function itemsAt(text: string): string[] {
  return complete(text.replace('|', ''), text.indexOf('|'), values).items.map((item) => item.text);
}

/** The text with the first item in it. */
function accept(text: string): string {
  const whole = text.replace('|', '');
  const { from, to, items } = complete(whole, text.indexOf('|'), values);
  return whole.slice(0, from) + items[0]!.text + whole.slice(to);
}

describe('complete()', () => {
  it('completes a key, the frequent before the rare', () => {
    expect(itemsAt('http.r|')).to.deep.equal(['http.route', 'http.request.method', 'http.response.status_code']);
    expect(accept('stat|')).to.equal('status');
    expect(accept('status = error and db.sys|')).to.equal('status = error and db.system.name');
  });

  it('replaces the whole token that the cursor is in', () => {
    expect(accept('htt|p.rout = /orders')).to.equal('http.route = /orders');
    expect(accept('http.route = /or|ders')).to.match(/^http.route = \/orders/);
    expect(accept('name = "pg.q|uery x"')).to.equal('name = "pg.query SELECT"');
  });

  it('offers the operators that the key has', () => {
    expect(itemsAt('duration |')).to.deep.equal(['=', '!=', '>', '>=', '<', '<=', 'in', 'and', 'or']);
    expect(itemsAt('status |')).to.include.members(['=', '~']).and.not.include('>');
    expect(itemsAt('count(a) |')).to.deep.equal(['=', '!=', '>', '>=', '<', '<=']);
  });

  it('offers values with their counts, in quotes if they need them', () => {
    expect(complete('http.request.method = ', 22, values).items).to.deep.equal([
      { text: 'GET', kind: 'value', count: 67 },
    ]);
    expect(itemsAt('status = |')).to.have.members(['unset', 'ok', 'error']);
    expect(itemsAt('severity >= w|')).to.deep.equal(['warn']);
    expect(itemsAt('kind in (server, c|')).to.include('client');
    expect(itemsAt('http.route = "/a|')).to.include('"/a(b)"');
    expect(itemsAt('service = |')).to.deep.equal(['shop']);
    expect(itemsAt('pid = |')).to.deep.equal(['4711']);
    expect(itemsAt('resource.deployment.environment = |')).to.deep.equal(['staging']);
    expect(itemsAt('root.name = "GET|')).to.include('"GET /orders/:id"');
    expect(itemsAt('duration > |')).to.include('100ms');
  });

  it('writes keys so that they refer to the seen attribute', () => {
    expect(itemsAt('odd|')).to.include('"odd key"').and.include('resource."odd key"');
    expect(itemsAt('has(nam|')).to.include('"name"').and.include('name');
    expect(itemsAt('"name" = |')).to.deep.equal(['x']);
  });

  it('offers only items that fit the existing text', () => {
    expect(itemsAt('s| = error')).to.include('status').and.not.include('self').and.not.include('child(');
    expect(itemsAt('status |= error')).to.include('!=').and.not.include('in');
    expect(itemsAt('status | in (ok)')).to.not.include('=');
  });

  it('still helps in a query with an error elsewhere', () => {
    expect(itemsAt('stat| = error and duration > 5')).to.include('status');
    expect(accept('(a or http.rou|')).to.equal('(a or http.route');
  });

  it('starts another term behind one, once a part of it is typed', () => {
    expect(accept('status = error db.sys|')).to.equal('status = error db.system.name');
    expect(accept('((timeout dur|')).to.equal('((timeout duration');
    expect(itemsAt('timeout |')).to.include('and').and.not.include('duration');
  });

  it('takes no notice of values that do not fit elsewhere', () => {
    expect(accept('name ~ "(" and http.rou|')).to.equal('name ~ "(" and http.route');
    expect(itemsAt('kind = | and duration > 5')).to.include('server');
  });

  it('is soon done in a query as long as it may be', () => {
    const text = `${`route ~ "^/${'x'.repeat(100)}.*$" or `.repeat(63)}http.route = `;
    const before = process.cpuUsage();

    expect(complete(text, text.length, values).items).to.have.length.above(1);

    expect(process.cpuUsage(before).user / 1_000).to.be.below(500);
  });

  it('offers functions and relations', () => {
    expect(itemsAt('chi|')).to.deep.equal(['child(']);
    expect(itemsAt('not desc|')).to.deep.equal(['descendant(']);
  });

  it('offers at most 50 items of thousands', () => {
    const many = new ValueIndex();
    for (let index = 0; index < 3_000; index++) many.add(spanRow({ attributes: { route: `/r${index}` } }));

    expect(complete('route = /r', 10, many).items).to.have.length(50);
  });

  for (const text of VALID) {
    it(`offers only what parses, anywhere in: ${text}`, () => {
      let tried = 0;
      for (let at = 0; at <= text.length; at++) {
        const { from, to, items } = complete(text, at, values);
        for (const item of items) {
          const after = text.slice(to);
          const result = parse(text.slice(0, from) + item.text + after);
          const endsEarly =
            !(result instanceof Query) && after.trim() === '' && result.error.endsWith('found the end.');
          if (!endsEarly) expect(result, `${item.text} at ${at}`).to.be.instanceOf(Query);
          tried++;
        }
      }
      expect(tried).to.be.above(10);
    });
  }
});
