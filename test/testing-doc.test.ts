import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PAGE = readFileSync(join(ROOT, 'docs/testing.md'), 'utf8');

const SCRIPTS = ['first-trace.mjs', 'own-provider.mjs'];
const MOCHA = ['hooks.mjs', 'shop.spec.mjs'];
/** Of runners that the repository does not have: `npm run test:runners` runs tests like them. */
const SYNTAX_ONLY = ['vitest.config.mjs', 'shop.vitest.test.mjs', 'jest.config.cjs', 'shop.jest.test.cjs'];
const NODE_TEST = [
  'shop.test.mjs',
  'server.test.cjs',
  'remote.test.mjs',
  'queue.test.mjs',
  'streaming.test.mjs',
  'parallel.test.mjs',
  'fake-timers.test.mjs',
  'errors.test.mjs',
  'logs.test.mjs',
  'before.test.mjs',
  'after.test.mjs',
];

/** The page's JavaScript, by the file name in its first line. */
function codeBlocks(): Map<string, string> {
  const blocks = [...PAGE.matchAll(/^```(?:js|ts|mjs|cjs|javascript|typescript)\n(.*?)^```$/gms)].map(([, code]) => code!);
  return new Map(
    blocks.map((code) => [/^\/\/ (\S+\.[cm]js)\n/.exec(code)?.[1] ?? `(no name) ${code.slice(0, 60)}`, code]),
  );
}

describe('docs/testing.md', function () {
  this.timeout(30_000);

  const code = codeBlocks();
  const [failure, timeout] = [...PAGE.matchAll(/^```text\n(.*?)^```$/gms)].map(([, text]) => text!) as [string, string];
  /** Inside the repository, where `otel-span-cache` is the package itself; ignored by git. */
  let folder: string;

  before(() => {
    mkdirSync(join(ROOT, 'test/.run'), { recursive: true });
    folder = mkdtempSync(join(ROOT, 'test/.run/testing-'));
    for (const [name, text] of code) writeFileSync(join(folder, name), text);
  });

  after(() => rmSync(folder, { recursive: true }));

  it('has no code that is not looked at here', () => {
    const known = ['shop.mjs', 'service.mjs', 'forgotten.mjs', ...SCRIPTS, ...MOCHA, ...NODE_TEST, ...SYNTAX_ONLY];

    expect([...code.keys()]).to.have.members(known);
  });

  for (const name of SCRIPTS) {
    it(`${name} passes`, async () => {
      const { failed, printed } = await runNode(folder, name);

      expect(failed, printed).to.equal(false);
    });
  }

  for (const name of NODE_TEST) {
    it(`${name} passes`, async () => {
      const { printed } = await runNode(folder, '--test', '--test-reporter=tap', name);

      expect(printed).to.match(/^# pass [1-9]/m).and.to.match(/^# fail 0$/m);
    });
  }

  it('shop.spec.mjs passes in mocha', async () => {
    const mocha = join(ROOT, 'node_modules/mocha/bin/mocha.js');

    const { failed, printed } = await runNode(folder, mocha, '--no-config', '--require', './hooks.mjs', 'shop.spec.mjs');

    expect(printed).to.include('2 passing');
    expect(failed, printed).to.equal(false);
  });

  for (const name of SYNTAX_ONLY) {
    it(`${name} parses (only its syntax is checked: its runner is not installed here)`, async () => {
      const { failed, printed } = await runNode(folder, '--check', name);

      expect(failed, printed).to.equal(false);
    });
  }

  it('shows how an assertion fails', async () => {
    const wrong = code.get('first-trace.mjs')!.replace('amount: 2 }', 'amount: 3 }');
    writeFileSync(join(folder, 'wrong.mjs'), wrong);

    const { failed, printed } = await runNode(folder, 'wrong.mjs');

    expect(failed).to.equal(true);
    expect(printed).to.include(failure);
  });

  it('shows how a wait fails', async () => {
    const { failed, printed } = await runNode(folder, 'forgotten.mjs');

    expect(failed).to.equal(true);
    expect(stable(printed, folder)).to.include(stable(timeout, '/app'));
  });
});

/** Without what changes from run to run. */
function stable(text: string, folder: string): string {
  return text.replaceAll(folder, '').replaceAll(/\b[0-9a-f]{32}\b/g, '(id)');
}

/** Runs a program to its end. */
function runNode(cwd: string, ...args: string[]): Promise<{ failed: boolean; printed: string }> {
  // The settings of the shell that runs the tests are not the page's.
  const inherited = Object.entries(process.env).filter(([name]) => !/^(OTEL_|NODE_|FORCE_COLOR)/.test(name));
  const env = Object.fromEntries(inherited);
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd, env, timeout: 20_000 }, (error, stdout, stderr) => {
      resolve({ failed: error !== null, printed: stdout + stderr });
    });
  });
}
