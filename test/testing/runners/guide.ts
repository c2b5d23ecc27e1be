import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { runCommand, runNode, SHOWN, writeGuide } from '../../testing-guide.js';
import { here } from './output.js';

/*
 * Runs the examples of docs/testing.md for the runners that run.mjs installs. The other tests run the rest of the page.
 */

/** Given by run.mjs if it is not this one. */
const NEW_NODE = process.env['NEW_NODE'] ?? process.execPath;

/** A folder for a project of a runner, next to where it is installed. */
function emptyProject(path: string): string {
  const folder = here(path);
  mkdirSync(folder, { recursive: true });
  return folder;
}

describe('docs/testing.md', function () {
  this.timeout(120_000);

  it('shows tests that pass in vitest', async () => {
    const folder = emptyProject('vitest/.run/guide');
    writeGuide(folder, 'vitest');

    const { failed, printed } = await runCommand(folder, 'npx vitest run shop.vitest');

    expect(failed, printed).to.equal(false);
    for (const name of SHOWN.vitest) expect(printed).to.include(`✓ ${name}`);
    expect(printed).to.match(/Tests +2 passed \(2\)/);
  });

  it('shows tests that pass in jest', async () => {
    const folder = emptyProject('jest/.run/guide');
    writeGuide(folder, 'jest');

    const { failed, printed } = await runCommand(folder, 'npx jest shop.jest');

    expect(failed, printed).to.equal(false);
    for (const name of SHOWN.jest) expect(printed).to.include(`PASS ./${name}`);
    expect(printed)
      .to.match(/Tests: +2 passed, 2 total/)
      .and.to.match(/Snapshots: +1 passed, 1 total/);
  });

  it('shows a snapshot of node:test', async () => {
    const folder = emptyProject('node/.run/guide');
    writeGuide(folder, 'newNode');
    const runSnapshot = (...flags: string[]) =>
      runNode(folder, ['--test', ...flags, 'snapshot.test.mjs'], { node: NEW_NODE });

    const written = await runSnapshot('--test-update-snapshots');
    const snapshot = readFileSync(join(folder, 'snapshot.test.mjs.snapshot'), 'utf8');
    const compared = await runSnapshot();
    writeFileSync(join(folder, 'snapshot.test.mjs.snapshot'), snapshot.replace('amount: 2', 'amount: 3'));
    const different = await runSnapshot();

    expect(written.failed, written.printed).to.equal(false);
    expect(snapshot).to.include('- checkout\n  - charge\n      amount: 2\n');
    expect(compared.failed, compared.printed).to.equal(false);
    expect(different.failed).to.equal(true);
  });
});
