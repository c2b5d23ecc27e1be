import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
const ELSEWHERE = ['npx vitest run shop.vitest', 'npx jest shop.jest'];
const BENCHMARK = 'npm run bench -- testing';

const commands = commandsOfGuide();
const installs = commands.filter((line) => line.startsWith(INSTALL));
const runs = commands.filter((line) => !line.startsWith(INSTALL) && !ELSEWHERE.includes(line) && line !== BENCHMARK);

/** The development dependencies of a package of the repository, with their versions. */
function dependenciesOf(folder: string): Readonly<Record<string, string>> {
  const file = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as PackageFile;
  return file.devDependencies;
}

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

  it('has only code that the tests run', () => {
    expect([...code.keys()]).to.have.members(Object.values(SHOWN).flat());
    expect(otherBlocksOfGuide()).to.deep.equal([]);
  });

  describe('installs', () => {
    const lines = installs.map((line) => line.slice(INSTALL.length).split(' '));
    const names = lines.flat().map((named) => /^(@?[^@]+)/.exec(named)![1]!);

    it('the packages that these tests use', () => {
      const folders = ['.', 'test/otel3', 'test/testing/runners/jest', 'test/testing/runners/vitest'];
      const known = folders.flatMap((folder) => Object.keys(dependenciesOf(folder)));

      expect([...known, 'otel-span-cache']).to.include.members(names);
    });

    it('the runners that it shows', () => {
      expect(names).to.include.members(['mocha', 'chai', 'vitest', 'jest', 'otel-span-cache']);
    });

    it('packages of one line of OpenTelemetry, because npm refuses two lines together', () => {
      const ours = dependenciesOf('.');
      for (const line of lines) {
        const packages = line.filter((named) => named.startsWith('@opentelemetry/'));
        const pinned = packages.filter((named) => named.lastIndexOf('@') > 0);

        expect(pinned.length).to.be.oneOf([0, packages.length], line.join(' '));
        for (const named of pinned) {
          const at = named.lastIndexOf('@');
          expect(ours[named.slice(0, at)]?.replace('^', '')).to.match(new RegExp(`^${named.slice(at + 1)}\\.`), named);
        }
      }
    });
  });

  it('shows how to run each test of mocha', () => {
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

  for (const name of SHOWN.node) {
    it(`${name} passes in node:test`, async () => {
      const { printed } = await runNode(folder, ['--test', '--test-reporter=tap', name]);

      expect(printed)
        .to.match(/^# pass [1-9]/m)
        .and.to.match(/^# fail 0$/m);
    });
  }

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
