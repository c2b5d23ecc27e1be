import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGE = readFileSync(join(ROOT, 'docs/events.md'), 'utf8');

/** Runs `order.mjs` behind one of the page's set-ups; returns what it printed. */
function order(folder: string, setUp: string): Promise<string> {
  // The settings of the shell that runs the tests are not the page's.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(OTEL_|NODE_|FORCE_COLOR)/.test(name)));
  return new Promise((resolve, reject) => {
    execFile(process.execPath, ['--import', `./${setUp}`, 'order.mjs'], { cwd: folder, env, timeout: 20_000 }, (error, stdout, stderr) => {
      if (error === null && stderr === '') resolve(stdout);
      else reject(new Error(`${setUp} failed\n${stdout}${stderr}`, { cause: error }));
    });
  });
}

/** The names of the events that `ConsoleSpanExporter` printed. */
function exportedEvents(printed: string): string[] {
  const [, events] = /\n {2}events: \[(.*?)\n {2}\],/s.exec(printed) ?? [];
  return [...(events ?? '').matchAll(/\bname: '(.*?)'/g)].map(([, name]) => name!);
}

describe('docs/events.md', () => {
  /** Inside the repository, where `otel-span-cache` is the package itself; ignored by git. */
  let folder: string;

  before(() => {
    mkdirSync(join(ROOT, 'test/.run'), { recursive: true });
    folder = mkdtempSync(join(ROOT, 'test/.run/events-'));
    for (const [, name, code] of PAGE.matchAll(/^```js\n\/\/ (\S+\.mjs)\n(.*?)^```$/gms)) writeFileSync(join(folder, name!), code!);
  });

  after(() => rmSync(folder, { recursive: true }));

  it('exports what it says with bridge.mjs', async () => {
    const printed = await order(folder, 'bridge.mjs');

    expect(exportedEvents(printed)).to.deep.equal(['order.paid']);
    expect(printed).to.include(`items: '[{"id":7}]'`);
  });

  it('prints what it says with cache.mjs', async () => {
    const printed = await order(folder, 'cache.mjs');

    expect(printed.trim()).to.equal(`place order [ 'stock reserved', 'order.paid', 'receipt.sent' ]`);
    expect(PAGE).to.include(printed.trim());
  });

  it('exports and prints what it says with both.mjs', async () => {
    const printed = await order(folder, 'both.mjs');

    const [line] = /^place order .*$/m.exec(printed) ?? [];
    expect(exportedEvents(printed)).to.deep.equal(['order.paid']);
    expect(line).to.equal(`place order [ 'order.paid', 'stock reserved', 'receipt.sent' ]`);
    expect(PAGE).to.include(line);
  });
});
