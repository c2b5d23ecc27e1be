import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { DocPage, newProject } from './doc-page.js';

const PAGE = new DocPage('docs/delivery.md');

/** What the table of memory says, in the order of its rows. */
function writtenBytes(): number[] {
  const [, rows] = /^\| Item \| Bytes \|\n\| --- \| --- \|\n((?:\|.*\n)+)/m.exec(PAGE.text)!;
  return [...rows!.matchAll(/\| (\d+) \|$/gm)].map(([, bytes]) => Number(bytes));
}

describe('docs/delivery.md', () => {
  describe('memory.mjs', function () {
    this.timeout(60_000);

    let folder: string;

    before(() => {
      folder = newProject('delivery', PAGE.code());
    });

    after(() => rmSync(folder, { recursive: true }));

    it('prints about what the table says', async () => {
      const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', 'memory.mjs'], { cwd: folder });

      const measured = [...stdout.matchAll(/: (\d+) bytes$/gm)].map(([, bytes]) => Number(bytes));
      const written = writtenBytes();
      expect(measured).to.have.length(written.length);
      measured.forEach((bytes, i) => expect(bytes, stdout).to.be.within(written[i]! / 2, written[i]! * 2));
    });
  });
});
