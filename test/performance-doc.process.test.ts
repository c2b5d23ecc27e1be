import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { DocPage, newProject } from './doc-page.js';

const PAGE = new DocPage('docs/performance.md');

/** Bytes per item in the page's table, in the order of its rows. */
function writtenBytes(): number[] {
  const [, rows] = /^\| Item \| Bytes \|\n\| --- \| --- \|\n((?:\|.*\n)+)/m.exec(PAGE.text)!;
  return [...rows!.matchAll(/\| (\d+) \|$/gm)].map(([, bytes]) => Number(bytes));
}

describe('docs/performance.md', () => {
  describe('memory.mjs', function () {
    this.timeout(60_000);

    let folder: string;

    before(() => {
      folder = newProject('performance', PAGE.code());
    });

    after(() => rmSync(folder, { recursive: true }));

    it('prints the bytes of the table, within a factor of two', async () => {
      const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', 'memory.mjs'], { cwd: folder });

      const measured = [...stdout.matchAll(/: (\d+) bytes$/gm)].map(([, bytes]) => Number(bytes));
      const written = writtenBytes();
      expect(measured).to.have.length(written.length);
      measured.forEach((bytes, i) => expect(bytes, stdout).to.be.within(written[i]! / 2, written[i]! * 2));
    });
  });
});
