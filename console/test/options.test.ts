import { expect } from 'chai';
import { resolveOptions, type ConsoleOptions } from '../src/options.js';

const TOKEN = 'Zk3v9QwLr0aXb7TnYc5uEe';

describe('The options of serveConsole()', () => {
  it('have defaults', () => {
    expect(resolveOptions()).to.deep.equal({
      port: 4_380,
      host: undefined,
      allowedHosts: [],
      token: undefined,
      viewToken: undefined,
      redact: undefined,
      otlpPort: undefined,
      keep: 'always',
      maxSpans: 100_000,
      maxBytes: 100_663_296,
      worker: true,
      announce: true,
    });
  });

  it('are taken as given', () => {
    const given = {
      port: 0,
      host: '0.0.0.0',
      allowedHosts: ['shop.internal', '10.0.0.7', '[fd00::1]'],
      token: TOKEN,
      viewToken: '0123456789abcdef0123456789abcdef',
      redact: [/iban/],
      otlpPort: 0,
      keep: 'watched',
      maxSpans: 1,
      maxBytes: 1,
      worker: false,
      announce: () => {},
    } satisfies ConsoleOptions;

    expect(resolveOptions(given)).to.deep.equal(given);
  });

  const WRONG: [options: object | null, kind: typeof TypeError | typeof RangeError, message: string][] = [
    [null, TypeError, 'options must be an object, got null (null)'],
    [
      { prot: 1 },
      TypeError,
      "unknown option 'prot': an option must be one of port, otlpPort, host, allowedHosts, token, viewToken, redact, keep, maxSpans, maxBytes, worker, announce, got 'prot' (string)",
    ],
    [{ port: '4380' }, TypeError, "port must be an integer from 0 to 65535, got '4380' (string)"],
    [{ port: 65_536 }, RangeError, 'port must be an integer from 0 to 65535, got 65536 (number)'],
    [{ port: 1.5 }, RangeError, 'port must be an integer from 0 to 65535, got 1.5 (number)'],
    [{ keep: 'never' }, RangeError, "keep must be 'always' or 'watched', got 'never' (string)"],
    [{ maxSpans: 0 }, RangeError, 'maxSpans must be a positive integer, got 0 (number)'],
    [{ maxBytes: Infinity }, RangeError, 'maxBytes must be a positive integer, got Infinity (number)'],
    [{ worker: 1 }, TypeError, 'worker must be true or false, got 1 (number)'],
    [{ announce: 'no' }, TypeError, "announce must be true, false or a function, got 'no' (string)"],
    [
      { redact: true },
      TypeError,
      'redact must be a regular expression, an array of them, a function or false, got true (boolean)',
    ],
    [
      { allowedHosts: ['shop:80'] },
      RangeError,
      "allowedHosts must be an array of host names without a port, got [ 'shop:80' ] (object)",
    ],
    [
      { host: '0.0.0.0', token: TOKEN },
      TypeError,
      "allowedHosts must be the names by which browsers reach the console, because host is '0.0.0.0', got [] (object)",
    ],
    [
      { host: '0.0.0.0', allowedHosts: ['shop'] },
      TypeError,
      "token must be given, because host is '0.0.0.0', got undefined (undefined)",
    ],
  ];
  for (const [options, kind, message] of WRONG) {
    it(`refuse ${JSON.stringify(options)}`, () => {
      expect(() => resolveOptions(options as ConsoleOptions))
        .to.throw(kind)
        .with.property('message', message);
    });
  }

  for (const [token, why] of [
    ['tooShort-tooShort-123', 'short'],
    ['0123456789abcdef0123456789abcde', 'one hexadecimal digit too short'],
    ['aaaaaaaaaaaaaaaaaaaaaaaaaa', 'of one character'],
    ['with spaces and with more of it', 'with spaces'],
  ] as const) {
    it(`refuse a token that is ${why}, and do not show it`, () => {
      expect(() => resolveOptions({ token }))
        .to.throw(RangeError, /^token must be a random text of letters, digits, - and _ with at least 128 bits/)
        .with.property('message')
        .that.does.not.include(token);
    });
  }

  it('refuse a view token that is the token', () => {
    expect(() => resolveOptions({ token: TOKEN, viewToken: TOKEN })).to.throw(
      TypeError,
      'viewToken must differ from token',
    );
  });
});
