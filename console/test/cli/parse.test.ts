import { expect } from 'chai';
import { COMMANDS } from '../../src/cli/command-line.js';
import type { Command } from '../../src/cli/command.js';
import { UsageError } from '../../src/cli/exit.js';
import { commandHelp, generalHelp } from '../../src/cli/help.js';
import { parseCommand } from '../../src/cli/parse.js';

const named = (name: string): Command => COMMANDS.find((command) => command.name === name)!;

const parsed = (name: string, ...argv: string[]) => parseCommand(named(name), argv);

describe('parseCommand()', () => {
  it('reads flags in both forms, and arguments between them', () => {
    const { values, args } = parsed('traces', '--window=2h', 'status', '--limit', '20', '=', 'error', '--json');

    expect(values).to.deep.equal({ window: '2h', limit: 20, json: true });
    expect(args).to.deep.equal(['status', '=', 'error']);
  });

  it('takes everything behind -- for arguments', () => {
    expect(parsed('traces', '--', '--json').args).to.deep.equal(['--json']);
  });

  it('completes an address', () => {
    expect(parsed('ps').values).to.deep.equal({});
    expect(parsed('traces', '--url', 'localhost:4380').values.url?.url).to.equal('http://localhost:4380/');
    expect(parsed('traces', '--url=https://[::1]:4380/').values.url?.url).to.equal('https://[::1]:4380/');
  });

  it('takes parts of seconds for --every', () => {
    expect(parsed('stacks', '--every', '0.5').values.every).to.equal(0.5);
    expect(parsed('stacks', '--every', '2s').values.every).to.equal(2);
  });

  it('takes --json for every command', () => {
    for (const command of COMMANDS) {
      const argv = ['--json', ...Array.from({ length: command.count[0] }, () => 'x')];
      expect(parseCommand(command, argv).values.json, command.name).to.equal(true);
    }
  });

  it('needs no argument beside --help', () => {
    expect(parsed('trace', '--help').help).to.equal(true);
    expect(parsed('run', '-h').help).to.equal(true);
  });

  describe('of run', () => {
    it('leaves everything from the program or the first option of node on as it is', () => {
      expect(parsed('run', '--port', '4400', '--import', './a.js', 'app.js', '--port', '80', '--help')).to.deep.equal({
        help: false,
        values: { port: 4400 },
        args: ['--import', './a.js', 'app.js', '--port', '80', '--help'],
      });
      expect(parsed('run', 'app.js', '--', '-x').args).to.deep.equal(['app.js', '--', '-x']);
    });
  });

  for (const [name, argv, message] of [
    [
      'traces',
      ['--window', 'soon'],
      'traces: --window must be a duration such as 90s, 5m or 2h, or from..to in milliseconds since 1970, got "soon"',
    ],
    ['traces', ['--limit', '0'], 'traces: --limit must be an integer from 1 to 1000, got "0"'],
    ['traces', ['--limit', '1e3'], 'traces: --limit must be an integer from 1 to 1000, got "1e3"'],
    ['traces', ['--limit'], 'traces: --limit must be an integer from 1 to 1000, got nothing'],
    ['traces', ['--limit', '--json'], 'traces: --limit must be an integer from 1 to 1000, got "--json"'],
    ['traces', ['--sort', 'up'], 'traces: --sort must be one of newest, slowest, spans, errors, got "up"'],
    ['traces', ['--json=1'], 'traces: --json takes no value, got "1"'],
    [
      'traces',
      ['--lmit', '3'],
      'traces: unknown option "--lmit", expected one of --window, --sort, --limit, --json, --pid, --url, --help',
    ],
    [
      'traces',
      ['-x'],
      'traces: unknown option "-x", expected one of --window, --sort, --limit, --json, --pid, --url, --help',
    ],
    ['traces', ['--pid', '-3'], 'traces: --pid must be an integer from 1 to 2147483648, got "-3"'],
    [
      'stacks',
      ['--every', '0.1'],
      'stacks: --every must be a number of seconds from 0.2 to 86400, such as 2, got "0.1"',
    ],
    ['stacks', ['--split', ''], 'stacks: --split must be the key of an attribute, got ""'],
    ['ps', ['all'], 'ps: expected no argument, got "all"'],
    ['trace', [], 'trace: <id> is missing'],
    ['trace', ['a', 'b'], 'trace: expected only <id>, also got "b"'],
    ['run', [], 'run: [node options] app.js [arguments] is missing'],
    ['run', ['--port', 'x', 'app.js'], 'run: --port must be an integer from 1 to 65535, got "x"'],
  ] as const) {
    it(`answers ${[name, ...argv].join(' ')} with one sentence`, () => {
      expect(() => parsed(name, ...argv)).to.throw(UsageError, message);
    });
  }

  it('takes the token with the address that the console writes on start', () => {
    expect(parsed('traces', '--url', 'http://127.0.0.1:4380/#secret').values.url).to.deep.equal({
      url: 'http://127.0.0.1:4380/',
      token: 'secret',
    });
  });

  it('refuses a token elsewhere, and repeats none', () => {
    expect(() => parsed('traces', '--token', 'secret')).to.throw(UsageError, /set OTEL_SPAN_CACHE_CONSOLE_TOKEN$/);
    expect(() => parsed('traces', '--url', 'http://127.0.0.1:4380/?t#secret')).to.throw(
      UsageError,
      /^traces: --url must be an address such as http:\/\/127\.0\.0\.1:4380, which may carry the token after #, got another value$/,
    );
  });
});

describe('Help', () => {
  it('has a line for each command', () => {
    const help = generalHelp(COMMANDS);

    for (const { name, summary } of COMMANDS)
      expect(help).to.match(new RegExp(`^  ${name}\\b.*${summary.replaceAll(/[()]/g, '.')}$`, 'm'));
  });

  it('of a command has its flags', () => {
    expect(commandHelp(named('errors'))).to.equal(
      [
        'Usage: otel-span-cache-console errors [query] [options]',
        '',
        'Lists errors in groups of similar ones.',
        '',
        '  --window <time>  a duration up to now, such as 90s, 5m or 2h; or from..to in milliseconds since 1970 (default 5m)',
        '  --limit <n>      maximum number of results (default 50)',
        '  --stacks         with the latest stack trace of each',
        '  --json           write JSON, one result per line',
        '  --pid <n>        process whose console to use',
        '  --url <address>  address of the console; its token comes from the list of running consoles or OTEL_SPAN_CACHE_CONSOLE_TOKEN',
        '  --help           this text',
      ].join('\n'),
    );
  });
});
