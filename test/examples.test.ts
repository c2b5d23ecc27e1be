import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

function read(path: string): string {
  return readFileSync(`${ROOT}/${path}`, 'utf8');
}

/** The npm scripts that CI runs. */
function scriptsOfCi(): string[] {
  return [
    ...read('.ci/run').matchAll(/\bstep '.*?' npm (?:--ignore-scripts )?(?:run )?(?:--ignore-scripts )?([\w:-]+)/g),
  ].map(([, name]) => name!);
}

/** Everything that is run in a check: commands of CI's scripts, the programs they are, and tests. */
function whatRuns(): string {
  const commands = scriptsOfCi().map((name) => scripts[name] ?? '');
  const programs = commands.flatMap((command) =>
    [...command.matchAll(/\b(?:console\/)?test\/[\w./-]+\.m?[jt]s\b/g)].map(([path]) => read(path)),
  );
  const tests = testFiles('test').map(read);
  return [...commands, ...programs, ...tests].join('\n');
}

function testFiles(folder: string): string[] {
  return readdirSync(`${ROOT}/${folder}`, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return /^(?:node_modules|\.run)$/.test(entry.name) ? [] : testFiles(path);
    return path.endsWith('.test.ts') ? [path] : [];
  });
}

describe('The examples', () => {
  for (const example of readdirSync(`${ROOT}/examples`)) {
    it(`are all run by the full check: ${example}`, () => {
      expect(whatRuns()).to.match(new RegExp(`\\bexamples/${example}\\b`));
    });

    it(`are all in the index of the documentation: ${example}`, () => {
      expect(read('docs/README.md')).to.include(`(../examples/${example})`);
    });
  }

  it('are run by existing scripts', () => {
    expect(scriptsOfCi()).to.include.members(['start', 'test:cache', 'test:console', 'test:matrix', 'lint']);
    for (const name of scriptsOfCi().filter((script) => script !== 'ci')) expect(scripts).to.have.property(name);
  });
});
