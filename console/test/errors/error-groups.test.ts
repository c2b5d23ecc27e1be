import { expect } from 'chai';
import fc from 'fast-check';
import { runs } from '../../../test/property-runs.js';
import { errorGroup } from '../../src/api/schemas.js';
import { ErrorGroups } from '../../src/errors/error-groups.js';
import type { SpanRow } from '../../src/model/span-row.js';
import { childOf, exceptionEvent, logEvent, spanRow, traceRow } from '../model/rows.js';

const STACK = `TypeError: no rows for order 17
    at Query.run (/app/node_modules/pg/lib/query.js:10:3)
    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)
    at async loadOrder (/app/src/orders.js:42:9)
    at async handle (/app/src/server.js:7:1)`;

const ALL = { from: 0, to: 1e12 };

function groupsOf(...spans: SpanRow[]) {
  const errors = new ErrorGroups();
  errors.add(traceRow(spans), 1_000);
  return errors.groups(ALL, 1_000);
}

function failing(message: string, members: Partial<SpanRow> = {}): SpanRow {
  return spanRow({ status: 2, events: [exceptionEvent('TypeError', message, STACK)], ...members });
}

describe('ErrorGroups', () => {
  it('groups exceptions that differ in numbers, ids and quoted text', () => {
    const errors = new ErrorGroups();
    const ids = ['17', '18', '4711'].map((id) => id.repeat(16).slice(0, 32));
    for (const [index, traceId] of ids.entries()) {
      const span = failing(`no rows for order ${index + 17} of "customer ${index}"`, { traceId, name: 'load' });
      errors.add(traceRow([span]), 10_000 * (index + 1));
    }

    const [group, ...others] = errors.groups({ from: 0, to: 60_000 }, 60_000);

    expect(others).to.deep.equal([]);
    expect(errorGroup.parse(group)).to.deep.include({
      type: 'TypeError',
      message: 'no rows for order <n> of "<text>"',
      frame: 'async loadOrder (/app/src/orders.js:42:9)',
      count: 3,
      perMinute: 3,
      firstSeen: 10_000,
      lastSeen: 30_000,
      traces: ids.toReversed(),
    });
    expect(group!.latest).to.deep.include({
      message: 'no rows for order 19 of "customer 2"',
      stack: STACK,
      span: 'load',
    });
    expect(group!.spark).to.have.length(30);
    expect([5, 10, 15].map((part) => group!.spark[part])).to.deep.equal([1, 1, 1]);
  });

  it('distinguishes types and frames', () => {
    const spans = ['a.js', 'b.js'].map((file) =>
      spanRow({ events: [exceptionEvent('E', 'x', `E: x\n    at f (/app/${file}:1:1)`)] }),
    );

    expect(groupsOf(...spans, spanRow({ events: [exceptionEvent('F', 'x')] }))).to.have.length(3);
  });

  it('takes an exception from a log record', () => {
    const { attributes } = exceptionEvent('RangeError', 'too far');
    const [group] = groupsOf(spanRow({ events: [logEvent('failed', { attributes })] }));

    expect(group).to.include({ type: 'RangeError', message: 'too far', count: 1 });
  });

  it('counts an exception once that passes through several spans, and is logged there', () => {
    const root = failing('no rows');
    const middle = childOf(root, { status: 2 });
    const { attributes } = exceptionEvent('TypeError', 'no rows', STACK);
    const inner = childOf(middle, failing('no rows', { parentSpanId: middle.spanId, spanId: 'f'.repeat(16) }));
    const logged = { ...inner, events: [...inner.events, logEvent('failed', { attributes })] };

    const groups = groupsOf(root, middle, logged);

    expect(groups.map(({ count, latest }) => [count, latest.spanId])).to.deep.equal([[1, 'f'.repeat(16)]]);
  });

  it('names the service that a failed request was sent to, and groups all its paths', () => {
    const requests = ['/users/ada?key=1', '/users/grace'].map((path) =>
      spanRow({
        name: 'GET',
        kind: 2,
        status: 2,
        attributes: {
          'error.type': '503',
          'http.response.status_code': 503,
          'server.address': '10.0.0.7',
          'url.full': `http://10.0.0.7:8080${path}`,
        },
      }),
    );

    const [group, ...others] = groupsOf(...requests.map((request) => ({ ...request, parentSpanId: undefined })));

    expect(others).to.deep.equal([]);
    expect(group).to.include({ type: 'HTTP 503', message: 'GET 10.0.0.7', count: 2 });
    expect(group!.latest.message).to.equal('GET http://10.0.0.7:8080/users/grace');
  });

  it('takes the name of the span for a failed request without an address, and the status message before both', () => {
    const sent = { name: 'GET', kind: 2, status: 2, attributes: { 'server.address': 'db' } };

    const groups = [{ attributes: {} }, { kind: 1 }, { statusMessage: 'refused' }, {}].map(
      (members) => groupsOf(spanRow({ ...sent, ...members }))[0]!.message,
    );

    expect(groups).to.deep.equal(['GET', 'GET', 'refused', 'GET db']);
  });

  it('counts the same exception of several siblings by each of them', () => {
    const root = spanRow();
    const children = [1, 2, 3].map(() => childOf(root, { events: [exceptionEvent('E', 'x')] }));

    expect(groupsOf(root, ...children)[0]!.count).to.equal(3);
  });

  it('takes the status message of a span without an exception', () => {
    const root = spanRow({ status: 2, statusMessage: 'failed', name: 'root' });
    const inner = childOf(root, {
      status: 2,
      statusMessage: 'timeout after 300 ms',
      attributes: { 'error.type': 'Timeout' },
    });

    const groups = groupsOf(root, inner);

    expect(groups.map(({ type, message }) => [type, message])).to.deep.equal([['Timeout', 'timeout after <n> ms']]);
  });

  it('names an HTTP status that is recorded as the type of an error', () => {
    const refused = spanRow({ status: 2, name: 'POST', attributes: { 'error.type': '402' } });

    expect(groupsOf(refused).map(({ type, message }) => `${type} ${message}`)).to.deep.equal(['HTTP 402 POST']);
  });

  it('takes HTTP statuses of 500 and more', () => {
    const statuses = [499, 500, 503].map((status) =>
      spanRow({ name: 'GET /', attributes: { 'http.response.status_code': status } }),
    );

    expect(groupsOf(...statuses).map(({ type, message }) => `${type} ${message}`)).to.have.members([
      'HTTP 500 GET /',
      'HTTP 503 GET /',
    ]);
  });

  it('has nothing to say of a trace without errors', () => {
    expect(groupsOf(spanRow({ events: [logEvent('fine')] }))).to.deep.equal([]);
  });

  it('lists only groups of the window, the one seen last first', () => {
    const errors = new ErrorGroups();
    for (const [at, type] of [
      [1_000, 'A'],
      [2_000, 'B'],
      [3_000, 'C'],
    ] as const) {
      errors.add(traceRow([spanRow({ events: [exceptionEvent(type, 'x')] })]), at);
    }

    expect(errors.groups({ from: 2_000, to: 4_000 }, 4_000).map(({ type }) => type)).to.deep.equal(['C', 'B']);
  });

  it('keeps 20 traces of a group, the newest first, each once', () => {
    const errors = new ErrorGroups();
    const ids = Array.from({ length: 30 }, (_, i) => `${i}`);
    for (const traceId of [...ids, '25']) errors.add(traceRow([failing('x', { traceId })]), 0);

    const { traces } = errors.groups(ALL, 0)[0]!;

    expect(traces).to.have.length(20);
    expect(traces.slice(0, 3)).to.deep.equal(['25', '29', '28']);
  });

  it('drops the group that was seen least recently, and counts what it held', () => {
    const errors = new ErrorGroups({ maxGroups: 2 });
    for (const type of ['A', 'A', 'B', 'A', 'C']) {
      errors.add(traceRow([spanRow({ events: [exceptionEvent(type, 'x')] })]), 0);
    }

    expect(errors.groups(ALL, 0).map(({ type }) => type)).to.deep.equal(['C', 'A']);
    expect(errors.stats()).to.deep.equal({ groups: 2, maxGroups: 2, folded: 1 });
  });

  it('accounts for each occurrence, in any order of groups', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('A', 'B', 'C', 'D', 'E')), (types) => {
        const errors = new ErrorGroups({ maxGroups: 3 });
        for (const [now, type] of types.entries()) {
          errors.add(traceRow([spanRow({ events: [exceptionEvent(type, 'x')] })]), now * 500);
        }

        const counted = errors.groups(ALL, 1e6).reduce((sum, { count }) => sum + count, 0);

        expect(counted + errors.stats().folded).to.equal(types.length);
        expect(errors.stats().groups).to.be.at.most(3);
      }),
      { numRuns: runs(200) },
    );
  });

  it('forgets all when it is cleared, but never gives an id again', () => {
    const errors = new ErrorGroups();
    errors.add(traceRow([failing('x')]), 0);
    const [{ id }] = errors.groups(ALL, 0) as unknown as [{ id: number }];

    errors.clear();
    expect(errors.groups(ALL, 0)).to.deep.equal([]);

    errors.add(traceRow([failing('x')]), 0);
    expect(errors.groups(ALL, 0)[0]!.id).to.be.above(id);
  });
});
