import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'chai';
import {
  COVERAGE,
  fakeConsole,
  frameOf,
  HELLO,
  json,
  traceRow,
  tracesAnswer,
  type FakeConsole,
} from './fake-console.js';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const REGISTRY = new URL('../../src/processes/registry.ts', import.meta.url).href;
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** A process with everything that it has written. */
class Started {
  readonly process: ChildProcessWithoutNullStreams;
  stdout = '';
  stderr = '';
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;

  constructor(program: string, args: readonly string[], env: NodeJS.ProcessEnv, cwd: string) {
    this.process = spawn(program, args, { env, cwd, stdio: 'pipe' });
    this.process.stdout.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.process.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.ended = once(this.process, 'close').then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
    }));
  }

  async shows(wanted: string): Promise<void> {
    while (!`${this.stdout}${this.stderr}`.includes(wanted)) {
      await Promise.race([
        once(this.process.stdout, 'data'),
        once(this.process.stderr, 'data'),
        this.ended.then(() => expect.fail(`it has ended without ${wanted}: ${this.stdout}${this.stderr}`)),
      ]);
    }
  }
}

describe('The command otel-span-cache-console', function () {
  this.timeout(60_000);

  let root: string;
  let env: NodeJS.ProcessEnv;
  const started: Started[] = [];

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'console-cli-'));
    const runtime = join(root, 'runtime');
    mkdirSync(runtime, { mode: 0o700 });
    env = { PATH: process.env['PATH'], HOME: root, XDG_RUNTIME_DIR: runtime, TMPDIR: root, LANG: 'C.UTF-8' };
  });

  afterEach(() => {
    for (const { process: each } of started.splice(0)) each.kill('SIGKILL');
    rmSync(root, { recursive: true, force: true });
  });

  function start(program: string, args: readonly string[], more: NodeJS.ProcessEnv = {}): Started {
    const each = new Started(program, args, { ...env, ...more }, root);
    started.push(each);
    return each;
  }

  const command = (...args: string[]): Started => start(process.execPath, ['--import', TSX, MAIN, ...args]);

  describe('run', () => {
    /** A program whose tracing is a stand-in that writes what it was given. */
    beforeEach(() => {
      for (const [name, file, code] of [
        [
          'otel-span-cache',
          'register.js',
          'process.stdout.write(`console=${process.env.OTEL_SPAN_CACHE_CONSOLE}${process.env.OTEL_SPAN_CACHE_CONSOLE_ANNOUNCE ?? ""}\\n`);',
        ],
        ['otel-span-cache-console', 'index.js', ''],
      ] as const) {
        const folder = join(root, 'node_modules', name);
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, file), code);
        const exports = { [file === 'index.js' ? '.' : './register']: `./${file}`, './package.json': './package.json' };
        writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, type: 'module', exports }));
      }
      writeFileSync(
        join(root, 'app.mjs'),
        `process.stdout.write(JSON.stringify([process.argv.slice(2), process.execArgv, process.env.OTEL_SPAN_CACHE_CONSOLE_TOKEN ?? null]) + '\\n');
        process.stdin.once('data', (text) => { process.stdout.write('read ' + text); process.exitCode = 7; process.stdin.destroy(); });`,
      );
      writeFileSync(
        join(root, 'signals.mjs'),
        `let count = 0;
        for (const signal of ['SIGINT', 'SIGHUP']) process.on(signal, () => process.stdout.write(signal + ' ' + ++count + '\\n'));
        setInterval(() => {}, 1000);
        setTimeout(() => process.stdout.write('ready\\n'), 50);`,
      );
    });

    it('starts node with tracing and the console, and passes on arguments, input and exit code', async () => {
      const run = start(
        process.execPath,
        ['--import', TSX, MAIN, 'run', '--port', '4399', '--no-warnings', 'app.mjs', '--port', 'x'],
        { OTEL_SPAN_CACHE_CONSOLE_TOKEN: 'secret' },
      );
      run.process.stdin.end('hello\n');

      expect(await run.ended).to.deep.equal({ code: 7, signal: null });
      expect(run.stdout.split('\n')).to.deep.equal([
        'console=4399',
        '[["--port","x"],["--import","otel-span-cache/register","--no-warnings"],null]',
        'read hello',
        '',
      ]);
      expect(run.stderr).to.equal('');
    });

    it('takes --json for itself before the program, and leaves it to the program behind', async () => {
      const own = command('run', '--json', 'app.mjs');
      const others = command('run', 'app.mjs', '--json');
      for (const { process: child } of [own, others]) child.stdin.end('x\n');
      await Promise.all([own.ended, others.ended]);

      expect(own.stdout).to.match(/^console=truejson\n\[\[\],/);
      expect(others.stdout).to.match(/^console=true\n\[\["--json"\],/);
    });

    it('switches the console on at its usual port', async () => {
      const run = command('run', '--input-type=module', '--eval', '1', 'x');

      expect((await run.ended).code).to.equal(0);
      expect(run.stdout).to.equal('console=true\n');
    });

    it('needs a program', async () => {
      const run = command('run', '--inspect');

      expect((await run.ended).code).to.equal(2);
      expect(run.stderr).to.equal(
        'otel-span-cache-console: run: a program is missing, such as app.js, after "--inspect"\n',
      );
    });

    it('passes on signals, and ends by the signal that ended the program', async () => {
      const run = command('run', 'signals.mjs');
      await run.shows('ready');
      run.process.kill('SIGHUP');
      await run.shows('SIGHUP 1');
      run.process.kill('SIGTERM');

      expect(await run.ended).to.deep.equal({ code: null, signal: 'SIGTERM' });
    });

    it('leaves Ctrl+C to the terminal, which sends it to the program itself', async function () {
      if (!existsSync('/usr/bin/script')) this.skip();
      const line = [process.execPath, '--import', TSX, MAIN, 'run', 'signals.mjs'].join(' ');
      const terminal = start('/usr/bin/script', ['-qec', line, '/dev/null']);
      await terminal.shows('ready');
      terminal.process.stdin.write('\x03');
      await terminal.shows('SIGINT 1');
      terminal.process.stdin.write('\x03');
      await terminal.shows('SIGINT 2');

      expect(terminal.stdout).to.not.include('SIGINT 3');
    });
  });

  describe('with a console', () => {
    let server: FakeConsole;
    let owner: Started;

    /** A process that registers a console. */
    const register = (url: string, more = ''): Started =>
      start(process.execPath, [
        '--import',
        TSX,
        '--input-type=module',
        '--eval',
        `const { register } = await import('${REGISTRY}');
        register({ pid: process.pid, service: 'shop', url: '${url}', token: 'secret', startedAt: Date.now() });
        process.stdin.on('data', () => process.exit()).on('end', () => process.exit());
        process.stdout.write('registered\\n');${more}`,
      ]);

    beforeEach(async () => {
      server = await fakeConsole();
      let id = 0;
      server.answer(({ url = '' }, response) => {
        if (url.startsWith('/api/v1/hello')) return json(response, HELLO);
        if (url.startsWith('/api/v1/traces')) {
          return json(response, tracesAnswer([traceRow(1)]));
        }
        const send = (): void => {
          id++;
          const rows = Array.from({ length: 50 }, (_, index) => traceRow(id * 50 + index));
          response.write(`data: ${JSON.stringify(frameOf(id, { rows }))}\n\n`);
        };
        const timer = setInterval(send, 20);
        response.on('close', () => clearInterval(timer));
        response.writeHead(200);
        return send();
      });
      owner = register(server.url);
      await owner.shows('registered');
    });

    afterEach(() => server.close());

    it('finds it by the list, with its token', async () => {
      const traces = command('traces');

      expect((await traces.ended).code).to.equal(0);
      expect(traces.stdout).to.match(/^\S+ {2}00000001 {2}GET \/orders\/1 /);
      expect(server.requests.at(-1)!.headers.authorization).to.equal('Bearer secret');
    });

    it('ends well when the reader of its output goes away', async () => {
      const tail = command('tail');
      await tail.shows('GET');
      tail.process.stdout.destroy();

      expect(await tail.ended).to.deep.equal({ code: 0, signal: null });
      expect(tail.stderr).to.equal('');
    });

    it('ends with 130 when it is interrupted', async () => {
      const tail = command('tail', '--json');
      await tail.shows('GET');
      tail.process.kill('SIGINT');

      expect(await tail.ended).to.deep.equal({ code: 130, signal: null });
      expect(tail.stdout.endsWith('}\n')).to.equal(true);
      expect(tail.stderr).to.equal('');
    });

    it('shows the cursor again when it is interrupted while it redraws', async function () {
      if (!existsSync('/usr/bin/script')) this.skip();
      server.answer((_, response) => {
        json(response, { rows: [], from: 0, to: 0, folded: 0, late: 0, marks: [], partial: false, coverage: COVERAGE });
      });
      const line = [process.execPath, '--import', TSX, MAIN, 'stacks', '--every', '0.2'].join(' ');
      const terminal = start('/usr/bin/script', ['-qec', `stty cols 80 rows 20; ${line}`, '/dev/null']);
      await terminal.shows('\x1b[2A');
      terminal.process.stdin.write('\x03');

      expect((await terminal.ended).code).to.equal(130);
      expect(terminal.stdout.indexOf('\x1b[?25l')).to.be.at.least(0);
      expect(terminal.stdout.endsWith('\x1b[?25h')).to.equal(true);
    });

    it('lists the consoles of several processes, without ended ones', async () => {
      const second = register('http://127.0.0.1:4999/');
      await second.shows('registered');
      const pids = async (): Promise<number[]> => {
        const ps = command('ps', '--json');
        await ps.ended;
        return ps.stdout
          .split('\n')
          .filter(Boolean)
          .map((each) => (JSON.parse(each) as { pid: number }).pid);
      };
      const folder = join(env['XDG_RUNTIME_DIR']!, 'otel-span-cache-console');

      expect(new Set(await pids())).to.deep.equal(new Set([owner.process.pid, second.process.pid]));

      second.process.stdin.end();
      await second.ended;
      expect(readdirSync(folder)).to.have.length(1);

      owner.process.kill('SIGKILL');
      await owner.ended;
      expect(readdirSync(folder)).to.have.length(1);
      expect(await pids()).to.deep.equal([]);
      expect(readdirSync(folder)).to.have.length(0);
    });
  });
});
