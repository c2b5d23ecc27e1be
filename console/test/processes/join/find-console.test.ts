import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { findConsole } from '../../../src/processes/join/find-console.js';
import { offerToChildren } from '../../../src/processes/join/join-environment.js';
import { joinTokenOf } from '../../../src/processes/join/join-protocol.js';
import { register } from '../../../src/processes/registry.js';

const VARIABLES = ['XDG_RUNTIME_DIR', 'HOME', 'LOCALAPPDATA'] as const;
const URL_OF = 'http://127.0.0.1:4381/';

describe('findConsole()', () => {
  const before = VARIABLES.map((name) => [name, process.env[name]] as const);
  let home: string;
  const removals: (() => void)[] = [];

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'otel-span-cache-console-'));
    for (const name of VARIABLES) process.env[name] = home;
  });

  afterEach(() => {
    removals.splice(0).forEach((remove) => remove());
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    rmSync(home, { recursive: true, force: true });
  });

  /** Lists a console of the test's parent process, which runs for sure. */
  function list(url: string, token: string, startedAt = 1): void {
    removals.push(register({ pid: process.ppid, service: 'shop', url, token, startedAt }).remove);
  }

  async function found(env: Record<string, string | undefined>) {
    const address = await findConsole(env);
    return address && [address.url.href, address.token];
  }

  it('finds nothing where there is none', async () => {
    expect(await found({})).to.equal(undefined);
  });

  it('finds the console that the environment offers', async () => {
    const env: Record<string, string | undefined> = {};
    const withdraw = offerToChildren(env, URL_OF, 'secret', undefined);

    expect(await found(env)).to.deep.equal([`${URL_OF}api/v1/join`, joinTokenOf('secret')]);
    expect(JSON.stringify(env)).not.to.include('secret');
    withdraw();
    expect(env).to.deep.equal({});
  });

  it('takes the new token of a console that was started again at the same address', async () => {
    const env: Record<string, string | undefined> = {};
    offerToChildren(env, URL_OF, 'old', undefined);
    list('http://127.0.0.1:4999/', 'other', 9);
    list(URL_OF, 'new');

    expect(await found(env)).to.deep.equal([`${URL_OF}api/v1/join`, joinTokenOf('new')]);
  });

  it('finds the console of the same process at another port, where another console has taken the old one', async () => {
    const env: Record<string, string | undefined> = {};
    offerToChildren(env, URL_OF, 'old', undefined);
    env['OTEL_SPAN_CACHE_CONSOLE_PROCESS'] = String(process.ppid);
    removals.push(register({ pid: process.pid, service: 'other', url: URL_OF, token: 'other', startedAt: 9 }).remove);
    list('http://127.0.0.1:4390/', 'old');

    expect(await found(env)).to.deep.equal(['http://127.0.0.1:4390/api/v1/join', joinTokenOf('old')]);
  });

  it('finds the console of the process that has started this one, before it was offered', async () => {
    list(URL_OF, 'own');

    const own = await found({ OTEL_SPAN_CACHE_CONSOLE_PROCESS: String(process.ppid) });

    expect(own).to.deep.equal([`${URL_OF}api/v1/join`, joinTokenOf('own')]);
    expect(await found({ OTEL_SPAN_CACHE_CONSOLE_PROCESS: '999999999' })).to.equal(undefined);
  });

  it('finds the console that was started last', async () => {
    list(URL_OF, 'older', 1);
    list('http://127.0.0.1:4382/', 'newer', 2);

    expect(await found({})).to.deep.equal(['http://127.0.0.1:4382/api/v1/join', joinTokenOf('newer')]);
  });

  it('takes no offer that is none', async () => {
    for (const offered of ['', 'x', 'http://127.0.0.1:1/', 'https://127.0.0.1:1/#token', '#token']) {
      expect(await found({ OTEL_SPAN_CACHE_CONSOLE_JOIN: offered })).to.equal(undefined);
    }
  });
});

describe('offerToChildren()', () => {
  it('does not offer a console that other machines reach', () => {
    const env = {};
    offerToChildren(env, 'http://192.168.1.2:4380/', 'secret', '192.168.1.2');
    expect(env).to.deep.equal({});
  });

  it('leaves the offer of a later console', () => {
    const env: Record<string, string | undefined> = {};
    const withdraw = offerToChildren(env, URL_OF, 'first', undefined);
    offerToChildren(env, URL_OF, 'second', undefined);

    withdraw();

    expect(env['OTEL_SPAN_CACHE_CONSOLE_JOIN']).to.equal(`${URL_OF}#${joinTokenOf('second')}`);
  });
});
