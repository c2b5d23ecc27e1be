import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { DocPage, newProject } from './doc-page.js';

const PAGE = new DocPage('docs/threads.md');

describe('docs/threads.md', () => {
  describe('code', function () {
    this.timeout(60_000);

    let folder: string;

    before(() => {
      folder = newProject('threads', PAGE.code());
    });

    after(() => rmSync(folder, { recursive: true }));

    async function run(...args: string[]): Promise<string> {
      const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, timeout: 30_000 });
      return stdout;
    }

    it('is all run by these tests', () => {
      expect([...PAGE.code().keys()]).to.deep.equal([
        'telemetry.mjs',
        'shop.mjs',
        'invoice.mjs',
        'receiving.mjs',
        'relaying.mjs',
      ]);
    });

    it('prints one tree for both threads, as on the page', async () => {
      const [, shown] = /^```text\n(.*?)^```$/ms.exec(PAGE.text)!;

      const printed = await run('--import', './telemetry.mjs', 'shop.mjs');

      expect(stable(printed)).to.equal(stable(shown!));
    });

    it('in two files prints the span of the worker', async () => {
      expect(await run('receiving.mjs')).to.equal('resize by resizer\n');
    });
  });
});

/** Without what differs from run to run: ids, times, and where the bars are. */
function stable(tree: string): string {
  return tree
    .replaceAll(/[0-9a-f]{32}/g, 'id')
    .replaceAll(/\+?\d[\d.]* (?:µs|ms|s)\b/g, 'time')
    .replaceAll(/thread\.id=\d+/g, 'thread.id=n')
    .replaceAll(/[━╺╸•]/g, ' ')
    .replaceAll(/ +/g, ' ')
    .trim();
}
