import { inspect } from 'node:util';
import { diag } from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import { SpanCache } from '../../src/index.js';
import { newCache } from '../caches.js';
import { exporterOptions } from '../../src/cache/fanout/exporter-options.js';
import { listenToWarnings, startService } from '../scenarios/service.js';
import { InMemorySpanExporter } from '../sdk.js';

/* eslint-disable-next-line -- wrong types are the point */
type Wrong = any;

const cache = (options: Wrong) => () => new SpanCache(options);
const subscribe = (options: Wrong) => () => newCache().subscribe(options);
const subscribeCallback = (options: Wrong) => () => newCache().subscribe(() => {}, options);
const store = (options: Wrong) => () => newCache().store(options);
const exporter = (options: Wrong) => () => newCache().addExporter(new InMemorySpanExporter(), options);

const INTEGERS: [string, (options: Wrong) => () => unknown][] = [
  ['queueCapacity', cache],
  ['maxParkedSpans', cache],
  ['maxParkedBytes', cache],
  ['maxEventsPerSpan', cache],
  ['capacity', subscribe],
  ['capacity', subscribeCallback],
  ['capacity', store],
  ['maxBytes', subscribe],
  ['maxBytes', subscribeCallback],
  ['maxBytes', store],
  ['maxQueueSize', exporter],
  ['maxQueueBytes', exporter],
  ['maxExportBatchSize', exporter],
];

describe('Options', () => {
  for (const [option, make] of INTEGERS) {
    describe(option, () => {
      for (const value of [0, -1, 1.5, NaN, Infinity]) {
        it(`is a RangeError when ${value}`, () => {
          const message = `${option} must be a positive integer, got ${value} (number)`;
          expect(make({ [option]: value })).to.throw(RangeError, message);
        });
      }

      for (const [value, shown] of [
        ['5', "'5' (string)"],
        [null, 'null (null)'],
        [true, 'true (boolean)'],
        [5n, '5n (bigint)'],
      ]) {
        it(`is a TypeError when ${String(shown)}`, () => {
          const message = `${option} must be a positive integer, got ${String(shown)}`;
          expect(make({ [option]: value })).to.throw(TypeError, message);
        });
      }
    });
  }

  it('shows the beginning of a value that is long', () => {
    const value = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`member${index}`, index]));

    expect(cache({ queueCapacity: value as never })).to.throw(
      TypeError,
      /, got \{ member0: 0, .{180,190}… \(object\)$/,
    );
  });

  const OTHERS: [string, (options: Wrong) => () => unknown, unknown, typeof Error, string][] = [
    ['logRecords', cache, 'some', RangeError, "logRecords must be 'all', 'events' or a function, got 'some' (string)"],
    ['logRecords', cache, 1, TypeError, "logRecords must be 'all', 'events' or a function, got 1 (number)"],
    [
      'lateEvents',
      cache,
      'keep',
      RangeError,
      "lateEvents must be 'drop', 'orphan', 'amend' or { holdMillis } with a number of milliseconds from 1 to 2147483647, got 'keep' (string)",
    ],
    [
      'lateEvents',
      cache,
      null,
      TypeError,
      "'amend' or { holdMillis } with a number of milliseconds from 1 to 2147483647, got null (null)",
    ],
    ['lateEvents', cache, {}, TypeError, 'got {} (object)'],
    ['lateEvents', cache, { holdMillis: 0 }, RangeError, 'got { holdMillis: 0 } (object)'],
    ['lateEvents', cache, { holdMillis: NaN }, RangeError, 'got { holdMillis: NaN } (object)'],
    ['lateEvents', cache, { holdMillis: '1s' }, TypeError, "got { holdMillis: '1s' } (object)"],
    ['lateEvents', cache, { holdMillis: 1, hold: 2 }, TypeError, 'got { holdMillis: 1, hold: 2 } (object)'],
    [
      'maxParkedMillis',
      cache,
      0,
      RangeError,
      'maxParkedMillis must be a number of milliseconds from 1 to 2147483647, or Infinity, got 0 (number)',
    ],
    ['maxParkedMillis', cache, '5m', TypeError, "got '5m' (string)"],
    ['trackOpenSpans', cache, 1, TypeError, 'trackOpenSpans must be true or false, got 1 (number)'],
    ['sampling', cache, true, TypeError, 'sampling must be an object of sampling settings, got true (boolean)'],
    ['sampling', cache, null, TypeError, 'got null (null)'],
    ['sampling', cache, { ratio: 2 }, RangeError, 'ratio must be a number from 0 to 1, got 2 (number)'],
    [
      'sampling',
      cache,
      { minSeverity: 13 },
      TypeError,
      "unknown option 'minSeverity': an option must be one of enabled, ratio",
    ],
    ['filter', cache, [], TypeError, 'filter must be an object of filter settings, got [] (object)'],
    ['filter', cache, { minSeverity: 25 }, RangeError, 'minSeverity must be an integer from 0 to 24, got 25 (number)'],
    ['filter', cache, { ratio: 1 }, TypeError, "unknown option 'ratio': an option must be one of minSeverity, scopes"],
    [
      'selfObsMeterProvider',
      cache,
      {},
      TypeError,
      'selfObsMeterProvider must be a MeterProvider, with getMeter(), got {} (object)',
    ],
    ['selfObsMeterProvider', cache, null, TypeError, 'got null (null)'],
    ['unsampledSpans', cache, 1, TypeError, 'unsampledSpans must be true or false, got 1 (number)'],
    ['orphans', subscribe, 'yes', TypeError, "orphans must be true or false, got 'yes' (string)"],
    [
      'scheduledDelayMillis',
      exporter,
      -1,
      RangeError,
      'scheduledDelayMillis must be a number of milliseconds from 0 to 2147483647, got -1 (number)',
    ],
    [
      'exportTimeoutMillis',
      exporter,
      0,
      RangeError,
      'exportTimeoutMillis must be a number of milliseconds from 1 to 2147483647, got 0 (number)',
    ],
    ['exportTimeoutMillis', exporter, NaN, RangeError, 'got NaN (number)'],
    ['scheduledDelayMillis', exporter, '5s', TypeError, "got '5s' (string)"],
  ];

  for (const [option, make, value, error, message] of OTHERS) {
    it(`${option}: ${inspect(value)} is a ${error.name}`, () => {
      expect(make({ [option]: value })).to.throw(error as never, message);
    });
  }

  it('an unknown one is a TypeError that names the known ones', () => {
    const message = "unknown option 'maxParkedSpan': an option must be one of queueCapacity, maxParkedSpans";
    expect(cache({ maxParkedSpan: 1 })).to.throw(TypeError, message);
    expect(subscribe({ size: 1 })).to.throw(
      TypeError,
      "unknown option 'size': an option must be one of capacity, maxBytes, orphans, got 'size' (string)",
    );
    expect(store({ size: 1 })).to.throw(TypeError, "unknown option 'size': an option must be one of capacity");
    expect(exporter({ size: 1 })).to.throw(TypeError, "unknown option 'size': an option must be one of maxQueueSize");
  });

  it('that are no object are a TypeError', () => {
    for (const value of [null, 5, 'all', []]) {
      expect(cache(value)).to.throw(TypeError, 'options must be an object, got');
    }
    expect(subscribe(5)).to.throw(TypeError, 'options must be an object, got 5 (number)');
  });

  it('a batch larger than its queue is a RangeError, unless it is the default', () => {
    const message = 'maxExportBatchSize must be at most maxQueueSize (100), got 200 (number)';
    expect(exporter({ maxQueueSize: 100, maxExportBatchSize: 200 })).to.throw(RangeError, message);
    expect(exporter({ maxQueueSize: 100 })).not.to.throw();
  });

  describe('of an exporter that are left out', () => {
    const DEFAULTS = exporterOptions({}, {});
    const warn = sinon.spy();

    beforeEach(() => {
      warn.resetHistory();
      listenToWarnings(warn);
    });

    afterEach(() => diag.disable());

    const warnings = () => warn.args.map(([, message]) => message as string);

    it('are read from the variables of the SDK', () => {
      const env = {
        OTEL_BSP_MAX_QUEUE_SIZE: '2000',
        OTEL_BSP_MAX_EXPORT_BATCH_SIZE: ' 100 ',
        OTEL_BSP_SCHEDULE_DELAY: '1000',
        OTEL_BSP_EXPORT_TIMEOUT: '20000',
      };

      expect(exporterOptions({}, env)).to.deep.equal({
        ...DEFAULTS,
        maxQueueSize: 2_000,
        maxExportBatchSize: 100,
        scheduledDelayMillis: 1_000,
        exportTimeoutMillis: 20_000,
      });
      expect(warnings()).to.deep.equal([]);
    });

    it('are read when the exporter is added', async () => {
      process.env['OTEL_BSP_MAX_EXPORT_BATCH_SIZE'] = '2';
      const { cache: added, start } = startService();
      const exported: number[] = [];
      try {
        added.addExporter({
          export: (spans, done) => {
            exported.push(spans.length);
            done({ code: 0 });
          },
          shutdown: async () => {},
        });
      } finally {
        delete process.env['OTEL_BSP_MAX_EXPORT_BATCH_SIZE'];
      }
      for (let i = 0; i < 4; i++) start('job').end();

      await added.forceFlush();

      expect(exported).to.deep.equal([2, 2]);
    });

    it('are overridden by options in code', () => {
      const env = { OTEL_BSP_MAX_QUEUE_SIZE: '2000', OTEL_BSP_SCHEDULE_DELAY: 'soon' };

      const resolved = exporterOptions({ maxQueueSize: 3_000, scheduledDelayMillis: 5 }, env);

      expect(resolved).to.deep.equal({ ...DEFAULTS, maxQueueSize: 3_000, scheduledDelayMillis: 5 });
      expect(warnings()).to.deep.equal([]);
    });

    it('have their defaults where a variable is empty', () => {
      expect(exporterOptions({}, { OTEL_BSP_MAX_QUEUE_SIZE: ' ', OTEL_BSP_EXPORT_TIMEOUT: '' })).to.deep.equal(
        DEFAULTS,
      );
      expect(warnings()).to.deep.equal([]);
    });

    for (const [variable, text, message] of [
      ['OTEL_BSP_MAX_QUEUE_SIZE', '0', 'must be an integer from 1, got 0 (number); the default is used'],
      ['OTEL_BSP_MAX_EXPORT_BATCH_SIZE', '1.5', 'must be a positive integer, got 1.5 (number); the default is used'],
      [
        'OTEL_BSP_SCHEDULE_DELAY',
        '5s',
        "must be a number of milliseconds from 0 to 2147483647, got '5s' (string); the default is used",
      ],
      [
        'OTEL_BSP_EXPORT_TIMEOUT',
        '-1',
        'must be a number of milliseconds from 1 to 2147483647, got -1 (number); the default is used',
      ],
      [
        'OTEL_BSP_MAX_EXPORT_BATCH_SIZE',
        '5000',
        'must be at most maxQueueSize (4096), got 5000 (number); 4096 is used',
      ],
    ] as const) {
      it(`are reported, and throw nothing, where ${variable} is ${text}`, () => {
        const resolved = exporterOptions({}, { [variable]: text });

        const expected = text === '5000' ? { ...DEFAULTS, maxExportBatchSize: 4_096 } : DEFAULTS;
        expect(resolved).to.deep.equal(expected);
        expect(warnings()).to.deep.equal([`${variable} ${message}`]);
      });
    }

    it('never make an option in code invalid', () => {
      const resolved = exporterOptions({ maxExportBatchSize: 200 }, { OTEL_BSP_MAX_QUEUE_SIZE: '100' });

      expect(resolved).to.include({ maxQueueSize: 4_096, maxExportBatchSize: 200 });
      expect(warnings()).to.deep.equal([
        'OTEL_BSP_MAX_QUEUE_SIZE must be an integer from 200, got 100 (number); the default is used',
      ]);
    });
  });

  it('an exporter without its methods is a TypeError', () => {
    const add = (value: Wrong) => () => newCache().addExporter(value);
    const message = 'exporter must be an object with export() and shutdown(), got';
    for (const value of [undefined, null, 5, {}, { export() {} }]) {
      expect(add(value)).to.throw(TypeError, message);
    }
  });

  it('in the place of a callback, or after one that is not a function, are a TypeError, and nothing is subscribed', () => {
    const { cache } = startService();
    const subscribe =
      (...args: Wrong[]) =>
      () =>
        (cache.subscribe as (...args: Wrong[]) => unknown)(...args);

    expect(subscribe({ orphans: true }, () => {})).to.throw(
      TypeError,
      'callback must be a function, got { orphans: true } (object)',
    );
    expect(subscribe(undefined, { orphans: true })).to.throw(TypeError, 'callback must be a function, got undefined');
    expect(subscribe(null)).to.throw(TypeError, 'options must be an object, got null');
    expect(cache.stats().subscriptions).to.deep.equal([]);
  });

  it('that are undefined take their defaults', () => {
    expect(cache({ queueCapacity: undefined, lateEvents: undefined })).not.to.throw();
  });
});
