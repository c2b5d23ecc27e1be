import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { newProject, ROOT } from './doc-page.js';
import {
  codeOfGuide,
  commandsOfGuide,
  otherBlocksOfGuide,
  outputsOfGuide,
  runCommand,
  runNode,
  SHOWN,
  writeGuide,
} from './testing-guide.js';

const INSTALL = 'npm install --save-dev ';
/** The commands of the runners that `npm run test:runners` installs: it runs these. */
const ELSEWHERE = ['npx vitest run', 'npx jest'];
const BENCHMARK = 'npm run bench -- testing';

const commands = commandsOfGuide();
const installs = commands.filter((line) => line.startsWith(INSTALL));
const runs = commands.filter((line) => !line.startsWith(INSTALL) && !ELSEWHERE.includes(line) && line !== BENCHMARK);

interface PackageFile {
  readonly devDependencies: Record<string, string>;
}

describe('docs/testing.md', function () {
  this.timeout(60_000);

  const code = codeOfGuide();
  const [failure, timeout] = outputsOfGuide() as [string, string];
  let folder: string;

  before(() => {
    // Else mocha takes the one of this repository.
    folder = newProject('testing', [['.mocharc.json', '{}']]);
    writeGuide(folder, 'programs', 'failing', 'mocha', 'node');
  });

  after(() => rmSync(folder, { recursive: true }));

  it('has no code that is not run', () => {
    expect([...code.keys()]).to.have.members(Object.values(SHOWN).flat());
    expect(otherBlocksOfGuide()).to.deep.equal([]);
  });

  describe('installs', () => {
    const folders = ['.', 'test/otel3', 'test/testing/runners/jest', 'test/testing/runners/vitest'];
    const packagesOf = (folder: string): string[] => {
      const { devDependencies } = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as PackageFile;
      return Object.keys(devDependencies);
    };
    const known = folders.flatMap(packagesOf);
    const installed = installs.flatMap((line) => line.slice(INSTALL.length).split(' '));

    it('packages that these tests use', () => {
      expect([...known, 'otel-span-cache']).to.include.members(installed);
    });

    it('packages that the newest OpenTelemetry has: npm refuses those of two lines together', () => {
      const packages = installed.filter((name) => name.startsWith('@opentelemetry/'));

      expect(packages).to.have.length(3);
      expect(packagesOf('test/otel3')).to.include.members(packages);
    });

    it('the runners that it shows', () => {
      expect(installed).to.include.members(['mocha', 'chai', 'vitest', 'jest', 'otel-span-cache']);
    });
  });

  it('says how to run each test of mocha', () => {
    const shown = runs.filter((line) => line.startsWith('npx mocha')).map((line) => line.split(' ').at(-1));

    expect(shown).to.deep.equal(SHOWN.mocha);
  });

  for (const line of runs) {
    it(`${line} passes`, async () => {
      const { failed, printed } = await runCommand(folder, line);

      expect(failed, printed).to.equal(false);
      if (/mocha|--test/.test(line)) expect(printed).to.match(/[1-9]\d* passing|^# pass [1-9]/m);
    });
  }

  for (const line of ELSEWHERE) it(`shows ${line}`, () => expect(commands).to.include(line));

  it('shows the benchmark, which works', async () => {
    expect(commands).to.include(BENCHMARK);

    // In no time, for the fewest rounds.
    const shortest = ['bench/measure/case-process.ts', 'testing', '0'];
    const { failed, printed } = await runNode(ROOT, ['--import', 'tsx', '--expose-gc', ...shortest]);

    expect(failed, printed).to.equal(false);
  });

  for (const name of SHOWN.programs) {
    it(`${name} passes`, async () => {
      const { failed, printed } = await runNode(folder, [name]);

      expect(failed, printed).to.equal(false);
    });
  }

  describe('with a database', () => {
    let server: Worker;
    let env: Record<string, string>;

    before(async () => {
      server = new Worker(join(ROOT, 'examples/service/outside/postgres-server.mjs'), { execArgv: [] });
      const [{ host, port }] = (await once(server, 'message')) as [{ host: string; port: number }];
      env = { PGHOST: host, PGPORT: String(port), PGUSER: 'shop', PGDATABASE: 'shop' };
    });

    after(() => server.terminate());

    for (const name of SHOWN.node) {
      it(`${name} passes in node:test`, async () => {
        const { printed } = await runNode(folder, ['--test', '--test-reporter=tap', name], { env });

        expect(printed).to.match(/^# pass [1-9]/m).and.to.match(/^# fail 0$/m);
      });
    }
  });

  it('shows how an assertion fails', async () => {
    const wrong = code.get('first-trace.mjs')!.replace('amount: 2 }', 'amount: 3 }');
    writeFileSync(join(folder, 'wrong.mjs'), wrong);

    const { failed, printed } = await runNode(folder, ['wrong.mjs']);

    expect(failed).to.equal(true);
    expect(printed).to.include(failure);
  });

  it('shows how a wait fails', async () => {
    const { failed, printed } = await runNode(folder, ['forgotten.mjs']);

    expect(failed).to.equal(true);
    expect(stable(printed, folder)).to.include(stable(timeout, '/app'));
  });
});

/** Without what changes from run to run. */
function stable(text: string, folder: string): string {
  return text.replaceAll(folder, '').replaceAll(/\b[0-9a-f]{32}\b/g, '(id)');
}
