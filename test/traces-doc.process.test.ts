import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { DocPage, newProject } from './doc-page.js';

const PAGE = new DocPage('docs/traces.md');

describe('docs/traces.md', () => {
  it('whole-traces.mjs delivers whole traces and prints the selected one in the documented format', async function () {
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
    for (const name of [...Object.keys(trace), ...trace.spans.flatMap(Object.keys)])
      expect(PAGE.text).to.include(`\`${name}\``);
  });
});
