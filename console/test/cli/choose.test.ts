import { expect } from 'chai';
import { RegistryError, type ConsoleEntry } from '../../src/processes/registry.js';
import { fakeConsole, HELLO, json, COVERAGE, type FakeConsole } from './fake-console.js';
import { FakeOutput, runCli } from './run-cli.js';

describe('The console that a command talks to', () => {
  let server: FakeConsole;
  let entry: ConsoleEntry;

  beforeEach(async () => {
    server = await fakeConsole();
    server.answer((_, response) =>
      json(response, { groups: [], folded: 0, marks: [], partial: false, coverage: COVERAGE }),
    );
    entry = { pid: 7, service: 'shop', url: server.url, token: 'secret', startedAt: 0 };
  });

  afterEach(() => server.close());

  const other = (more: Partial<ConsoleEntry> = {}): ConsoleEntry => ({
    pid: 8,
    service: 'stock\x1b[2J',
    url: 'http://127.0.0.1:1/',
    token: 'other',
    startedAt: 0,
    ...more,
  });

  const sentToken = (): string | undefined => server.requests.at(-1)?.headers.authorization;

  it('is the only one that runs', async () => {
    const { code } = await runCli(['errors'], { running: [entry] });

    expect(code).to.equal(0);
    expect(sentToken()).to.equal('Bearer secret');
  });

  it('is reported missing in one sentence', async () => {
    expect(await runCli(['errors'])).to.deep.equal({
      code: 1,
      stdout: '',
      stderr:
        'otel-span-cache-console: no console is running: start your service with "npx otel-span-cache-console run app.js", or call serveConsole(cache) in it\n',
    });
  });

  it('has to be chosen of several, outside of a terminal', async () => {
    expect(await runCli(['errors'], { running: [entry, other()] })).to.deep.equal({
      code: 2,
      stdout: '',
      stderr: [
        'otel-span-cache-console: 2 consoles are running: choose one by --pid',
        `  7  shop  ${server.url}`,
        String.raw`  8  stock\x1b[2J  http://127.0.0.1:1/`,
        '',
      ].join('\n'),
    });
  });

  it('has to be chosen by its address if one process has several', async () => {
    const { stderr } = await runCli(['errors', '--pid=7'], { running: [entry, other({ pid: 7 })] });

    expect(stderr).to.include('2 consoles are running: choose one by --url\n');
  });

  it('is the one of --pid', async () => {
    expect((await runCli(['errors', '--pid', '7'], { running: [other(), entry] })).code).to.equal(0);
  });

  it('is not another one if none has the pid', async () => {
    const { code, stderr } = await runCli(['errors', '--pid', '9'], { running: [other()] });

    expect(code).to.equal(2);
    expect(stderr).to.match(/: no console runs in process 9; running:\n {2}8 /);
  });

  it('is the one at --url, with the token of the list or of the environment', async () => {
    const url = server.url.slice('http://'.length, -1);

    await runCli(['errors', '--url', url], { running: [other(), entry] });
    expect(sentToken()).to.equal('Bearer secret');

    const env = { OTEL_SPAN_CACHE_CONSOLE_TOKEN: 'mine' };
    await runCli(['errors', '--url', url], { running: [entry], env });
    expect(sentToken()).to.equal('Bearer mine');

    await runCli(['errors', '--url', url], { running: [other()] });
    expect(sentToken()).to.equal(undefined);
  });

  it('is the one at --url with the token behind #, which is preferred to any other', async () => {
    const env = { OTEL_SPAN_CACHE_CONSOLE_TOKEN: 'other' };

    const { code } = await runCli(['errors', '--url', `${server.url}#mine`], { running: [entry], env });

    expect(code).to.equal(0);
    expect(sentToken()).to.equal('Bearer mine');
    expect(server.requests.at(-1)!.url).to.not.include('mine');
  });

  it('is found in the list by each name of loopback', async () => {
    const { port } = new URL(server.url);

    await runCli(['errors', '--url', `http://localhost:${port}`], { running: [other(), entry] });
    expect(sentToken()).to.equal('Bearer secret');

    const listed = { ...entry, url: `http://[::1]:${port}/` };
    await runCli(['errors', '--url', server.url], { running: [other(), listed] });
    expect(sentToken()).to.equal('Bearer secret');
  });

  it('can be had by --url and a token even if the list is refused', async () => {
    const running = () => Promise.reject(new RegistryError('the list is open to others'));
    const env = { OTEL_SPAN_CACHE_CONSOLE_TOKEN: 'mine' };

    expect((await runCli(['errors', '--url', server.url], { running, env })).code).to.equal(0);
    expect(await runCli(['errors', '--url', server.url], { running })).to.deep.equal({
      code: 1,
      stdout: '',
      stderr: 'otel-span-cache-console: the list is open to others\n',
    });
  });

  it('is not chosen twice', async () => {
    const { code, stderr } = await runCli(['errors', '--pid', '7', '--url', server.url], { running: [entry] });

    expect([code, stderr]).to.deep.equal([2, 'otel-span-cache-console: errors: --url and --pid exclude each other\n']);
  });

  describe('at a terminal', () => {
    const ask = (input: string) =>
      runCli(['errors'], {
        running: [other(), entry],
        inputIsTTY: true,
        stderr: new FakeOutput(true),
        input,
        env: { NO_COLOR: '' },
      });

    it('is chosen by a prompt', async () => {
      const { code, stderr } = await ask('2\n');

      expect(code).to.equal(0);
      expect(stderr).to.include(`2 consoles are running:\n  1  8  stock`).and.include('Which one? [1-2] ');
    });

    for (const input of ['3\n', 'x\n', '0\n', '']) {
      it(`is none if the answer is ${JSON.stringify(input)}`, async () => {
        const { code, stderr } = await ask(input);

        expect(code).to.equal(2);
        expect(stderr).to.include(`expected a number from 1 to 2, got ${JSON.stringify(input.trim())}\n`);
      });
    }
  });

  it('is not needed for ps', async () => {
    const now = 65_000;
    const running = [entry, other({ startedAt: 60_000 })];

    expect((await runCli(['ps'], { running, now })).stdout.split('\n')).to.deep.equal([
      '    pid  service             up  address',
      `      7  shop            1m 05s  ${server.url}`,
      String.raw`      8  stock\x1b[2J       5 s  http://127.0.0.1:1/`,
      '',
    ]);
    expect((await runCli(['ps', '--links'], { running, now })).stdout).to.include(`${server.url}#secret\n`);
    expect((await runCli(['ps', '--json'], { running: [entry], now })).stdout).to.equal(
      `{"pid":7,"service":"shop","url":"${server.url}","startedAt":0}\n`,
    );
    expect(await runCli(['ps'])).to.deep.equal({ code: 0, stdout: '', stderr: 'no console is running\n' });
  });

  it('may be that of another protocol', async () => {
    server.answer((_, response) => json(response, { ...HELLO, error: 'x' }, 426));

    const { code, stderr } = await runCli(['errors'], { running: [entry] });

    expect(code).to.equal(1);
    expect(stderr).to.match(
      /^otel-span-cache-console: the console at http:\S+ uses another protocol version than this command \(1\): /,
    );
  });
});
