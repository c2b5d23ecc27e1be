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

  it('whole-traces.mjs gives whole traces, and prints those that it asks for as the table says', async function () {
    this.timeout(30_000);
    const folder = newProject('whole-traces', PAGE.code());

    const { stdout } = await promisify(execFile)(process.execPath, ['whole-traces.mjs'], { cwd: folder });
    rmSync(folder, { recursive: true });

    const [slow, fast, printed, numbers] = stdout.split('\n') as [string, string, string, string];
    expect([slow, fast]).to.deep.equal(['place order 1 2 true', 'place order 0 1 true']);
    expect(numbers).to.equal('{ waiting: 0, delivered: 2, incomplete: 0, evicted: 0 }');
    const trace = JSON.parse(printed) as { service: string; spans: { name: string }[] };
    expect(trace).to.include({ service: 'shop', complete: true });
    expect(trace.spans.map(({ name }) => name)).to.deep.equal(['charge card', 'place order']);
    for (const name of [...Object.keys(trace), ...trace.spans.flatMap(Object.keys)]) expect(PAGE.text).to.include(`\`${name}\``);
  });
});
