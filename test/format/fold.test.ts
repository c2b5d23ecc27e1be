import { expect } from 'chai';
import fc from 'fast-check';
import { formatTrace, type FormatTraceOptions, type ReadableSpan } from '../../src/index.js';
import { traces } from '../register/printed-traces.js';

interface Told {
  id: number;
  parent?: number;
  name: string;
  /** Milliseconds. */
  from?: number;
  to?: number;
  attributes?: object;
  scope?: string;
  others?: object;
}

const MIDDLEWARE = { 'express.type': 'middleware', 'express.name': 'json' };
const idOf = (id: number) => String(id).padStart(16, '0');

function span({ id, parent, name, from = 0, to = from, attributes = {}, scope = 'shop', others }: Told): ReadableSpan {
  return {
    name,
    kind: 0,
    spanContext: () => ({ traceId: 'a'.repeat(32), spanId: idOf(id), traceFlags: 1 }),
    parentSpanContext:
      parent === undefined ? undefined : { traceId: 'a'.repeat(32), spanId: idOf(parent), traceFlags: 1 },
    startTime: [0, from * 1e6],
    endTime: [0, to * 1e6],
    status: { code: 0 },
    attributes,
    events: [],
    instrumentationScope: { name: scope },
    ...others,
  } as unknown as ReadableSpan;
}

const exception = (message: string) => ({
  name: 'exception',
  time: [0, 0],
  attributes: { 'exception.message': message },
});
const server = { id: 1, name: 'GET /', to: 100 };

/** The lines below the first one, without times. */
function shown(spans: readonly Told[], options?: FormatTraceOptions): string[] {
  return traces(formatTrace(spans.map(span), options))
    .split('\n')
    .slice(1);
}

describe('formatTrace() folds', () => {
  it('layers of frameworks, whose children move up, and shows their number and duration', () => {
    const spans = [
      server,
      { id: 2, parent: 1, name: 'middleware - json', to: 2, attributes: MIDDLEWARE },
      { id: 3, parent: 1, name: 'middleware - auth', from: 2, to: 90, attributes: MIDDLEWARE },
      { id: 4, parent: 3, name: 'SELECT', from: 3, to: 89 },
    ];

    expect(formatTrace(spans.map(span)).split('\n')[0]).to.include('4 spans');
    expect(shown(spans)).to.deep.equal(['GET /', '│ ⋯ 2 framework spans, 4 ms', '└─ SELECT']);
    expect(shown(spans, { fold: false })).to.have.length(4);
  });

  it('the steps of opening a connection', () => {
    const scope = '@opentelemetry/instrumentation-net';

    expect(shown([server, { id: 2, parent: 1, name: 'tcp.connect', to: 5, scope }])).to.deep.equal([
      'GET /',
      '  ⋯ 1 connection span, 5 ms',
    ]);
  });

  it('a layer whose exception is shown below it', () => {
    const events = [exception('no stock')];
    const spans = [
      server,
      { id: 2, parent: 1, name: 'middleware', to: 2, attributes: MIDDLEWARE, others: { events } },
      { id: 3, parent: 2, name: 'load', to: 2, others: { events } },
    ];

    expect(shown(spans).join('\n')).to.equal('GET /\n│ ⋯ 1 framework span, 0 µs\n└─ load\n     no stock');
  });

  describe('but shows a layer', () => {
    const KEPT: [why: string, told: Partial<Told>][] = [
      ['that failed', { others: { status: { code: 2 } } }],
      [
        'that has a log line',
        { others: { events: [{ name: 'log', body: 'line', time: [0, 0], observedTime: [0, 0] }] } },
      ],
      ['that has an event', { others: { events: [{ name: 'found', time: [0, 0] }] } }],
      ['whose exception is shown nowhere else', { others: { events: [exception('no stock')] } }],
      ['with an attribute of the application', { attributes: { ...MIDDLEWARE, 'customer.id': 7 } }],
      ['that has not ended', { others: { ended: false } }],
      ['that is slow by itself', { to: 10 }],
      ['whose parent is missing', { parent: 9 }],
      ['that is no internal span', { others: { kind: 1 } }],
      ['whose times cannot be read, and is no layer', { attributes: {}, others: { startTime: undefined } }],
    ];
    for (const [why, told] of KEPT) {
      it(why, () => {
        const lines = shown([server, { id: 2, parent: 1, name: 'layer', to: 1, attributes: MIDDLEWARE, ...told }]);

        expect(lines.filter((line) => /─ layer/.test(line))).to.have.length(1);
        expect(lines.join()).to.not.include('framework');
      });
    }
  });

  it('neither spans with information of their own nor the only sign of an exception, and counts all spans', () => {
    const log = { name: 'line', time: [0, 0], observedTime: [0, 0], body: 'line', severityNumber: 9 };
    const others: Record<string, object> = {
      failed: { status: { code: 2 } },
      open: { ended: false },
      logged: { events: [log] },
      event: { events: [{ name: 'found', time: [0, 0] }] },
      own: { attributes: { ...MIDDLEWARE, 'customer.id': 7 } },
      slow: { endTime: [0, 60e6] },
      one: { events: [exception('no stock')] },
      two: { events: [exception('no money'), exception('no stock')] },
      layer: {},
      connection: { instrumentationScope: { name: '@opentelemetry/instrumentation-net' } },
    };
    const quiet = ['one', 'two', 'layer', 'connection'];
    const made = fc.array(fc.record({ kind: fc.constantFrom(...Object.keys(others)), parent: fc.nat(12) }), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(made, (all) => {
        const spans = all.map(({ kind, parent }, i): Told => {
          // A slow span has no children, which its time would be that of.
          const above = all[parent % (i + 1)]?.kind === 'slow' || parent % (i + 1) === i ? 1 : (parent % (i + 1)) + 2;
          return {
            id: i + 2,
            parent: above,
            name: `${kind}-${i}`,
            to: 1,
            attributes: MIDDLEWARE,
            others: others[kind]!,
          };
        });
        const text = formatTrace([{ ...server, to: 1_000 }, ...spans].map(span));

        for (const { name } of spans) {
          if (!quiet.some((kind) => name.startsWith(kind))) expect(text).to.match(new RegExp(`${name}\\b`));
        }
        for (const message of ['no stock', 'no money']) {
          const isTold = all.some(({ kind }) => kind === 'two' || (kind === 'one' && message === 'no stock'));
          expect(text.includes(message), message).to.equal(isTold);
        }
        expect(text).to.include(` ${spans.length + 1} span`);
        const folded = [...text.matchAll(/⋯ (\d+) (?:framework|connection)/g)].reduce(
          (sum, [, count]) => sum + Number(count),
          0,
        );
        const shownCount = spans.filter(({ name }) => new RegExp(`${name}(?!\\d)`).test(text)).length;
        expect(shownCount + folded).to.equal(spans.length);
      }),
    );
  });

  it('handles a chain of layers of any depth', () => {
    const layers = Array.from({ length: 20_000 }, (_, i) => ({
      id: i + 2,
      parent: i + 1,
      name: 'layer',
      attributes: MIDDLEWARE,
    }));

    expect(shown([server, ...layers])).to.deep.equal(['GET /', '  ⋯ 20000 framework spans, 0 µs']);
  });
});
