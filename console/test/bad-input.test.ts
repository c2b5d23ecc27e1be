import { expect } from 'chai';
import type { z } from 'zod';
import * as schemas from '../src/api/schemas.js';
import { COMMANDS } from '../src/cli/command-line.js';
import { UsageError } from '../src/cli/exit.js';
import { parseCommand } from '../src/cli/parse.js';
import { ENDPOINTS } from '../src/http/endpoints.js';
import { INPUTS, type ToolName } from '../src/mcp/inputs.js';
import { ToolBox } from '../src/mcp/tools.js';
import { resolveOptions } from '../src/options.js';
import { resolveJoinOptions } from '../src/processes/join/join-options.js';
import { joinConsole } from '../src/processes/join/join-console.js';
import { serveConsole } from '../src/serve-console.js';
import { orderTrace, testConsole, type TestConsole } from './api/test-console.js';
import { closeServed, serve, type Served } from './http/served.js';

/*
 * Wrong values of everything that takes a value. The tables are held against the schemas, the options and the flags:
 * a new one without wrong values here fails.
 */

const LONG = 'x'.repeat(10_000);

/** Wrong values of parameters, which are texts, and of members of bodies, by name. */
const WRONG: Readonly<Record<string, readonly unknown[]>> = {
  query: ['(', 'duration >', 'status = sometimes', LONG],
  window: ['soon', '5', '-5m', '5m..', '9..1', '1..1', ''],
  sort: ['best', ''],
  limit: ['0', '-1', '1.5', 'many', '1e9'],
  cursor: ['x', 'e0~newest~1~1~~~', 'e1~~~', LONG],
  split: [LONG],
  mark: ['never set', LONG],
  stack: ['x', '1.5'],
  slowerThan: ['-1', 'slow'],
  at: ['-1', '1.5', 'x'],
  traceId: ['xyz', 'F'.repeat(32), 'f'.repeat(31)],
  view: ['none', ''],
  after: ['x', 'e1.', 'e1.x'],
  enabled: ['yes', 1, null],
  ratio: [-0.1, 1.1, 'half', null],
  forMillis: [0, -1, 1e12, 'long'],
  minSeverity: [-1, 25, 1.5, 'warn'],
  scopes: [3, null, [], { include: 'pg' }, { exclude: [1] }, { only: [] }],
  name: ['', 'a b', 'x'.repeat(65), 3, null],
};

/** Wrong values of arguments of tools. The other parameters are of the API. */
const WRONG_ARGUMENTS: Readonly<Record<string, readonly unknown[]>> = {
  ...WRONG,
  focus: ['xyz', 3],
  budget: [1, 1e6, 'large'],
  seconds: [-1, 1_000, 'long'],
  since: ['a b', ''],
};

/** One sentence that names the expected value. A query may have its place in further lines. */
function expectSentence(text: unknown, about: string): void {
  const [sentence] = String(text).split('\n');
  expect(sentence, about).to.match(/^[A-Za-z"].*\.$/);
  expect(sentence, about).to.match(/\b(?:must|expected|begin without|there is no|there are)\b/i);
  expect(sentence, about).to.not.match(/invalid|undefined|NaN\b.*NaN|\[object|at \/|>=|<=/i);
  expect(sentence!.length, about).to.be.at.most(400);
}

function shapesOf(objects: readonly (z.ZodObject | undefined)[]): string[] {
  return [...new Set(objects.flatMap((object) => Object.keys(object?.shape ?? {})))];
}

/** Everything that a request could change. */
function stateOf({ api, engine, host }: TestConsole): unknown {
  const { sampling, filter } = host;
  const { spans, traces } = engine.history.stats();
  return structuredClone({ sampling, filter, spans, traces, marks: api.stacks({}).marks });
}

describe('A wrong parameter or member of a request', () => {
  let served: Served;
  beforeEach(async () => {
    served = await serve();
    served.add(orderTrace());
  });
  afterEach(closeServed);

  it('is in the table of this test, whichever it is', () => {
    expect(Object.keys(WRONG)).to.have.members(
      shapesOf([...ENDPOINTS.map(({ request }) => request), schemas.liveRequest]),
    );
  });

  it('is refused by one sentence, and changes nothing', async () => {
    const before = stateOf(served);
    for (const { method, path, request } of ENDPOINTS) {
      for (const name of Object.keys(request?.shape ?? {})) {
        for (const value of WRONG[name]!) {
          const about = `${method} ${path} ${name}=${JSON.stringify(value)?.slice(0, 60)}`;
          const at = `/api/v1/${path.replace(`{${name}}`, encodeURIComponent(String(value)))}`;
          const others = path === 'complete' && name !== 'query' ? 'query=x&' : path === 'complete' ? 'at=0&' : '';
          const { status, json } =
            method === 'get'
              ? await served.ask(
                  path.includes('{') ? at : `${at}?${others}${name}=${encodeURIComponent(String(value))}`,
                )
              : await served.ask(at, { method, body: JSON.stringify({ [name]: value }) });
          // A wrong query has no completions of its own.
          if (path === 'complete' && name === 'query' && value !== LONG) continue;
          // An unknown mark is not found.
          expect(status, about).to.be.oneOf(name === 'mark' ? [400, 404] : [400]);
          expectSentence(json['error'], about);
        }
      }
    }

    expect(stateOf(served)).to.deep.equal(before);
    expect(served.server.stats().faults).to.equal(0);
  });

  it('is refused in the same way by a live stream', async () => {
    for (const name of ['query', 'window', 'sort', 'limit', 'view', 'after']) {
      for (const value of WRONG[name]!) {
        const parameters = new URLSearchParams({ view: 'traces', [name]: String(value) });
        const { status, json } = await served.ask(`/api/v1/live?${parameters.toString()}`);
        expect(status, `${name}=${String(value).slice(0, 60)}`).to.equal(400);
        expectSentence(json['error'], name);
      }
    }
    expect(served.server.stats().streams).to.equal(0);
  });

  it('is refused if it is unknown, comes twice, or is missing', async () => {
    for (const { method, path, request } of ENDPOINTS) {
      const at = `/api/v1/${path.replace('{traceId}', 'f'.repeat(32))}`;
      const needed = path === 'complete' ? 'query=x&at=0&' : '';
      const unknown =
        method === 'get'
          ? await served.ask(`${at}?${needed}nothing=1`)
          : await served.ask(at, {
              method,
              body: JSON.stringify({ ...(path === 'mark' && { name: 'm' }), nothing: 1 }),
            });
      expect([unknown.status, unknown.json['error']], path).to.deep.equal([
        400,
        `There is no ${method === 'get' ? 'parameter' : 'member'} nothing.`,
      ]);
      if (method !== 'get') {
        for (const body of ['[]', '3', 'null', '"text"', '{', '{"a":1}{']) {
          const { status, json } = await served.ask(at, { method, body });
          expect(status, `${path} ${body}`).to.equal(400);
          expectSentence(json['error'], `${path} ${body}`);
        }
        continue;
      }
      const [name] = Object.keys(request?.shape ?? {});
      if (name === undefined || path.includes('{')) continue;
      const twice = await served.ask(`${at}?${name}=1&${name}=2`);
      expect(twice.json['error'], path).to.equal(`The parameter ${name} must come only once.`);
    }
    for (const [method, path] of [
      ['POST', 'mark'],
      ['GET', 'complete'],
      ['GET', 'live'],
    ] as const) {
      const { status, json } = await served.ask(`/api/v1/${path}`, {
        method,
        ...(method === 'POST' && { body: '{}' }),
      });
      expect(status, path).to.equal(400);
      expectSentence(json['error'], path);
    }
  });
});

describe('A wrong argument of a tool', () => {
  it('is in the table of this test, whichever it is', () => {
    expect(Object.keys(WRONG_ARGUMENTS)).to.include.members(shapesOf(Object.values(INPUTS)));
  });

  it('is answered by one sentence, and changes nothing', async () => {
    const console = testConsole();
    console.add(orderTrace());
    const before = stateOf(console);
    const tools = new ToolBox(console.api);
    const call = (tool: string, args: unknown) =>
      tools.call(tool, args, { origin: 'http://127.0.0.1', signal: new AbortController().signal })!;
    for (const [tool, { shape }] of Object.entries(INPUTS)) {
      for (const [name, value] of [
        ['nothing', 1] as const,
        ...Object.keys(shape).flatMap((each) => WRONG_ARGUMENTS[each]!.map((wrong) => [each, wrong] as const)),
      ]) {
        const about = `${tool} ${JSON.stringify({ [name]: value }).slice(0, 80)}`;
        const needed = (tool as ToolName) === 'get_trace' ? { traceId: 'f'.repeat(32) } : {};
        const { isError, content } = await call(tool, { ...needed, [name]: value });
        expect(isError, about).to.equal(true);
        expectSentence(content[0]!.text, about);
      }
      expect((await call(tool, [])).isError, tool).to.equal(true);
    }

    expect(stateOf(console)).to.deep.equal(before);
  });
});

describe('A wrong option of serveConsole()', () => {
  const WEAK = 'weak';
  const WRONG_OPTIONS: Readonly<Record<keyof ReturnType<typeof resolveOptions>, readonly unknown[]>> = {
    port: ['4380', -1, 65_536, 1.5, NaN, null],
    otlpPort: ['4318', -1, 65_536, null],
    host: ['', 3, null],
    allowedHosts: ['x', [3], ['http://x'], ['x:80'], null],
    token: [WEAK, '', 3, null],
    viewToken: [WEAK, '', 3, null],
    redact: [true, 'password', ['password'], null],
    keep: ['never', true, null],
    maxSpans: [0, -1, 1.5, Infinity, '1', null],
    maxBytes: [0, -1, 1.5, Infinity, '1', null],
    worker: [1, 'yes', null],
    announce: [1, 'yes', null],
  };

  it('is in the table of this test, whichever it is', () => {
    expect(Object.keys(WRONG_OPTIONS)).to.have.members(Object.keys(resolveOptions()));
  });

  it('is refused by a sentence with its name, the expectation and the value, but for a token', () => {
    for (const [name, values] of Object.entries(WRONG_OPTIONS)) {
      for (const value of values) {
        const about = `${name}: ${String(value)}`;
        expect(() => resolveOptions({ [name]: value }), about).to.throw(new RegExp(`^${name} must be .+, got .+$`));
        if (value === WEAK) expect(() => resolveOptions({ [name]: value })).to.not.throw(/got 'weak'/);
      }
    }
  });

  it('of joinConsole() is refused by a sentence, too', () => {
    const address = { url: 'http://127.0.0.1:4380/', token: 'a'.repeat(32) };
    const wrong: [object, RegExp][] = [
      [[], /^options must be an object, got \[\] \(object\)$/],
      [{ prot: 1 }, /^unknown option 'prot': expected one of url, token, redact$/],
      [{ ...address, url: 'http://192.0.2.1/' }, /^url must be an address of this machine/],
      [{ ...address, url: 3 }, /^url must be/],
      [{ url: address.url }, /^token must be/],
      [{ token: address.token }, /^url must be/],
      [{ ...address, token: 'a b' }, /^token must be/],
      [{ redact: true }, /^redact must be/],
    ];
    for (const [options, message] of wrong) expect(() => resolveJoinOptions(options)).to.throw(TypeError, message);
  });
});

describe('A wrong cache', () => {
  const WRONG_CACHES = [
    [undefined, 'undefined (undefined)'],
    [null, 'null (null)'],
    [{}, '{} (object)'],
    ['shop', "'shop' (string)"],
    [{ subscribe() {} }, '{ subscribe: [Function: subscribe] } (object)'],
  ] as const;

  it('is refused by a sentence, with right and with wrong options', async () => {
    for (const [cache, shown] of WRONG_CACHES) {
      const message = `cache must be a SpanCache, got ${shown}`;
      for (const options of [undefined, { prot: 1 }]) {
        const problem = await serveConsole(cache as never, options as never).catch((error: unknown) => error);
        expect(problem).to.be.an.instanceOf(TypeError).with.property('message', message);
        expect(() => joinConsole(cache as never, options as never)).to.throw(TypeError, message);
      }
    }
  });
});

describe('A wrong flag of the command line', () => {
  const WRONG_FLAGS: Readonly<Record<string, readonly string[]>> = {
    url: ['', 'ftp://127.0.0.1', 'http://127.0.0.1/path', 'http://127.0.0.1/#/secret', 'http://a:b@127.0.0.1'],
    pid: ['0', '-1', 'x', '1.5'],
    window: ['soon', '5', ''],
    limit: ['0', 'x', '1e3', '99999'],
    sort: ['best', ''],
    split: ['', LONG],
    mark: ['', LONG],
    every: ['0', '0.1', 'x', '99999999'],
    last: ['-1', 'x', '99999'],
    port: ['0', '65536', 'x'],
    'otlp-port': ['0', '65536', 'x'],
  };

  it('is in the table of this test, whichever it is', () => {
    const flags = COMMANDS.flatMap((command) => command.flags).filter(({ value }) => value !== undefined);

    expect(Object.keys(WRONG_FLAGS)).to.have.members([...new Set(flags.map(({ name }) => name))]);
  });

  for (const command of COMMANDS) {
    it(`is refused by one sentence: ${command.name}`, () => {
      for (const { name, value } of command.flags) {
        const wrong = value === undefined ? ['yes'] : WRONG_FLAGS[name]!;
        for (const given of wrong) {
          const parse = () => parseCommand(command, [`--${name}=${given}`]);
          const message = new RegExp(
            `^${command.name}: --${name} ${value === undefined ? 'takes no value' : 'must be .+'}, got .+$`,
          );
          expect(parse, `--${name}=${given.slice(0, 60)}`).to.throw(UsageError, message);
          expect(parse).to.not.throw(/secret/);
        }
      }
      const passesOn = command.passesOn === true;
      if (!passesOn) expect(() => parseCommand(command, ['--nothing'])).to.throw(UsageError, /unknown option/);
    });
  }
});
