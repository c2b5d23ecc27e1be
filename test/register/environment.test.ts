import { expect } from 'chai';
import { SpanCache } from '../../src/index.js';
import { cacheOptions } from '../../src/cache/options.js';
import { readSettings, VARIABLES } from '../../src/register/environment.js';

/** The settings and warnings that follow from an environment. */
function read(env: Record<string, string>): { cache: object; print: string | false; warnings: string[] } {
  const warnings: string[] = [];
  const { cache, print } = readSettings(env, (message) => warnings.push(message));
  return { cache, print, warnings };
}

describe('The variables', () => {
  it('exist for every option of the cache that is not a function, and for the members of two options', () => {
    const inCode = ['selfObsMeterProvider', 'sampling', 'filter'];
    const ofThose = ['samplingRatio', 'minSeverity', 'includeScopes', 'excludeScopes'];
    const ofRegister = [
      'print',
      'printOnly',
      'maxUnprintedBytes',
      'console',
      'sigintTimeoutMillis',
      'sigtermTimeoutMillis',
    ];

    const options = [...VARIABLES.values()].map(({ option }) => option);

    const ofCache = Object.keys(cacheOptions()).filter((name) => !inCode.includes(name));
    expect(options).to.have.members([...ofCache, ...ofThose, ...ofRegister]);
  });

  it('are named after their option', () => {
    expect([...VARIABLES.keys()]).to.include.members(['OTEL_SPAN_CACHE_QUEUE_CAPACITY', 'OTEL_SPAN_CACHE_PRINT']);
  });

  it('have no effect when unset or empty, as the specification requires', () => {
    const empty = { OTEL_SPAN_CACHE_QUEUE_CAPACITY: '', OTEL_SPAN_CACHE_PRINT: ' ' };

    expect(read(empty)).to.deep.equal({ cache: {}, print: false, warnings: [] });
  });

  const RIGHT: [variable: string, text: string, option: string, value: unknown][] = [
    ['OTEL_SPAN_CACHE_QUEUE_CAPACITY', ' 1 ', 'queueCapacity', 1],
    ['OTEL_SPAN_CACHE_MAX_PARKED_MILLIS', 'Infinity', 'maxParkedMillis', Infinity],
    ['OTEL_SPAN_CACHE_LOG_RECORDS', 'events', 'logRecords', 'events'],
    ['OTEL_SPAN_CACHE_LATE_EVENTS', 'amend', 'lateEvents', 'amend'],
    ['OTEL_SPAN_CACHE_LATE_EVENTS', '{ "holdMillis": 50 }', 'lateEvents', { holdMillis: 50 }],
    ['OTEL_SPAN_CACHE_UNSAMPLED_SPANS', 'FALSE', 'unsampledSpans', false],
    ['OTEL_SPAN_CACHE_UNSAMPLED_SPANS', '0', 'unsampledSpans', false],
    ['OTEL_SPAN_CACHE_TRACK_OPEN_SPANS', '1', 'trackOpenSpans', true],
    ['OTEL_SPAN_CACHE_SAMPLING_RATIO', '0.1', 'sampling', { enabled: true, ratio: 0.1 }],
    ['OTEL_SPAN_CACHE_SAMPLING_RATIO', '1', 'sampling', { enabled: true, ratio: 1 }],
    ['OTEL_SPAN_CACHE_MIN_SEVERITY', '13', 'filter', { minSeverity: 13 }],
    ['OTEL_SPAN_CACHE_INCLUDE_SCOPES', 'shop*', 'filter', { scopes: { include: ['shop*'] } }],
    ['OTEL_SPAN_CACHE_EXCLUDE_SCOPES', '@acme/*, 42,', 'filter', { scopes: { exclude: ['@acme/*', '42'] } }],
  ];
  for (const [variable, text, option, value] of RIGHT) {
    it(`${variable}=${text} is ${option} ${JSON.stringify(value)}`, () => {
      expect(read({ [variable]: text })).to.deep.equal({ cache: { [option]: value }, print: false, warnings: [] });
    });
  }

  for (const [text, setting] of [
    ['1', true],
    ['true', true],
    ['4390', 4_390],
    ['0', false],
    ['FALSE', false],
  ] as const) {
    it(`set the console to ${setting} with OTEL_SPAN_CACHE_CONSOLE=${text}`, () => {
      expect(readSettings({ OTEL_SPAN_CACHE_CONSOLE: text }, expect.fail).console).to.equal(setting);
    });
  }

  it('start no console by default, and accept the variable that this package sets itself', () => {
    expect(readSettings({ OTEL_SPAN_CACHE_CONSOLE_PROCESS: '4711' }, expect.fail).console).to.equal(false);
  });

  for (const [text, format] of [
    ['1', 'tree'],
    ['true', 'tree'],
    ['True', 'tree'],
    ['tree', 'tree'],
    ['json', 'json'],
    ['0', false],
  ] as const) {
    it(`print ${format || 'nothing'} with OTEL_SPAN_CACHE_PRINT=${text}`, () => {
      expect(read({ OTEL_SPAN_CACHE_PRINT: text }).print).to.equal(format);
    });
  }

  const ONLY: [text: string, only: object][] = [
    ['errors', { errors: true }],
    ['slower=200ms', { slowerThanMillis: 200 }],
    ['slower=200', { slowerThanMillis: 200 }],
    ['errors,slower=1.5s', { errors: true, slowerThanMillis: 1_500 }],
    [' errors , slower=2s, name=orders', { errors: true, slowerThanMillis: 2_000, name: /orders/u }],
    ['slower=1s,errors', { slowerThanMillis: 1_000, errors: true }],
    ['name=^GET /(a|b),{1,2}$', { name: /^GET \/(a|b),{1,2}$/u }],
    ['errors,slower=2s,name=orders', { errors: true, slowerThanMillis: 2_000, name: /orders/u }],
  ];
  for (const [text, only] of ONLY) {
    it(`filter printed traces by OTEL_SPAN_CACHE_PRINT_ONLY=${text}`, () => {
      expect(readSettings({ OTEL_SPAN_CACHE_PRINT_ONLY: text }, expect.fail).printOnly).to.deep.equal(only);
    });
  }

  it('of the filter form one option together', () => {
    const { cache } = read({
      OTEL_SPAN_CACHE_MIN_SEVERITY: '9',
      OTEL_SPAN_CACHE_EXCLUDE_SCOPES: 'a',
      OTEL_SPAN_CACHE_INCLUDE_SCOPES: 'b',
    });

    expect(cache).to.deep.equal({ filter: { minSeverity: 9, scopes: { include: ['b'], exclude: ['a'] } } });
    expect(() => new SpanCache(cache)).not.to.throw();
  });

  const WRONG: [variable: string, text: string, expected: string][] = [
    ['OTEL_SPAN_CACHE_QUEUE_CAPACITY', '0', 'must be a positive integer, got 0 (number)'],
    ['OTEL_SPAN_CACHE_QUEUE_CAPACITY', '1k', "must be a positive integer, got '1k' (string)"],
    ['OTEL_SPAN_CACHE_PRINT', 'yes', "must be true, false, 'tree' or 'json', got 'yes' (string)"],
    ['OTEL_SPAN_CACHE_CONSOLE', 'yes', "must be true, false or a port from 1 to 65535, got 'yes' (string)"],
    ['OTEL_SPAN_CACHE_CONSOLE', '65536', 'must be true, false or a port from 1 to 65535, got 65536 (number)'],
    [
      'OTEL_SPAN_CACHE_PRINT_ONLY',
      'error',
      'must be a comma-separated list of errors, slower=200ms and, last, name=<regular expression>',
    ],
    ['OTEL_SPAN_CACHE_PRINT_ONLY', 'errors,slower=fast', "got 'errors,slower=fast' (string)"],
    ['OTEL_SPAN_CACHE_PRINT_ONLY', 'name=(', "got 'name=(' (string)"],
    ['OTEL_SPAN_CACHE_SAMPLING_RATIO', '10%', "must be a number from 0 to 1, got '10%' (string)"],
    ['OTEL_SPAN_CACHE_SAMPLING_RATIO', '1.5', 'must be a number from 0 to 1, got 1.5 (number)'],
    ['OTEL_SPAN_CACHE_MIN_SEVERITY', 'WARN', "must be an integer from 0 to 24, got 'WARN' (string)"],
    [
      'OTEL_SPAN_CACHE_EXCLUDE_SCOPES',
      ', ,',
      "must be a comma-separated list of instrumentation scopes, got ', ,' (string)",
    ],
    ['OTEL_SPAN_CACHE_LOG_RECORDS', 'some', "must be 'all' or 'events', got 'some' (string)"],
    ['OTEL_SPAN_CACHE_LATE_EVENTS', '{ holdMillis: 5 }', `got '{ holdMillis: 5 }' (string)`],
    ['OTEL_SPAN_CACHE_LATE_EVENTS', '{ "holdMillis": 0 }', 'got { holdMillis: 0 } (object)'],
  ];
  for (const [variable, text, expected] of WRONG) {
    it(`warn of ${variable}=${text}, and leave the default`, () => {
      const { cache, print, warnings } = read({ [variable]: text });

      expect({ cache, print }).to.deep.equal({ cache: {}, print: false });
      expect(warnings).to.have.length(1);
      expect(warnings[0])
        .to.match(new RegExp(`^${variable} must be .*; the default is used$`))
        .and.to.include(expected);
    });
  }

  it('warn of an unknown one with the prefix of this package only', () => {
    const { warnings } = read({
      OTEL_SPAN_CACHE_QUEUE_SIZE: '1',
      OTEL_SPAN_CACHEPRINT: '1',
      OTEL_BSP_MAX_QUEUE_SIZE: 'x',
    });

    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.match(
      /^unknown variable OTEL_SPAN_CACHE_QUEUE_SIZE: expected one of OTEL_SPAN_CACHE_QUEUE_CAPACITY, /,
    );
  });
});
