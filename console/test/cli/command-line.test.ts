import { expect } from 'chai';
import { consoleVersion } from '../../src/versions.js';
import { COVERAGE, fakeConsole, json, NOW, traceRow, tracesAnswer, type FakeConsole } from './fake-console.js';
import { FakeOutput, runCli } from './run-cli.js';

describe('The command line', () => {
  it('says its version', async () => {
    expect(await runCli(['--version'])).to.deep.equal({ code: 0, stdout: `${consoleVersion()}\n`, stderr: '' });
  });

  it('says what it can do', async () => {
    const help = await runCli(['--help']);

    expect(help.code).to.equal(0);
    expect(help.stdout).to.match(/^Usage: otel-span-cache-console <command> \[options\]\n/);
    expect(await runCli(['help'])).to.deep.equal(help);
    expect((await runCli(['help', 'tail'])).stdout).to.match(
      /^Usage: otel-span-cache-console tail \[query\] \[options\]\n/,
    );
    expect((await runCli(['tail', '-h'])).stdout).to.equal((await runCli(['help', 'tail'])).stdout);
  });

  for (const [argv, given] of [
    [[], 'nothing'],
    [['tial'], '"tial"'],
    [['help', 'tial'], '"tial"'],
  ] as const) {
    it(`says which commands there are, for ${JSON.stringify(argv)}`, async () => {
      expect(await runCli(argv)).to.deep.equal({
        code: 2,
        stdout: '',
        stderr: `otel-span-cache-console: expected a command, one of run, ps, tail, traces, trace, stacks, errors, logs, open, listen, mcp, --help or --version, got ${given}\n`,
      });
    });
  }

  describe('with results', () => {
    let server: FakeConsole;
    const entryOf = () => ({ pid: 7, service: 'shop', url: server.url, token: 't', startedAt: 0 });
    const traces = (more: object = {}) => ({ ...tracesAnswer([traceRow(1)]), ...more });

    beforeEach(async () => {
      server = await fakeConsole();
      server.answer((_, response) => json(response, traces()));
    });

    afterEach(() => server.close());

    it('counts ages by the clock of the service, however far its own is off', async () => {
      const group = {
        id: 1,
        type: 'CardError',
        message: 'declined',
        frame: null,
        count: 1,
        perMinute: 0,
        firstSeen: NOW - 120_000,
        lastSeen: NOW - 12_000,
        latest: { message: '', stack: null, span: 'pay', traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) },
        traces: [],
        spark: [],
        before: null,
      };
      server.answer((_, response) =>
        json(response, { groups: [group], folded: 0, marks: [], partial: false, coverage: COVERAGE }),
      );

      const { stdout } = await runCli(['errors'], { running: [entryOf()], now: NOW + 3_600_000 });

      expect(stdout).to.include('last 12 s ago · first 2m 00s ago');
    });

    it('says what a query left undecided, and which log records made room', async () => {
      const coverage = { ...COVERAGE, evictedLogs: 3 };
      server.answer((_, response) => json(response, { ...traces({ rows: [], coverage }), givenUp: 2 }));

      const { stderr } = await runCli(['traces', 'slow'], { running: [entryOf()] });
      const { stderr: ofLogs } = await runCli(['logs', 'slow'], { running: [entryOf()] });

      expect(stderr).to.include('whether 2 traces match is not known: the query takes too long for so many texts\n');
      expect(ofLogs)
        .to.include('3 log records without a span, evicted by newer ones\n')
        .and.to.include('whether 2 log lines match');
    });

    it('ends well if nobody reads them to their end', async () => {
      const stdout = new FakeOutput();
      stdout.failure = 'EPIPE';

      expect((await runCli(['traces'], { running: [entryOf()], stdout })).code).to.equal(0);
    });

    it('says so if they cannot be written', async () => {
      const stdout = new FakeOutput();
      stdout.failure = 'ENOSPC';

      const { code, stderr } = await runCli(['traces'], { running: [entryOf()], stdout });

      expect(code).to.equal(1);
      expect(stderr).to.include('otel-span-cache-console: the output failed: ENOSPC\n');
    });

    it('ends with 130 if it is interrupted, and says nothing', async () => {
      const controller = new AbortController();
      server.answer(() => controller.abort());

      const { code, stderr } = await runCli(['traces'], { running: [entryOf()], signal: controller.signal });

      expect([code, stderr]).to.deep.equal([130, '']);
    });

    it('colours them in a terminal, unless NO_COLOR is set, and elsewhere by FORCE_COLOR only', async () => {
      const outputs = [
        await runCli(['traces'], { running: [entryOf()], stdout: new FakeOutput(true, 100) }),
        await runCli(['traces'], { running: [entryOf()], stdout: new FakeOutput(true, 100), env: { NO_COLOR: '1' } }),
        await runCli(['traces'], { running: [entryOf()] }),
        await runCli(['traces'], { running: [entryOf()], env: { FORCE_COLOR: '1' } }),
        await runCli(['traces'], { running: [entryOf()], env: { FORCE_COLOR: '0' } }),
      ];

      expect(outputs.map(({ stdout }) => stdout.includes('\x1b['))).to.deep.equal([true, false, false, true, false]);
    });

    it('keeps within the width of the terminal', async () => {
      server.answer((_, response) => {
        json(response, traces({ rows: [traceRow(1, { name: '長い'.repeat(80), error: 'x'.repeat(300), failed: 1 })] }));
      });

      for (const [columns, reported = columns, env = {}] of [
        [40],
        [80],
        [120],
        [120, 0],
        [90, 0, { COLUMNS: '90' }],
        [80, 80, { COLUMNS: '90' }],
      ] as const) {
        const stdout = new FakeOutput(true, reported);
        await runCli(['traces'], { running: [entryOf()], stdout, env: { NO_COLOR: '', ...env } });
        const { widthOf } = await import('../../src/text/width.js');

        const widths = stdout.text.split('\n').map(widthOf);
        expect(Math.max(...widths)).to.be.within(columns - 1, columns);
      }
    });

    it('shows no control character of others', async () => {
      server.answer((_, response) => json(response, traces({ rows: [traceRow(1, { name: 'a\x1b]0;x\x07\nb' })] })));

      const { stdout } = await runCli(['traces'], { running: [entryOf()] });

      // oxlint-disable-next-line no-control-regex -- these are meant
      expect(stdout.replaceAll('\n', '')).to.not.match(/[\u0000-\u001f]/);
      expect(stdout).to.include(String.raw`a\x1b]0;x\x07\nb`);
      expect(stdout.split('\n')).to.have.length(2);
    });

    it('escapes them in JSON, which stays the same data', async () => {
      const name = 'a\u009b2Jb\u202e\u2028\u{e0041}\u007f\ud800c\x1b[2J👩‍👩‍👧';
      server.answer((_, response) => json(response, traces({ rows: [traceRow(1, { name })] })));

      const { stdout } = await runCli(['traces', '--json'], { running: [entryOf()] });

      expect(stdout.trimEnd()).to.not.match(/(?!\u200d)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      expect((JSON.parse(stdout) as { name: string }).name).to.equal(name);
      expect(stdout.split('\n')).to.have.length(2);
    });

    it('points at the place of an error in a query', async () => {
      server.answer((_, response) => json(response, { error: 'a value was expected', at: 8 }, 400));

      expect(await runCli(['traces', 'status', '='], { running: [entryOf()] })).to.deep.equal({
        code: 2,
        stdout: '',
        stderr: 'otel-span-cache-console: a value was expected\n  status =\n          ^\n',
      });
    });
  });
});
